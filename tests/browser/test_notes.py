"""An observer notes down what happens in a real room, on a phone and past a lost connection; a
researcher finds it on the time line of the workbench, where it was begun."""

from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from sqlmodel import col, select

from app.accounts.models import User
from app.kit.db import now
from app.meetings.models import Meeting, MeetingState
from app.notes.models import NoteKind, ObservationNote
from app.recordings import service as recordings
from app.recordings.models import Recording, RecordingState
from app.turns import service as turns
from app.turns.models import Turn
from tests.browser.conftest import Site
from tests.browser.test_pages import AT_BOTH, WIDTHS, check, listen, take
from tests.browser.test_room import admit, enter, hosting
from tests.fixtures.noted import jot

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NEAR_MS = 1_500
"""Between a key press as the test times it and the browser's own look at the clock, on a machine
that others use."""
FIELD = "#note-text"
LENGTH_MS = 60_000
PLAYED_NOTES = [
    ("Veikko Laine", 2_500, NoteKind.OBSERVATION, "J2 odottaa vuoroaan; F1 ei huomaa."),
    ("Veikko Laine", 8_200, NoteKind.TECHNICAL, "J4 kuulee katkonaisesti, vaihtaa kuulokkeita."),
    (
        *("Aino Virtanen", 8_900, NoteKind.OBSERVATION),
        "Aihe vaihtui työmäärästä esihenkilöihin. Ryhmä naurahtaa yhdessä ensimmäistä kertaa, "
        "ja sen jälkeen useampi puhuu omasta kokemuksestaan.",
    ),
    ("Veikko Laine", 19_000, NoteKind.OBSERVATION, "Pitkä hiljaisuus. J1 jatkaa."),
]


async def begin(page: Page, text: str) -> datetime:
    """Types the first letter, and the rest afterwards; when that was, by this machine's clock,
    which is the server's."""
    await page.focus(FIELD)
    at = now()
    await page.keyboard.type(text[0])
    await page.keyboard.type(text[1:], delay=40)
    return at


async def rows(site: Site) -> list[ObservationNote]:
    async with site.context.database.reading() as db:
        query = select(ObservationNote).where(
            ObservationNote.meeting_id == site.played.open_meeting
        )
        return list((await db.exec(query.order_by(col(ObservationNote.at)))).all())


async def finished(site: Site) -> Recording:
    """The recording of the room as the worker leaves it, with a turn of the one who has spoken."""
    aino = site.played.people["Aino Virtanen"]
    async with site.context.database.transaction() as db:
        recording = await recordings.of_meeting(db, site.played.open_meeting)
        assert recording is not None
        recording.state, recording.duration_ms = RecordingState.READY, LENGTH_MS
        spoken = Turn(index_id=UUID(int=0), user_id=aino.id, start_ms=500, end_ms=4_000)
        await turns.store(db, recording.id, "silero-vad 5", {}, [spoken])
    return recording


async def test_what_an_observer_notes_lies_in_the_workbench_where_it_was_begun(site: Site) -> None:
    async with hosting(site), AsyncExitStack() as stack:
        aino = await enter(stack, site, site.played.facilitator)
        await aino.wait_for_selector(".room")
        eero = await enter(stack, site, site.played.people["Eero Mäkelä"], 640, 400)
        await admit(aino, eero)
        await aino.click("[data-action=record]")
        await aino.click("[data-choice=start]")
        await aino.wait_for_selector(".recording.on")
        veikko = await enter(stack, site, site.played.people["Veikko Laine"], 390, 844)
        await veikko.wait_for_selector(".room")
        faults = listen(veikko)

        begun = await _two_notes(veikko, site)
        await _nobody_else_learns_of_it(aino, eero, site)
        await _off_the_record_the_field_is_closed(eero, veikko)
        assert not [fault for fault in faults if "ERR_" not in fault]

        await aino.click("[data-action=leave]")
        await aino.click("[data-choice=end]")
        await veikko.wait_for_selector(".farewell[data-ending=ended]")
        await veikko.goto(f"{site.url}/meetings/{site.played.open_meeting}")
        await expect(veikko.locator("#notes [data-note]")).to_have_count(2)
        await check(veikko)
        await take(veikko, "meeting_over_notes-390")

    recording = await finished(site)
    expected = [(at - recording.started_at) / timedelta(milliseconds=1) for at in begun]
    async with site.visitor(site.played.administrator) as context:
        page = await context.new_page()
        await page.goto(f"{site.url}/recordings/{recording.id}/workbench")
        await _the_lane(page, expected)


