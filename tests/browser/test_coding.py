"""A coder's hour, by keyboard alone: sixty turns corrected and coded, the network gone and the page
read anew in the middle, a second coder, what is decided where they differ, and how they agree."""

import re
from dataclasses import dataclass
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from sqlmodel import select

from app.accounts.actor import Actor
from app.accounts.models import User
from app.blinding.models import CodingAssignment
from app.codebooks import service as codebooks
from app.coding import assigning
from app.coding.models import Adjudication, Coding, CodingMemo
from app.programmes.models import ProgrammeRole, ProgrammeStaff
from app.recordings.models import RecordingState
from app.turns import service as turns
from app.turns.models import Turn
from tests.browser.conftest import Site
from tests.browser.test_workbench import Colleague, colleague, ready, saved
from tests.fixtures.played import RECORDED, UNSET

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

TURNS = 60
SPACE_MS = 400
SAVED_MS = 60_000
"""Until the last of what was pressed is with the server: a hundred requests, one by one, on a
machine that others use."""
DIFFERENT = frozenset({7, 31})
"""Turns that the second coder takes for another theme."""


@dataclass
class ToCode:
    recording: UUID
    version: UUID
    coders: list[tuple[User, UUID]]
    """Each with the assignment."""


async def to_code(site: Site) -> ToCode:
    """Sixty turns of five people, the starter codebook, two coders."""
    played, recording = site.played, site.played.recordings[RecordingState.READY]
    second = User(name="Tuula Tutkija")
    coordinator = Actor(played.administrator.id, True, "fi")
    made = []
    for place in range(TURNS):
        person = played.people[RECORDED[place % len(RECORDED)]]
        start = place * SPACE_MS
        turn = Turn(index_id=UNSET, user_id=person.id, start_ms=start, end_ms=start + 300)
        made.append(turn)
    async with site.context.database.transaction() as db:
        db.add(second)
        await db.flush()
        role = ProgrammeRole.RESEARCHER
        db.add(ProgrammeStaff(programme_id=played.programme, user_id=second.id, role=role))
        await turns.store(db, recording, "test 60", {}, made)
        book = await codebooks.begin(
            db, coordinator, played.programme, "Koodisto", with_starter=True, with_bales=False
        )
        version = await codebooks.publish(db, coordinator, book.id, 1)
        coders = []
        for coder in (played.administrator, second):
            one = await assigning.assign(db, coordinator, recording, coder.id, version.id)
            coders.append((coder, one.id))
    return ToCode(recording, version.id, coders)


