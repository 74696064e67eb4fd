"""The workbench by keyboard alone: turns corrected, reloaded in the middle, offline for a while, a
second person in the way; and the turns afterwards, as the API gives them."""

import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.async_api import Page, expect

from app.accounts.models import User
from app.kit.errors import Refusal
from app.kit.tokens import Access
from app.programmes.models import ProgrammeRole, ProgrammeStaff
from app.recordings.models import RecordingState
from app.turns import forms
from app.turns.editing import Piece, change
from app.turns.models import Talk, TurnState
from tests.browser.conftest import Site
from tests.browser.test_pages import AT_BOTH, WIDTHS, check, listen, take

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SAVED_MS = 20_000


class Colleague:
    """A researcher at another machine, who works over the API."""

    def __init__(self, site: Site, user: User) -> None:
        token = site.context.tokens.access(Access(user.id, user.is_administrator, user.language))
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "fi"}
        self.path = f"/api/v1/recordings/{site.played.recordings[RecordingState.READY]}"
        self.client = httpx.AsyncClient(base_url=site.url, headers=headers, trust_env=False)

    async def turns(self) -> list[dict[str, Any]]:
        answer = await self.client.get(f"{self.path}/workbench")
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["turns"]
        return found

    async def do(self, **operation: Any) -> None:
        form = {"id": str(uuid4()), "operation": operation}
        answer = await self.client.post(f"{self.path}/edits", json=form)
        assert answer.status_code == 201, answer.text


@asynccontextmanager
async def colleague(site: Site) -> AsyncIterator[Colleague]:
    user = User(name="Kaisa Lehto", email="kaisa@example.org")
    async with site.context.database.transaction() as db:
        db.add(user)
        await db.flush()
        role = ProgrammeRole.RESEARCHER
        db.add(ProgrammeStaff(programme_id=site.played.programme, user_id=user.id, role=role))
    made = Colleague(site, user)
    async with made.client:
        yield made


async def opened(page: Page, site: Site) -> None:
    """From the recording's page, by the keyboard."""
    await page.goto(f"{site.url}/recordings/{site.played.recordings[RecordingState.READY]}")
    link = page.get_by_role("link", name="Korjaa ja hyväksy puheenvuorot")
    await link.focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/workbench")
    await ready(page)


async def ready(page: Page) -> None:
    await expect(page.locator(".bench-field")).to_be_focused()
    await saved(page)


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def saved(page: Page) -> None:
    kept = page.locator(".bench-saved[data-state=saved]")
    await expect(kept).to_be_visible(timeout=SAVED_MS)


def fine(ms: int) -> str:
    return f"{ms // 60_000:02}:{ms // 1000 % 60:02},{ms % 1000 // 10:02}"


async def choose(page: Page, turn: dict[str, Any]) -> None:
    """By the arrows, from the first turn on."""
    wanted = f"{turn['name']}, {fine(turn['start_ms'])}–{fine(turn['end_ms'])}"
    words = page.locator("#bench-now")
    await page.locator(".bench-field").focus()
    for key in ("ArrowUp", "ArrowDown"):
        for _ in range(80):
            if wanted in await words.inner_text():
                return
            await page.keyboard.press(key)
    raise AssertionError(f"{wanted} is not there: {await words.inner_text()}")


def long(turns: list[dict[str, Any]]) -> dict[str, Any]:
    """One that can be split a second after its start, and whose start is its own."""
    starts = [turn["start_ms"] for turn in turns]
    return next(
        turn
        for turn in turns
        if turn["state"] == "proposed" and turn["end_ms"] - turn["start_ms"] > 1_300
        and starts.count(turn["start_ms"]) == 1
    )  # fmt: skip


def span(turn: dict[str, Any]) -> tuple[str, int, int]:
    return turn["name"], turn["start_ms"], turn["end_ms"]


async def test_an_hour_at_the_workbench_in_short(site: Site) -> None:
    visitor = site.visitor(site.played.administrator)
    async with colleague(site) as other, visitor as context:
        before = await other.turns()
        assert {turn["state"] for turn in before} == {"proposed"}
        page = await context.new_page()
        faults = listen(page)
        await opened(page, site)
        await _edges_and_acceptance(page, other, before)
        await _reload_with_edits_on_the_way(page, other)
        await _undo_and_redo(page, other)
        await _marks_of_talk(page, other)
        await _in_each_others_way(page, other)
        assert not [fault for fault in faults if "ERR_" not in fault and "409" not in fault]


async def _edges_and_acceptance(page: Page, other: Colleague, before: list[Any]) -> None:
    """The first turn: 30 ms later, its end 20 ms earlier; the second accepted as it is."""
    await press(page, "Home", "ArrowDown", "s", "s", "s", "d", "d", "Enter")
    await expect(page.locator("#bench-now")).to_contain_text("koneen ehdotus")
    await press(page, "Enter")
    await saved(page)
    now = {(t["start_ms"], t["end_ms"]): t for t in await other.turns()}
    first, second = before[0], before[1]
    moved = now[first["start_ms"] + 30, first["end_ms"] - 20]
    assert (moved["name"], moved["state"]) == (first["name"], "accepted")
    assert now[second["start_ms"], second["end_ms"]]["state"] == "accepted"
    edits = (await other.client.get(f"{other.path}/edits")).json()["edits"]
    operations = [edit["operation"] for edit in edits]
    assert (set(operations[:-1]), operations[-1]) == ({"move"}, "accept")
    assert len(operations) < 6  # nudges in a row are one edit


