"""Changing one's mind: in the room, on the group's page, and what one gets for it afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
from playwright.async_api import Page, expect
from sqlmodel import select

from app.accounts.models import User
from app.consent.models import ConsentDecision, Purpose
from app.erasures.attesting import attest_all
from app.kit.tokens import Access
from app.programmes.models import Programme
from app.recordings.models import Erasure, Recording, RecordingState, Source, Tape, TapeState
from app.turns.erasure import erase_withdrawn
from tests.browser.conftest import Site
from tests.browser.test_pages import WIDTHS, check, listen, take
from tests.browser.test_room import admit, enter, hosting

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


PATIENCE_MS = 90_000
"""Two browsers with cameras, a node and encoders share the processor."""


async def until_recorded(page: Page, names: int) -> None:
    on = page.locator(".tile-recording.on")
    await expect(on).to_have_count(names, timeout=PATIENCE_MS)


async def banner(page: Page, words: str) -> None:
    await expect(page.locator(".banner.off")).to_contain_text(words, timeout=PATIENCE_MS)


async def test_off_the_record_with_one_tap_and_back_with_everyones_agreement(site: Site) -> None:
    async with hosting(site), AsyncExitStack() as stack:
        aino = await enter(stack, site, site.played.facilitator)
        await aino.wait_for_selector(".room")
        faults = listen(aino)
        eero = await enter(stack, site, site.played.member, 390, 844)
        for page in (aino, eero):
            page.set_default_timeout(PATIENCE_MS)
        await admit(aino, eero)
        await aino.click(".tool-people")
        await expect(eero.locator("[data-action=off_record]")).to_be_hidden()
        await aino.click("[data-action=record]")
        await aino.click("[data-choice=start]")
        await until_recorded(aino, 2)

        await eero.click("[data-action=off_record]")

        for page in (aino, eero):
            await banner(page, "kenestäkään")
            await until_recorded(page, 0)
        await expect(aino.locator(".recording-words")).to_have_text("Ei nauhalle")
        await check(aino)
        await check(eero)
        await take(aino, "room_off_record-1280", whole=False)
        await take(eero, "room_off_record-390", whole=False)

        await aino.click("[data-action=agree]")
        await banner(eero, "1/2")
        await expect(aino.locator("[data-action=agree]")).to_be_hidden()
        await check(eero)
        await take(aino, "room_agreeing-1280", whole=False)
        await take(eero, "room_agreeing-390", whole=False)
        await eero.click("[data-action=agree]")
        for page in (aino, eero):
            await expect(page.locator(".banner.off")).to_be_hidden(timeout=PATIENCE_MS)
            await until_recorded(page, 2)
        assert not faults


@asynccontextmanager
async def cut_off(page: Page) -> AsyncIterator[None]:
    """The node hears nothing of the page, whose pictures and sound reach it all the time."""
    await page.evaluate(
        """() => {
            const {WebSocket} = window, {send} = WebSocket.prototype;
            WebSocket.prototype.send = () => undefined;
            window.WebSocket = class extends WebSocket {
                constructor(url, protocols) { super("ws://127.0.0.1:9", protocols); }
            };
            window.hearAgain = () => {
                Object.assign(window, {WebSocket});
                WebSocket.prototype.send = send;
            };
        }"""
    )
    yield
    await page.evaluate("hearAgain()")


@pytest.mark.thorough
async def test_whom_the_node_does_not_hear_is_not_recorded_for_longer_than_they_want(
    site: Site,
) -> None:
    async with hosting(site), AsyncExitStack() as stack:
        page = await enter(stack, site, site.played.facilitator)
        await page.wait_for_selector(".room")
        page.set_default_timeout(PATIENCE_MS)
        await page.click("[data-action=record]")
        await page.click("[data-choice=start]")
        await until_recorded(page, 1)
        await page.click("[data-action=consent]")
        async with cut_off(page):
            row = page.locator("dialog [data-purpose=video]")
            await row.locator(".yes-no label:last-child").click()
            status = page.locator("dialog .purposes > .status")
            await expect(status).to_contain_text("peruttu", timeout=PATIENCE_MS)
            assert await decided(site, site.played.facilitator) == ("withdrawn", False)
            await until_closed(site, Source.CAMERA)

            await page.keyboard.press("Escape")
            await page.click("[data-action=off_record]")
            await banner(page, "kun yhteys palaa")
            for width, height in ((390, 844), (1280, 800)):
                await page.set_viewport_size({"width": width, "height": height})
                await check(page)
                await take(page, f"room_off_record_waits-{width}", whole=False)
        await banner(page, "kenestäkään")
        await until_closed(site, Source.MICROPHONE)


async def until_closed(site: Site, source: Source) -> None:
    """Nothing is written of it any more."""
    query = (
        select(Tape.state)
        .join(Recording)
        .where(Tape.source == source, Recording.state == RecordingState.RUNNING)
    )
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while True:
            async with site.context.database.reading() as db:
                states = (
                    await db.exec(query.where(Recording.state == RecordingState.RUNNING))
                ).all()
            if states and TapeState.WRITING not in states:
                return
            await asyncio.sleep(0.1)


async def test_a_no_keeps_what_was_recorded_when_that_was_chosen(site: Site) -> None:
    async with hosting(site), AsyncExitStack() as stack:
        page = await enter(stack, site, site.played.facilitator)
        await page.wait_for_selector(".room")
        page.set_default_timeout(PATIENCE_MS)
        await page.click("[data-action=consent]")
        await check(page)
        await take(page, "room_consent-1280", whole=False)
        await page.set_viewport_size({"width": 390, "height": 844})
        row = page.locator("dialog [data-purpose=video]")
        await page.click("dialog .reach label:last-of-type")
        await row.locator(".yes-no label:last-child").click()
        await expect(row.locator(".kept")).to_be_visible(timeout=PATIENCE_MS)
        await check(page)
        await take(page, "room_kept-390", whole=False)
        assert await decided(site, site.played.facilitator) == ("withdrawn", True)

        await row.locator("[data-action=erase]").click()
        await expect(row.locator(".kept")).to_be_hidden(timeout=PATIENCE_MS)
        assert await decided(site, site.played.facilitator) == ("withdrawn", False)

        waits = page.locator("[data-part=withdrawal]")
        async with site.context.database.transaction() as db:
            await db.exec(select(Programme))  # SQLite has one writer, from its first question on
            await page.click("dialog [data-purpose=audio] .yes-no label:last-child")
            await page.keyboard.press("Escape")
            await expect(waits).to_be_visible(timeout=PATIENCE_MS)
            for width, height in ((390, 844), (1280, 800)):
                await page.set_viewport_size({"width": width, "height": height})
                await check(page)
                await take(page, f"room_withdrawal_waits-{width}", whole=False)
        await expect(waits).to_be_hidden(timeout=PATIENCE_MS)


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
        for audience in ("research", "sharing"):
            exported = await client.get(f"/api/v1{group}/export?for={audience}")
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
        ("home_duties", "/", played.administrator),
        ("exports", f"{group}/exports", played.administrator),
    ]
    async with database.transaction() as db:
        (await db.get_one(Programme, played.programme)).retention_days = 130
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
    async with site.visitor(played.administrator) as context:
        page = await context.new_page()
        await page.goto(f"{site.url}{group}/exports")
        await page.click("button[data-path$=seen-to]")
        await page.click("dialog [data-choice=yes]")
        await expect(page.locator("button[data-path$=seen-to]")).to_have_count(0)
        await page.goto(site.url)
        await expect(page.locator(f"a[href='{group}/exports']")).to_have_count(0)
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
