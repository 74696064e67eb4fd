"""Someone who agreed to it writes in the chat of a real room, and everyone sees whether their own
lines are kept; a researcher finds the line in the workbench, where it was written."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial

import pytest
from playwright.async_api import Page, Route, expect
from sqlmodel import col, select

from app.chat.models import ChatLine
from app.consent import service as consent
from app.consent.models import ConsentDecision, ConsentText, Purpose
from app.kit.db import BUSY_TIMEOUT_MS
from app.kit.languages import LANGUAGES
from app.programmes.models import Programme
from app.recordings.models import Recording, RecordingState
from tests.browser.conftest import Site
from tests.browser.test_dragging import LENGTH_MS
from tests.browser.test_notes import _ms, finished, marker
from tests.browser.test_pages import AT_BOTH, WIDTHS, check, listen, take
from tests.browser.test_room import admit, enter, hosting, say

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

KEPT, NOT_KEPT, LATER = "[data-kept=now]", "[data-kept=no]", "[data-kept=later]"
PLAYED = [
    ("Eero Mäkelä", 2_400, "Kuuluuko ääneni? Näen teidät hyvin."),
    ("Helmi Korhonen", 8_600, "Tuo esihenkilöasia on meilläkin ihan sama."),
    (
        *("Eero Mäkelä", 9_100),
        "Laitan tähän vielä sen kirjan, josta puhuin: siinä on pitkä luku työn rajaamisesta ja "
        "siitä, miten vapaaehtoisten kanssa sovitaan ajoista.",
    ),
    ("Olavi Nieminen", 19_500, "Kiitos kaikille!"),
]


async def lines(site: Site) -> list[ChatLine]:
    async with site.context.database.reading() as db:
        return list((await db.exec(select(ChatLine).order_by(col(ChatLine.at)))).all())


async def until_kept(site: Site, *texts: str) -> None:
    async with asyncio.timeout(15):
        while [line.text for line in await lines(site)] != [*texts]:
            await asyncio.sleep(0.1)


async def decide(page: Page, *, agrees: bool) -> None:
    """One tap in the room."""
    await page.click("[data-action=consent]")
    which = "first" if agrees else "last"
    await page.click(f"dialog [data-purpose=chat] label:{which}-child")
    await expect(page.locator("dialog [role=status]").first).to_contain_text("Viestit")
    await page.click("dialog form > .buttons button")


async def test_a_line_is_kept_of_who_agreed_and_lies_in_the_workbench(site: Site) -> None:
    async with hosting(site), AsyncExitStack() as stack:
        aino = await enter(stack, site, site.played.facilitator)
        await aino.wait_for_selector(".room")
        eero = await enter(stack, site, site.played.people["Eero Mäkelä"], 390, 844)
        await admit(aino, eero)
        faults = listen(eero)
        told = eero.locator(".recording-words")
        await expect(told).to_have_text("Ei taltioida")
        await say(eero, "Ennen taltiointia.")
        await eero.click("[data-action=chat]")
        await expect(eero.locator(LATER)).to_be_visible()
        await aino.click("[data-action=record]")
        await aino.click("[data-choice=start]")
        await expect(eero.locator(KEPT)).to_have_text("Omat viestisi tallennetaan.")
        await expect(told).to_contain_text("viestit")
        await eero.click("[data-action=chat]")

        await say(eero, "Tämä ensin.")
        await until_kept(site, "Tämä ensin.")
        await decide(eero, agrees=False)
        await say(eero, "Tätä ei tallenneta.")
        await eero.click("[data-action=chat]")
        await expect(eero.locator(NOT_KEPT)).to_have_text("Omia viestejäsi ei tallenneta.")
        await expect(told).not_to_contain_text("viestit")
        await check(eero)
        await take(eero, "room_chat_not_kept-390", whole=False)
        await eero.click("[data-action=chat]")
        await decide(eero, agrees=True)
        await say(eero, "Mutta tämä taas.")
        await until_kept(site, "Tämä ensin.", "Mutta tämä taas.")
        await eero.click("[data-action=chat]")
        await take(eero, "room_chat_kept-390", whole=False)
        await aino.click("[data-action=chat]")
        await check(aino)
        await take(aino, "room_chat_kept-1280", whole=False)

        await aino.click("[data-action=off_record]")
        await expect(eero.locator(LATER)).to_be_visible()
        await expect(told).to_have_text("Ei nauhalle")
        await expect(eero.locator(".tile-recording.on")).to_have_count(0)
        await aino.click("[data-action=leave]")
        await aino.click("[data-choice=end]")
        await eero.wait_for_selector(".farewell[data-ending=ended]")
        assert not faults

    recording = await finished(site)
    line = (await lines(site))[-1]
    expected = (line.at - recording.started_at) / timedelta(milliseconds=1)
    async with site.visitor(site.played.administrator) as context:
        page = await context.new_page()
        await page.goto(f"{site.url}/recordings/{recording.id}/workbench")
        await expect(page.locator(".bench-field")).to_be_focused()
        await page.keyboard.press("t")
        words = page.locator("[data-lane=chat] .bench-mark")
        await expect(words).to_contain_text("Eero Mäkelä: Mutta tämä taas.")
        assert abs(_ms((await words.inner_text()).split(" ")[0]) - expected) < 20
        await page.keyboard.press("t")  # what was withdrawn stands nowhere
        await expect(page.locator(".bench-notice")).to_contain_text("ei ole enempää")


@pytest.mark.thorough
async def test_while_the_database_is_away_the_writer_is_told_and_nobody_waits(site: Site) -> None:
    """It is away for whoever writes: somebody else does for longer than anyone waits."""
    async with hosting(site), AsyncExitStack() as stack:
        aino = await enter(stack, site, site.played.facilitator, 390, 844)
        await aino.wait_for_selector(".room")
        await aino.click("[data-action=record]")
        await aino.click("[data-choice=start]")
        await aino.wait_for_selector(".recording.on")
        unkept = aino.locator(".chat .status.bad")
        async with site.context.database.transaction() as db:
            await db.exec(select(Programme))  # SQLite has one writer, from its first question on
            await say(aino, "Jää odottamaan.")
            await aino.click("[data-action=chat]")
            told = "Viestejäsi tallentamatta: 1"
            await expect(unkept).to_contain_text(told, timeout=BUSY_TIMEOUT_MS + 10_000)
            await check(aino)
            await take(aino, "room_chat_waiting-390", whole=False)
        await expect(unkept).to_be_hidden(timeout=BUSY_TIMEOUT_MS)
        await until_kept(site, "Jää odottamaan.")


@pytest.mark.parametrize("width", AT_BOTH)
async def test_the_lane_is_seen_and_has_no_barrier(site: Site, width: str) -> None:
    ready = site.played.recordings[RecordingState.READY]
    await _played(site, ready)
    size = {"width": WIDTHS[width][0], "height": WIDTHS[width][1]}
    async with site.visitor(site.played.administrator, **size) as context:
        page = await context.new_page()
        faults = listen(page)
        await page.goto(f"{site.url}/recordings/{ready}/workbench")
        await expect(page.locator(".bench-field")).to_be_focused()
        for _ in range(3):
            await page.keyboard.press("t")
        await page.keyboard.press(" ")
        words = page.locator("[data-lane=chat] .bench-mark")
        await expect(words).to_contain_text("Laitan tähän vielä")
        await check(page)
        await take(page, f"workbench_chat-{width}")
        lane = await page.locator(".bench-marked").bounding_box()
        assert lane is not None
        await page.keyboard.press("r")
        await expect(words).to_contain_text("Tuo esihenkilöasia")
        await page.click("[data-act=next_chat]")
        await expect(words).to_contain_text("Laitan tähän vielä")
        await page.click("[data-act=remove_chat]")
        await check(page)
        await page.route("**/chat/*", partial(_rest_on_it, page))
        await page.click("[data-choice=yes]")
        await expect(words).to_be_empty()
        await expect(page.locator("[data-act=remove_chat]")).to_be_disabled()
        assert len(await lines(site)) == len(PLAYED) - 1
        overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await page.evaluate(overflow)
        assert not faults


async def _rest_on_it(page: Page, route: Route) -> None:
    """While the server takes the line out, the pointer comes to lie on its mark."""
    await page.mouse.move(*await marker(page, 9_100, LENGTH_MS))
    await page.evaluate("new Promise(requestAnimationFrame)")
    await route.continue_()


async def _played(site: Site, recording_id: object) -> None:
    async with site.context.database.transaction() as db:
        recording = await db.get_one(Recording, recording_id)
        for name, at_ms, text in PLAYED:
            user = site.played.people[name]
            given = (await consent.latest_of(db, user.id, site.played.group))[Purpose.CHAT]
            db.add(
                ChatLine(
                    recording_id=recording.id,
                    user_id=user.id,
                    consent_id=given.id,
                    at=recording.started_at + timedelta(milliseconds=at_ms),
                    text=text,
                )
            )


@pytest.mark.parametrize("width", AT_BOTH)
async def test_a_programme_of_before_takes_the_newer_text_when_it_wants_to(
    site: Site, width: str
) -> None:
    async with site.context.database.transaction() as db:
        (await db.get_one(Programme, site.played.programme)).text_document = 1
    size = {"width": WIDTHS[width][0], "height": WIDTHS[width][1]}
    async with site.visitor(site.played.administrator, **size) as context:
        page = await context.new_page()
        faults = listen(page)
        await page.goto(f"{site.url}/programmes/{site.played.programme}/consent-text")
        chat = page.locator("input[name=purpose][value=chat]")
        await expect(chat).not_to_be_checked()
        await expect(page.locator("input[name=purpose]:checked")).to_have_count(6)
        await page.click("[data-takes]")
        await expect(chat).to_be_checked()
        await expect(page.locator("[data-language=fi] [data-preview]")).to_contain_text("Viestit")
        await expect(page.locator(".editor-state")).to_contain_text("tallennettu")
        await check(page)
        await take(page, f"consent_text_newer-{width}")
        await page.uncheck("input[name=purpose][value=quotation]")
        await page.click("form.editor .button:not([type=button])")
        await page.click("[data-choice=yes]")
        await expect(page.locator("a[href$='consent-text/2']")).to_be_visible()
        await expect(page.locator("[data-newer]")).to_have_count(0)
        assert not faults
    async with site.context.database.reading() as db:
        rows = (await db.exec(select(ConsentText))).all()
        before = (await db.exec(select(ConsentDecision.text_version).distinct())).all()
    assert {row.language for row in rows} == {*LANGUAGES}
    asked = [purpose for purpose in Purpose if purpose != Purpose.QUOTATION]
    assert all(row.purposes == asked for row in rows)
    assert before == [1], "what people said stands until they answer"