async def correct(page: Page, site: Site, work: ToCode) -> None:
    """Each turn is accepted, every fourth with its start 10 ms later; read anew in the middle. Who
    corrects codes the same turns, and sees pseudonyms."""
    await page.goto(f"{site.url}/recordings/{work.recording}/workbench")
    for place in range(TURNS):
        if place in (0, TURNS // 2):
            await page.reload()
            await ready(page)
            await page.keyboard.press("u")
        if place % 4 == 0:
            await page.keyboard.press("s")
        await page.keyboard.press("Enter")
    await saved(page)
    await expect(page.locator(".heading")).to_contain_text("Puhujilla on peitenimet")


async def _corrected(other: Colleague) -> None:
    turns = await other.turns()
    assert {turn["state"] for turn in turns} == {"accepted"}
    later = {place * SPACE_MS + 10 * (place % 4 == 0) for place in range(TURNS)}
    assert {turn["start_ms"] for turn in turns} == later


async def code(page: Page, first: int, last: int, other: frozenset[int] = frozenset()) -> None:
    """Theme and function of each turn; every third gets a second theme beside, every fifth says
    how sure its coder is."""
    keyboard = page.keyboard
    for place in range(first, last):
        await expect(page.locator(".coder h2")).to_contain_text(f"Vuoro {place + 1}/{TURNS}:")
        await keyboard.press("3" if place in other else "1")
        if place % 3 == 0:
            await keyboard.press("8")
        await keyboard.press("Enter")
        await keyboard.press("2")
        if place % 5 == 0:
            await keyboard.press("c")
        await keyboard.press("Enter")


async def note(page: Page, memo: str) -> None:
    await page.keyboard.press("m")
    await page.keyboard.type(memo)
    await page.keyboard.press("Escape")


async def finish(page: Page) -> None:
    """By Tab and Enter, as everything; nobody codes sixty turns as fast as this."""
    state = expect(page.locator(".save-state"))
    await state.to_have_attribute("data-state", "saved", timeout=SAVED_MS)
    for _ in range(200):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement?.closest('.finishing') !== null"):
            break
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog[open]")).to_be_visible()
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await expect(page.locator(".coding-closed")).to_be_visible()


async def test_two_coders_correct_and_code_sixty_turns_by_keyboard(site: Site) -> None:
    work = await to_code(site)
    (one, first), (two, second) = work.coders
    async with colleague(site) as other, site.visitor(one) as context:
        page = await context.new_page()
        await correct(page, site, work)
        await _corrected(other)
        await page.goto(f"{site.url}/coding/{first}")
        await expect(page.locator(".coder h2")).to_contain_text(f"Vuoro 1/{TURNS}:")
        await note(page, "Alkaa kesken.")
        await code(page, 0, 30)
        await context.set_offline(True)
        await code(page, 30, 33)
        await expect(page.locator(".save-state")).to_have_attribute("data-state", "waiting")
        await note(page, "Tässä puhutaan päällekkäin.")
        await context.set_offline(False)
        await page.reload()
        state = expect(page.locator(".save-state"))
        await state.to_have_attribute("data-state", "saved", timeout=SAVED_MS)
        await expect(page.locator(".coder-count .detail")).to_have_text("Vuoroja koodattu 33/60")
        await expect(page.locator("#memo")).to_have_value("Tässä puhutaan päällekkäin.")
        await code(page, 33, TURNS)
        await finish(page)

    async with site.visitor(two) as context:
        page = await context.new_page()
        away = f"{site.url}/recordings/{work.recording}/codings/{work.version}"
        response = await page.goto(away)
        assert response is not None
        assert response.status == 409, "the second coder is blind until done"
        await page.goto(f"{site.url}/coding/{second}")
        await expect(page.locator("[data-coded]")).to_have_count(0)
        await code(page, 0, TURNS, DIFFERENT)
        await finish(page)
        await _decide(page, away)
        await _agree(page, site, work)
    await _kept(site, work)


async def _decide(page: Page, address: str) -> None:
    """The first difference by the second coder's code, with a reason."""
    await page.goto(address)
    cards = page.locator(".difference")
    await expect(cards).to_have_count(len(DIFFERENT))
    await cards.first.locator("[data-reason]").fill("Kuunneltiin yhdessä.")
    await cards.first.locator("[data-takes]").nth(1).press("Enter")
    await expect(cards.first.locator("[data-outcome]")).to_have_text(re.compile("Työn puitteet"))
    await page.reload()
    await expect(page.locator(".difference[data-done]")).to_have_count(1)


async def _agree(page: Page, site: Site, work: ToCode) -> None:
    """Themes: 58 of 60 alike, 0.967. The first gave one leading theme to all, so chance alone would
    do as much: κ = (58/60 - 60/60 · 58/60) / (1 - 58/60) = 0. α over 120 values, 118 of one theme
    and 2 of another: 1 - (4/120) / (2 · 118 · 2 / (120 · 119)) = 1 - 119/118 = -0.008. Functions:
    all alike, and nothing varies. What was decided afterwards changes nothing."""
    await page.goto(f"{site.url}/programmes/{site.played.programme}/agreement")
    await expect(page.locator(".facts")).to_contain_text("60")
    rows = page.locator("main table").first.locator("tbody tr")
    theme, function = [
        await row.locator("th, td").all_inner_texts() for row in (await rows.all())[:2]
    ]
    assert theme[:4] == ["Teema", "60", "0,97", "0,00"]
    assert theme[4].startswith("-0,01")
    assert function[:4] == ["Funktio", "60", "1,00", "ei määritelty"]


async def _kept(site: Site, work: ToCode) -> None:
    async with site.context.database.reading() as db:
        states = (await db.exec(select(CodingAssignment.state))).all()
        standing = [row for row in (await db.exec(select(Coding))).all() if row.ended_at is None]
        decided = (await db.exec(select(Adjudication))).all()
        memos = (await db.exec(select(CodingMemo.body))).all()
    assert set(states) == {"done"}
    per_coder = TURNS * 2 + TURNS // 3
    for _, assignment in work.coders:
        assert sum(row.assignment_id == assignment for row in standing) == per_coder
    assert sum(row.confidence == 1 for row in standing) == 2 * TURNS // 5
    assert [row.reason for row in decided] == ["Kuunneltiin yhdessä."]
    assert sorted(memos) == ["Alkaa kesken.", "Tässä puhutaan päällekkäin."]
