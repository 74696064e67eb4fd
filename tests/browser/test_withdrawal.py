"""Changing one's mind: in the room, on the group's page, and what one gets for it afterwards."""

from contextlib import AsyncExitStack

import httpx
import pytest
from playwright.async_api import Page, expect
from sqlmodel import select

from app.accounts.models import User
from app.consent.models import ConsentDecision, Purpose
from app.erasures.attesting import attest_all
from app.kit.tokens import Access
from app.recordings.models import Erasure, Recording, RecordingState
from app.turns.erasure import erase_withdrawn
from tests.browser.conftest import Site
from tests.browser.test_pages import WIDTHS, check, listen, take
from tests.browser.test_room import admit, enter, hosting

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


async def until_recorded(page: Page, names: int) -> None:
    await expect(page.locator(".tile-recording.on")).to_have_count(names, timeout=30_000)


async def test_off_the_record_with_one_tap_and_back_with_everyones_agreement(site: Site) -> None:
    people = site.played.people
    async with hosting(site), AsyncExitStack() as stack:
        aino = await enter(stack, site, site.played.facilitator)
        await aino.wait_for_selector(".room")
        faults = listen(aino)
        eero = await enter(stack, site, people["Eero Mäkelä"], 390, 844)
        await admit(aino, eero)
        helmi = await enter(stack, site, people["Helmi Korhonen"], 640, 400)
        await admit(aino, helmi)
        await aino.click(".tool-people")
        await expect(eero.locator("[data-action=off_record]")).to_be_hidden()
        await aino.click("[data-action=record]")
        await aino.click("[data-choice=start]")
        await until_recorded(aino, 3)

        await eero.click("[data-action=off_record]")

        for page in (aino, eero, helmi):
            await expect(page.locator(".banner.off")).to_contain_text("kenestäkään")
            await until_recorded(page, 0)
        await expect(aino.locator(".recording-words")).to_have_text("Ei nauhalle")
        await check(aino)
        await check(eero)
        await take(aino, "room_off_record-1280", whole=False)
        await take(eero, "room_off_record-390", whole=False)

        await aino.click("[data-action=agree]")
        await expect(eero.locator(".banner.off")).to_contain_text("1/3")
        await eero.click("[data-action=agree]")
        await expect(eero.locator("[data-action=agree]")).to_be_hidden()
        await expect(helmi.locator(".banner.off")).to_contain_text("2/3")
        await check(helmi)
        await take(aino, "room_agreeing-1280", whole=False)
        await take(eero, "room_agreeing-390", whole=False)
        await helmi.click("[data-action=agree]")
        for page in (aino, eero, helmi):
            await expect(page.locator(".banner.off")).to_be_hidden()
            await until_recorded(page, 3)

        await aino.click("[data-action=consent]")
        await check(aino)
        await take(aino, "room_consent-1280", whole=False)
        await aino.click("dialog form > .buttons button")
        await eero.click("[data-action=consent]")
        await eero.click("dialog .reach label:last-of-type")
        await eero.click("dialog [data-purpose=video] label:last-child")
        await expect(eero.locator("dialog [data-purpose=video] .kept")).to_be_visible()
        await check(eero)
        await take(eero, "room_kept-390", whole=False)
        assert await decided(site, people["Eero Mäkelä"]) == ("withdrawn", True)

        await eero.click("dialog [data-purpose=video] [data-action=erase]")
        await expect(eero.locator("dialog [data-purpose=video] .kept")).to_be_hidden()
        assert await decided(site, people["Eero Mäkelä"]) == ("withdrawn", False)
        assert not faults


async def decided(site: Site, user: User) -> tuple[str, bool]:
    query = select(ConsentDecision).where(
        ConsentDecision.user_id == user.id, ConsentDecision.purpose == Purpose.VIDEO
    )
    async with site.context.database.reading() as db:
        row = (await db.exec(query.order_by("sequence"))).all()[-1]
    return row.decision, row.keeps_earlier


async def test_a_receipt_for_who_withdrew_and_a_list_for_who_coordinates(site: Site) -> None:
    played, eero = site.played, site.played.member
    group, database = f"/groups/{played.group}", site.context.database
    async with api(site, played.administrator) as client:
        exported = await client.get(f"/api/v1{group}/export")
        assert exported.is_success
    async with site.visitor(eero) as context:
        page = await context.new_page()
        await page.goto(site.url + group)
        await page.click("[data-purpose=audio] label:last-child")
        await expect(page.locator(".purposes .status")).to_contain_text("peruttu")
    store = site.app.state.store
    await erase_withdrawn(database, store)
    async with database.transaction() as db:
        recording = await db.get_one(Recording, played.recordings[RecordingState.READY])
        recording.state = RecordingState.READY
    await attest_all(database, store, site.context.keys)
    async with database.reading() as db:
        (erasure,) = (await db.exec(select(Erasure))).all()
    assert erasure.receipt is not None
    places = [
        ("erasure", f"/erasures/{erasure.id}", eero),
        ("group_erased", group, eero),
        ("exports", f"{group}/exports", played.administrator),
    ]
    for width, size in WIDTHS.items():
        for name, path, user in places:
            async with site.visitor(user, width=size[0], height=size[1]) as context:
                page = await context.new_page()
                faults = listen(page)
                await page.goto(site.url + path)
                await page.wait_for_load_state("networkidle")
                await check(page)
                await take(page, f"{name}-{width}")
                overflow = (
                    "document.documentElement.scrollWidth > document.documentElement.clientWidth"
                )
                assert not await page.evaluate(overflow), f"{name} is wider than the screen"
                assert not faults
    async with site.visitor(eero) as context:
        page = await context.new_page()
        await page.goto(f"{site.url}/erasures/{erasure.id}")
        async with page.expect_download() as download:
            await page.click("a[download]")
        saved = await (await download.value).path()
        assert saved.read_text() == erasure.receipt


def api(site: Site, user: User) -> httpx.AsyncClient:
    token = site.context.tokens.access(Access(user.id, user.is_administrator, user.language))
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=site.url, headers=headers, trust_env=False, timeout=60)