async def _two_notes(veikko: Page, site: Site) -> list[datetime]:
    """The first arrives at once. The second is begun, interrupted by a reload of the page without
    a way to the server, and arrives when there is one again."""
    await veikko.keyboard.press("F2")
    await expect(veikko.locator(FIELD)).to_be_focused()
    first = await begin(veikko, "J1 puhuu ensimmäisenä.")
    await veikko.keyboard.press("Enter")
    await expect(veikko.locator(".note-list .chat-line:not(.waiting)")).to_have_count(1)
    await expect(veikko.locator(FIELD)).to_have_value("")
    assert [note.text for note in await rows(site)] == ["J1 puhuu ensimmäisenä."]

    await veikko.check("#note-technical")
    await veikko.route("**/notes", lambda route: route.abort())
    second = await begin(veikko, "J1 ei kuule.")
    await veikko.reload()
    await veikko.wait_for_selector(".lobby-picture video:not([hidden])")
    await veikko.click("[data-action=join]")
    await veikko.wait_for_selector(".room")
    await veikko.click("[data-action=notes]")
    await expect(veikko.locator(FIELD)).to_have_value("J1 ei kuule.")
    await veikko.keyboard.press("Enter")
    await expect(veikko.locator(".note-list .waiting")).to_contain_text("J1 ei kuule.")
    await expect(veikko.get_by_text("Odottaa tällä laitteella")).to_be_visible()
    assert len(await rows(site)) == 1
    await veikko.unroute("**/notes")
    await veikko.evaluate("dispatchEvent(new Event('online'))")
    await expect(veikko.locator(".note-list .chat-line:not(.waiting)")).to_have_count(2)
    await check(veikko)
    await take(veikko, "room_notes-390", whole=False)

    for at, note in zip((first, second), await rows(site), strict=True):
        assert abs((note.at - at) / timedelta(milliseconds=1)) < NEAR_MS
    return [first, second]


async def _nobody_else_learns_of_it(aino: Page, eero: Page, site: Site) -> None:
    assert await eero.locator("[data-action=notes]").is_hidden()
    path = f"{site.url}/api/v1/meetings/{site.played.open_meeting}/notes"
    assert (await eero.request.get(path)).status == 403
    found: dict[str, Any] = await (await aino.request.get(path)).json()
    assert found["items"] == []
    for page in (aino, eero):
        assert "J1 puhuu ensimmäisenä" not in await page.content()
    await expect(aino.locator(".people")).to_contain_text("voi kirjata havaintoja")
    await aino.click("[data-action=notes]")
    await aino.fill(FIELD, "Veikko näkee tämän?")
    await check(aino)
    await take(aino, "room_notes-1280", whole=False)
    await aino.fill(FIELD, "")


async def _off_the_record_the_field_is_closed(eero: Page, veikko: Page) -> None:
    await veikko.fill(FIELD, "kesken")
    await eero.click("[data-action=off_record]")
    await expect(veikko.locator(FIELD)).to_be_disabled()
    await expect(veikko.locator(".notes")).to_contain_text("Mitään ei kirjata")
    await expect(veikko.locator(FIELD)).to_have_value("kesken")


