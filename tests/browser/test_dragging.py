"""Edges of turns drawn by the pointer: mouse and finger, called off, snapped; one edit each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import CDPSession, Page, expect

from app.recordings.models import RecordingState
from app.turns import service as turns
from app.turns.models import Turn
from tests.browser.conftest import Site
from tests.browser.test_pages import AT_BOTH, WIDTHS, check, listen, take, until
from tests.browser.test_workbench import Colleague, colleague, press, ready, saved
from tests.fixtures.played import UNSET

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

RULER, LANE = 28, 56
SPOKEN = {"Aino Virtanen": [(2_000, 6_000), (9_000, 13_000)], "Eero Mäkelä": [(5_000, 8_500)]}
LENGTH_MS = 24_000


@asynccontextmanager
async def at_work(site: Site, **visitor: Any) -> AsyncIterator[tuple[Page, Colleague]]:
    """The workbench over three turns, and somebody else who sees what the server has."""
    recording = site.played.recordings[RecordingState.READY]
    made = [
        Turn(index_id=UNSET, user_id=site.played.people[name].id, start_ms=start, end_ms=end)
        for name, spans in SPOKEN.items()
        for start, end in spans
    ]
    async with site.context.database.transaction() as db:
        await turns.store(db, recording, "test 3", {}, made)
    async with (
        site.visitor(site.played.administrator, **visitor) as context,
        colleague(site) as other,
    ):
        page = await context.new_page()
        faults = listen(page)
        await page.goto(f"{site.url}/recordings/{recording}/workbench")
        await ready(page)
        yield page, other
        assert faults == []


async def place(page: Page, person: str, ms: float) -> tuple[float, float]:
    """On the page, of a moment in somebody's lane; the whole recording is in view."""
    names = await page.locator(".bench-name").all_text_contents()
    lane = next(n for n, name in enumerate(names) if name.endswith(person))
    box = await page.locator(".bench-canvas").bounding_box()
    assert box is not None
    return box["x"] + box["width"] * ms / LENGTH_MS, box["y"] + RULER + LANE * (lane + 0.5)


async def whole(page: Page) -> None:
    """Zoomed out as far as it goes; the canvas sticks where it was until the next frame."""
    await press(page, *["-"] * 12, "Home")
    fits = "(f => f.scrollWidth <= f.clientWidth + 1)(document.querySelector('.bench-field'))"
    await until(page, fits)


async def drag(page: Page, person: str, from_ms: int, to_ms: int, *, drop: bool = True) -> None:
    await page.mouse.move(*await place(page, person, from_ms))
    await page.mouse.down()
    await page.mouse.move(*await place(page, person, (from_ms + to_ms) / 2))
    await page.mouse.move(*await place(page, person, to_ms), steps=3)
    if drop:
        await page.mouse.up()


async def spans(other: Colleague, person: str) -> list[tuple[int, int]]:
    found = await other.turns()
    return [(t["start_ms"], t["end_ms"]) for t in found if t["name"] == person]


async def edits(other: Colleague) -> list[str]:
    found = (await other.client.get(f"{other.path}/edits")).json()["edits"]
    return [edit["operation"] for edit in found]


AINO, EERO = SPOKEN


async def test_an_edge_is_drawn_by_the_mouse_and_undone_in_one_step(site: Site) -> None:
    async with at_work(site) as (page, other):
        await whole(page)
        await page.mouse.move(*await place(page, AINO, 6_000))
        canvas = page.locator(".bench-canvas")
        await expect(canvas).to_have_css("cursor", "ew-resize")

        await drag(page, AINO, 6_000, 7_500)
        await expect(page.locator("#bench-now")).to_contain_text(f"{AINO}, 00:02,00–00:07,")
        await drag(page, AINO, 2_000, 1_000)  # at once: not the same edit
        await saved(page)
        (first, second) = await spans(other, AINO)
        assert first == pytest.approx((1_000, 7_500), abs=40)
        assert all(ms % 10 == 0 for ms in first)
        assert second == SPOKEN[AINO][1]
        assert await edits(other) == ["move", "move"]

        await press(page, "z")
        await saved(page)
        assert (await spans(other, AINO))[0] == (2_000, first[1])
        await press(page, "d")  # the keys go on from there
        await saved(page)
        assert (await spans(other, AINO))[0] == (2_000, first[1] - 10)
        await press(page, "z", "z")
        await saved(page)
        assert await spans(other, AINO) == SPOKEN[AINO]