async def _reload_with_edits_on_the_way(page: Page, other: Colleague) -> None:
    """Offline, three edits; the page is closed on them, and opened again."""
    count = len(await other.turns())
    await choose(page, long(await other.turns()))
    await page.context.set_offline(True)
    await press(page, "ArrowRight", "x")
    waiting = page.locator(".bench-saved[data-state=waiting]")
    await expect(waiting).to_contain_text("1 muutosta odottaa tällä koneella")
    await press(page, "b", "u", "Enter")
    await expect(waiting).to_contain_text("3 muutosta")
    assert len(await other.turns()) == count
    address = page.url
    await page.goto("about:blank")
    await page.context.set_offline(False)
    await page.goto(address)
    await ready(page)
    now = await other.turns()
    assert len(now) == count + 1
    assert sum(turn["state"] == "accepted" for turn in now) == 5


async def _undo_and_redo(page: Page, other: Colleague) -> None:
    """Also what was done before the page was opened again; and a turn given to somebody else."""
    there = sorted(map(span, await other.turns()))
    await press(page, "z", "z", "z")
    await saved(page)
    assert len(await other.turns()) == len(there) - 1
    await press(page, "y", "y", "y")
    await saved(page)
    assert sorted(map(span, await other.turns())) == there
    names = [each.split(" · ")[1] for each in await page.locator(".bench-name").all_inner_texts()]
    turns = await other.turns()
    turn, name = next(
        (turn, name)
        for turn in reversed(turns)
        for name in names
        if name != turn["name"] and not any(name == t["name"] and meet(t, turn) for t in turns)
    )
    await choose(page, turn)
    place = names.index(name) + 1
    await press(page, f"Shift+Digit{place}")  # of the eleventh and on, of whom there is none
    written = "import('/static/workbench/keys.js').then(({keyOf}) => [0, 9, 10, 20].map(keyOf))"
    assert await page.evaluate(written) == ["1", "0", "⇧1", ""]
    await press(page, str(place))
    await saved(page)
    assert (name, turn["start_ms"], turn["end_ms"]) in map(span, await other.turns())
    await press(page, "Control+z")
    await saved(page)
    assert sorted(map(span, await other.turns())) == there
    await _walk_through_names(page, other, turn, name)
    await press(page, "Control+z")
    await saved(page)
    assert sorted(map(span, await other.turns())) == there


async def _walk_through_names(
    page: Page, other: Colleague, turn: dict[str, Any], name: str
) -> None:
    """In the closed field of speakers every arrow is a change; who walks makes one edit."""
    count = await edits(other)
    await choose(page, turn)
    speaker = page.locator("#bench-person")
    await speaker.focus()
    await press(page, "End", "ArrowUp", "Home", "Escape")
    assert await speaker.locator("option:checked").inner_text() == turn["name"]
    await press(page, "End", "Home")
    while await speaker.locator("option:checked").inner_text() != name:
        await press(page, "ArrowDown")
    await page.locator(".bench-field").focus()
    await saved(page)
    assert (name, turn["start_ms"], turn["end_ms"]) in map(span, await other.turns())
    assert await edits(other) == count + 1


async def _marks_of_talk(page: Page, other: Colleague) -> None:
    """Technical talk by K, and laughter by G in its place; once more, and it is speech again."""
    turn = (await other.turns())[0]
    await choose(page, turn)
    for keys, talk in (("k", "technical"), ("g", "laughter"), ("g", "speech"), ("zz", "technical")):
        await press(page, *keys)
        await saved(page)
        now = {span(each): each["talk"] for each in await other.turns()}
        assert now[span(turn)] == talk
    await expect(page.locator("#bench-now")).to_contain_text("puhetta tekniikasta")
    await expect(page.locator("[data-act=technical]")).to_have_attribute("aria-pressed", "true")
    await press(page, "z")
    await saved(page)


async def edits(other: Colleague) -> int:
    """How many there are."""
    there = (await other.client.get(f"{other.path}/workbench")).json()
    return int(there["sequence"])


def meet(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["start_ms"] < other["end_ms"] and other["start_ms"] < one["end_ms"])


