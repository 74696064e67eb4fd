"""A coder's hour: sixty turns by keyboard alone, the network gone and the page read anew in the
middle, a second coder, and what is decided where they differ."""

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
    saved = expect(page.locator(".save-state"))
    await saved.to_have_attribute("data-state", "saved", timeout=SAVED_MS)
    for _ in range(200):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement?.closest('.finishing') !== null"):
            break
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog[open]")).to_be_visible()
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await expect(page.locator(".coding-closed")).to_be_visible()


async def test_two_coders_code_sixty_turns_by_keyboard(site: Site) -> None:
    work = await to_code(site)
    (one, first), (two, second) = work.coders
    async with site.visitor(one) as context:
        page = await context.new_page()
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
        saved = expect(page.locator(".save-state"))
        await saved.to_have_attribute("data-state", "saved", timeout=SAVED_MS)
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