async def test_it_stops_at_neighbours_snaps_to_proposals_and_is_called_off(site: Site) -> None:
    async with at_work(site) as (page, other):
        await whole(page)
        await drag(page, AINO, 6_000, 15_000)
        await saved(page)
        assert (await spans(other, AINO))[0] == (2_000, 9_000)

        near = 24_000 / 1_000  # a few px
        await drag(page, AINO, 2_000, 3_000)
        await saved(page)
        moved = (await spans(other, AINO))[0][0]
        assert moved == pytest.approx(3_000, abs=40)
        await drag(page, AINO, moved, 2_000 + 4 * near)
        await saved(page)
        assert (await spans(other, AINO))[0][0] == 2_000

        before = len(await edits(other))
        await drag(page, EERO, 8_500, 12_000, drop=False)
        await page.keyboard.press("Escape")
        await page.mouse.move(*await place(page, EERO, 13_000))
        await page.mouse.up()
        await press(page, "ArrowDown")
        await page.wait_for_timeout(1_500)
        await saved(page)
        assert await spans(other, EERO) == SPOKEN[EERO]
        assert len(await edits(other)) == before

        await page.mouse.click(*await place(page, EERO, 6_500))
        await expect(page.locator("#bench-now")).to_contain_text(f"{EERO}, 00:05,00–00:08,50")


async def finger(session: CDPSession, kind: str, *at: tuple[float, float]) -> None:
    points = [{"x": x, "y": y} for x, y in at]
    await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


async def swipe(
    page: Page, session: CDPSession, start: tuple[float, float], end: tuple[float, float]
) -> None:
    await finger(session, "touchStart", start)
    for step in range(1, 9):
        part = step / 8
        x, y = (a + (b - a) * part for a, b in zip(start, end, strict=True))
        await finger(session, "touchMove", (x, y))
        await page.wait_for_timeout(20)
    await finger(session, "touchEnd")


async def test_a_finger_moves_the_edges_of_the_chosen_turn_and_scrolls_elsewhere(
    site: Site,
) -> None:
    async with at_work(site, width=390, height=844) as (page, other):
        session = await page.context.new_cdp_session(page)
        touch = {"enabled": True, "maxTouchPoints": 1}
        await session.send("Emulation.setTouchEmulationEnabled", touch)
        await whole(page)
        start, end = await place(page, AINO, 13_000), await place(page, AINO, 16_000)
        await swipe(page, session, start, end)
        await page.wait_for_timeout(300)
        assert await edits(other) == [], "not chosen: a finger only scrolls"

        await finger(session, "touchStart", await place(page, AINO, 11_000))
        await finger(session, "touchEnd")
        await expect(page.locator("#bench-now")).to_contain_text(f"{AINO}, 00:09,00–00:13,00")
        await swipe(page, session, start, end)
        await saved(page)
        assert await edits(other) == ["move"]
        assert (await spans(other, AINO))[1] == pytest.approx((9_000, 16_000), abs=120)


@pytest.mark.parametrize("width", AT_BOTH)
async def test_dragging_and_the_history_of_it_are_seen(site: Site, width: str) -> None:
    wide, high = WIDTHS[width]
    async with at_work(site, width=wide, height=high) as (page, other):
        await whole(page)
        await drag(page, AINO, 6_000, 7_500)
        await press(page, "ArrowDown", "Enter")
        await drag(page, AINO, 9_000, 8_000)
        await saved(page)
        await drag(page, EERO, 8_500, 10_000, drop=False)
        await page.wait_for_timeout(300)
        await take(page, f"workbench_drag-{width}", whole=False)
        await page.mouse.up()
        await saved(page)
        turn = (await other.turns())[0]
        await other.do(name="delete", turn=turn["id"])

        await page.get_by_role("link", name="Muutoshistoria").click()
        rows = page.locator(".edits tbody tr")
        await expect(rows.first).to_contain_text("Kaisa Lehto")
        await expect(rows.first).to_contain_text("Ehdotusta ei ole enää mukana.")
        await expect(rows.nth(1)).to_contain_text(f"{EERO}")
        await expect(rows.nth(1)).to_contain_text("s myöhemmin.")
        await check(page)
        assert await page.evaluate("document.documentElement.scrollWidth") <= wide
        await take(page, f"workbench_history-{width}")
        await page.select_option("#author", label="Kaisa Lehto")
        await page.get_by_role("button", name="Näytä").click()
        await expect(rows).to_have_count(1)
        async with page.expect_download() as coming:
            await page.get_by_role("link", name="Lataa taulukkona").click()
        lines = (await (await coming.value).path()).read_text().splitlines()
        assert len(lines) == 2
        assert "delete" in lines[1]