async def _the_lane(page: Page, expected: list[float]) -> None:
    """By keyboard, then by pointing."""
    await expect(page.locator(".bench-field")).to_be_focused()
    words = page.locator("[data-lane=note] .bench-mark")
    shown = []
    for text in ("J1 puhuu ensimmäisenä.", "J1 ei kuule."):
        await page.keyboard.press("e")
        await expect(words).to_contain_text(text)
        shown.append(_ms((await words.inner_text()).split(" ")[0]))
        assert _ms(await page.inner_text(".bench-controls .clock")) >= shown[-1] - 20
    for wanted, found in zip(expected, shown, strict=True):
        assert abs(wanted - found) < NEAR_MS
    await expect(page.locator(".bench-controls svg use").first).to_have_attribute(
        "href", "/static/icons.svg#pause"
    )
    await page.keyboard.press("e")
    await expect(page.locator(".bench-notice")).to_contain_text("ei ole enempää")
    await page.keyboard.press("w")
    await expect(words).to_contain_text("J1 puhuu ensimmäisenä.")
    await page.keyboard.press(" ")

    await page.mouse.move(*await marker(page, shown[1]))
    await expect(words).to_contain_text("J1 ei kuule.")
    await page.mouse.move(5, 5)
    await expect(words).to_contain_text("J1 puhuu ensimmäisenä.")
    await page.mouse.click(*await marker(page, shown[1]))
    await expect(words).to_contain_text("J1 ei kuule.")


async def marker(page: Page, at_ms: int, length_ms: int = LENGTH_MS) -> tuple[float, float]:
    box = await page.locator(".bench-canvas").bounding_box()
    lane = await page.locator(".bench-marked").bounding_box()
    assert box is not None
    assert lane is not None
    wide = await page.evaluate("document.querySelector('.bench-wide').offsetWidth")
    scrolled = await page.evaluate("document.querySelector('.bench-field').scrollLeft")
    return box["x"] + at_ms / length_ms * wide - scrolled, lane["y"] + lane["height"] / 2


def _ms(words: str) -> int:
    """`00:07,25` as milliseconds."""
    minutes, seconds = words.replace(",", ".").split(":")
    return round((int(minutes) * 60 + float(seconds)) * 1000)


@pytest.mark.parametrize("width", AT_BOTH)
async def test_notes_are_seen_and_have_no_barrier(site: Site, width: str) -> None:
    people: dict[str, User] = site.played.people
    ready = site.played.recordings[RecordingState.READY]
    async with site.context.database.reading() as db:
        recording = await db.get_one(Recording, ready)
        meeting = await db.get_one(Meeting, recording.meeting_id)
    assert meeting.state == MeetingState.ENDED
    for name, at_ms, kind, text in PLAYED_NOTES:
        at = recording.started_at + timedelta(milliseconds=at_ms)
        await jot(site.context, meeting, people[name], text, at, kind)
    size = {"width": WIDTHS[width][0], "height": WIDTHS[width][1]}
    async with site.visitor(site.played.administrator, **size) as context:
        page = await context.new_page()
        faults = listen(page)
        await page.goto(f"{site.url}/recordings/{ready}")
        notes = page.locator("#notes")
        await expect(notes.locator("[data-note]")).to_have_count(len(PLAYED_NOTES))
        await notes.get_by_role("button", name="Toista kohdasta 00:08").first.click()
        await page.wait_for_timeout(300)
        await check(page)
        await take(page, f"recording_notes-{width}")

        await page.goto(f"{site.url}/recordings/{ready}/workbench")
        await expect(page.locator(".bench-field")).to_be_focused()
        for _ in range(3):
            await page.keyboard.press("e")
        await page.keyboard.press(" ")
        await expect(page.locator("[data-lane=note] .bench-mark")).to_contain_text("Aihe vaihtui")
        await check(page)
        await take(page, f"workbench_notes-{width}")
        overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await page.evaluate(overflow)
        assert not faults


async def test_ones_own_note_is_changed_and_taken_out_after_the_meeting(site: Site) -> None:
    async with site.context.database.reading() as db:
        meeting = await db.get_one(Meeting, site.played.ended_meeting)
    veikko = site.played.people["Veikko Laine"]
    await jot(site.context, meeting, veikko, "Virhe tässä.", meeting.starts_at)
    async with site.visitor(veikko) as context:
        page = await context.new_page()
        await page.goto(f"{site.url}/meetings/{meeting.id}")
        await page.click("#notes [data-edit]")
        await page.fill("#notes textarea", "Korjattu.")
        await page.click("#notes form button:not([type])")
        await expect(page.locator("#notes .words")).to_have_text("Korjattu.")
        await page.click("#notes [data-remove]")
        await page.click("[data-choice=remove]")
        await expect(page.locator("#notes .empty")).to_be_visible()
    async with site.context.database.reading() as db:
        assert (await db.exec(select(ObservationNote))).all() == []