async def _in_each_others_way(page: Page, other: Colleague) -> None:
    """Kaisa splits the turn that is being marked here; nothing is lost, and there is a way out."""
    turn = long(await other.turns())
    await choose(page, turn)
    await page.context.set_offline(True)
    await press(page, "b")
    halves = [str(uuid4()), str(uuid4())]
    at_ms = turn["start_ms"] + 400
    await other.do(name="split", turn=turn["id"], at_ms=at_ms, given=halves)
    await page.context.set_offline(False)

    alarm = page.locator(".bench-conflicts")
    await expect(alarm).to_contain_text("Kaisa Lehto ehti ensin", timeout=SAVED_MS)
    await expect(alarm).to_contain_text("jakaminen")
    await check(page)
    await take(page, "workbench_conflict-1280")
    await page.reload()
    await ready(page)
    await expect(alarm).to_contain_text(f"Minimipalautteen merkintä: {turn['name']}")
    await alarm.get_by_role("button", name=re.compile("Tee muutokseni")).focus()
    await press(page, "Enter")
    await expect(alarm).to_be_hidden()
    await saved(page)
    now = {t["id"]: t for t in await other.turns()}
    assert halves[0] in now
    assert halves[1] not in now
    marked = next(t for t in now.values() if span(t) == (turn["name"], at_ms, turn["end_ms"]))
    assert marked["is_backchannel"]


@pytest.mark.parametrize("width", AT_BOTH)
async def test_the_workbench_is_seen_and_has_no_barrier(site: Site, width: str) -> None:
    async with site.visitor(
        site.played.administrator, width=WIDTHS[width][0], height=WIDTHS[width][1]
    ) as context:
        page = await context.new_page()
        faults = listen(page)
        recording = site.played.recordings[RecordingState.READY]
        await page.goto(f"{site.url}/recordings/{recording}/workbench")
        await ready(page)
        await press(page, "ArrowDown", "Enter", "Enter", "Enter", "l")
        await press(page, "l", "o")
        await saved(page)
        await page.wait_for_timeout(300)
        await check(page)
        await take(page, f"workbench-{width}")
        await page.locator(".bench-field").focus()
        await press(page, "h")
        await expect(page.locator("dialog")).to_be_visible()
        await check(page)
        await take(page, f"workbench_keys-{width}", whole=False)
        overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await page.evaluate(overflow)
        assert not faults


def cases(count: int) -> list[tuple[dict[UUID, Piece], Any]]:
    """Turns of two people, and an operation on them that may or may not be possible."""
    dice, found = random.Random(11), []
    people = [UUID(int=1), UUID(int=2)]
    for _ in range(count):
        live: dict[UUID, Piece] = {}
        for person in people:
            edges = sorted(dice.sample(range(0, 1_000, 10), 8))
            for start, end in zip(edges[::2], edges[1::2], strict=True):
                state, flag = dice.choice(list(TurnState)), dice.random() < 0.5
                talk = dice.choice(list(Talk))
                piece = Piece(uuid4(), person, start, end, flag, state, talk=talk)
                live[piece.id] = piece
        turn, other = (dice.choice([*live, uuid4()]) for _ in "ab")
        start = dice.randrange(0, 1_000, 5)
        shared = {"turn": turn, "given": uuid4()}
        moved = {"start_ms": start, "end_ms": start + dice.randrange(0, 300, 5)}
        person = dice.choice(people)
        found += [
            (live, forms.Create(name="create", user_id=person, given=uuid4(), **moved)),
            (live, forms.Split(name="split", turn=turn, at_ms=start, given=[uuid4(), uuid4()])),
            (live, forms.Merge(name="merge", turns=[turn, other], given=uuid4())),
            (live, forms.Move(name="move", **shared, **moved)),
            (live, forms.Assign(name="assign", user_id=person, **shared)),
            (live, forms.Mark(name="mark", is_backchannel=True, **shared)),
            (live, forms.Sort(name="sort", talk=dice.choice(list(Talk)), **shared)),
            (live, forms.Accept(name="accept", **shared)),
            (live, forms.Delete(name="delete", turn=turn)),
        ]
    return found


def plain(piece: Piece) -> dict[str, Any]:
    return {
        "id": str(piece.id),
        "user_id": str(piece.user_id),
        "start_ms": piece.start_ms,
        "end_ms": piece.end_ms,
        "is_backchannel": piece.is_backchannel,
        "talk": str(piece.talk),
        "state": str(piece.state),
    }


def by_the_server(live: dict[UUID, Piece], operation: Any) -> dict[str, Any] | None:
    try:
        done = change(operation, live, 1_000)
    except Refusal:
        return None
    taken = [plain(live[id_]) for id_ in done.taken]
    return {"taken": taken, "given": [plain(piece) for piece in done.given]}


async def test_the_page_does_at_once_what_the_server_will_do(site: Site) -> None:
    """The law is written twice, once in each language: here the two are held against each other."""
    tried = cases(150)
    sent = [
        [[plain(piece) for piece in live.values()], operation.model_dump(mode="json")]
        for live, operation in tried
    ]
    async with site.visitor(None) as context:
        page = await context.new_page()
        await page.goto(f"{site.url}/sign-in")
        seen = await page.evaluate(
            """async (cases) => {
              const { change } = await import("/static/workbench/operations.js");
              const keyed = (turns) => new Map(turns.map((turn) => [turn.id, turn]));
              return cases.map(([turns, operation]) => change(operation, keyed(turns), 1000));
            }""",
            sent,
        )
    expected = [by_the_server(live, operation) for live, operation in tried]
    assert seen == expected
    assert 0.3 < sum(each is None for each in expected) / len(expected) < 0.8
