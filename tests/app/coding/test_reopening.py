"""Turns that change after somebody had finished coding them."""

from typing import Any
from uuid import UUID

from app.blinding.models import AssignmentState, CodingAssignment
from app.coding import following
from app.turns import service as turns
from app.turns.models import Turn
from tests.app.coding.test_comparing import place
from tests.app.turns.test_edits import Desk, new
from tests.app.web.conftest import Browser
from tests.app.web.conftest import browser as browser
from tests.fixtures.cast import Person
from tests.fixtures.coded import API, Coded, problem_of
from tests.fixtures.kept import DETECTOR

OPEN, DONE = AssignmentState.OPEN, AssignmentState.DONE


async def both(work: Coded) -> tuple[UUID, UUID]:
    """They differ on the theme of the third turn."""
    one, two = await work.assign(work.first), await work.assign(work.second)
    await work.finish_at_once(one, {})
    await work.finish_at_once(two, {2: ["life"]})
    return one, two


async def followed(work: Coded) -> None:
    await following.follow(work.kept.context.database)


async def split(work: Coded, number: int = 0) -> tuple[str, list[Turn]]:
    """The edit, and what the turn became."""
    turn, edit, given = work.turns[number], new(), [new(), new()]
    at = (turn.start_ms + turn.end_ms) // 2
    sent = await Desk(work.kept).send(edit, name="split", turn=str(turn.id), at_ms=at, given=given)
    assert sent.status_code == 201, sent.text
    await followed(work)
    async with work.kept.context.database.reading() as db:
        return edit, [await db.get_one(Turn, UUID(each)) for each in given]


async def states(work: Coded, *assignments: UUID) -> list[AssignmentState]:
    return [(await work.assignment(each)).state for each in assignments]


async def mine(work: Coded, coder: Person, assignment: UUID) -> set[str]:
    seen = (await coder.client.get(f"{API}/coding-assignments/{assignment}")).json()
    return {turn["id"] for turn in seen["turns"] if turn["is_mine"]}


async def agreement(work: Coded, who: str = "administrator") -> dict[str, Any]:
    client = getattr(work.kept.cast, who).client
    answer = await client.get(f"{API}/codebook-versions/{work.version.id}/agreement")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def told(found: dict[str, Any]) -> tuple[int, int, int, int]:
    """Turns compared, recordings that wait, turns to be coded again, and those not coded blind."""
    return found["turns"], found["waiting"], found["again"], found["recoded"]


async def say(work: Coded, coder: Person, assignment: UUID, *those: Turn, **more: Any) -> None:
    for turn in those:
        for axis, code in (("theme", "values"), ("function", "opinion")):
            answer = await work.put(coder, assignment, turn, axis, code, **more)
            assert answer.status_code == 204, answer.text


async def finish(coder: Person, assignment: UUID) -> None:
    answer = await coder.client.post(f"{API}/coding-assignments/{assignment}/finish")
    assert answer.json()["state"] == "done", answer.text


async def test_a_split_turn_is_asked_for_again_and_nothing_else(work: Coded) -> None:
    one, two = await both(work)
    first = (await work.assignment(one)).finished_at
    assert told(await agreement(work)) == (8, 0, 0, 0)

    _, halves = await split(work)

    assert await states(work, one, two) == [OPEN, OPEN]
    assert (await work.assignment(one)).finished_at == first
    assert await mine(work, work.first, one) == {str(each.id) for each in halves}
    assert told(await agreement(work)) == (7, 0, 2, 0), "the others are compared still"
    path = f"{API}/programmes/{work.kept.cast.programme_id}/coding-assignments"
    lines = (await work.kept.cast.administrator.client.get(path)).json()
    assert {
        (line["state"], line["again"], line["coded"], line["turn_count"]) for line in lines
    } == {("open", 2, 7, 9)}
    other = await work.put(work.first, one, work.turns[1], "theme", "strain")
    assert problem_of(other) == (409, "coding_closed")
    assert told(await agreement(work, "researcher")) == (0, 1, 0, 0), "who is blind again"
    assert problem_of(await work.first.client.get(place(work))) == (409, "still_coding")

    for coder, assignment in ((work.first, one), (work.second, two)):
        await say(work, coder, assignment, *halves)
        await followed(work)
        assert await states(work, assignment) == [OPEN], "its coder says when it is done"
        assert await mine(work, coder, assignment) == {str(each.id) for each in halves}
        await finish(coder, assignment)
    assert (await work.first.client.get(place(work))).status_code == 200
    assert told(await agreement(work)) == (9, 0, 0, 0), "both were blind when they coded"
    assert (await work.assignment(one)).finished_at == first


async def test_merged_turns_of_different_codes_are_asked_for_again(work: Coded) -> None:
    """The second differs on the third turn from the fifth; to the first both are values."""
    one, two = await both(work)
    pair, given = [str(work.turns[number].id) for number in (2, 4)], new()
    await Desk(work.kept).do(name="merge", turns=pair, given=given)
    await followed(work)

    assert await states(work, one, two) == [DONE, OPEN]
    assert await mine(work, work.second, two) == {given}
    assert (await work.assignment(one)).turn_count == 7
    assert told(await agreement(work)) == (6, 0, 1, 0)


async def test_a_step_back_closes_it_again(work: Coded) -> None:
    one, two = await both(work)
    edit, _ = await split(work)
    await Desk(work.kept).do(name="undo", edit=edit, given=[new()])
    await followed(work)
    assert await states(work, one, two) == [DONE, DONE]
    assert told(await agreement(work)) == (8, 0, 0, 0)


async def test_a_turn_that_is_drawn_or_heard_anew_is_asked_for(work: Coded) -> None:
    """Moved and accepted ones keep their codes, and ask for nothing."""
    one, _ = await both(work)
    desk, turn = Desk(work.kept), work.turns[0]
    times = {"start_ms": turn.start_ms + 20, "end_ms": turn.end_ms}
    await desk.do(name="move", turn=str(turn.id), given=new(), **times)
    await followed(work)
    assert await states(work, one) == [DONE]

    await following.follow(work.kept.context.database)
    bob = work.kept.cast.bob.id
    new_one = Turn(index_id=UUID(int=0), user_id=bob, start_ms=70_000, end_ms=72_000)
    async with work.kept.context.database.transaction() as db:
        await turns.store(db, work.kept.recording.id, DETECTOR, {"bridge_pause_ms": 900}, [new_one])
    await following.follow(work.kept.context.database)
    assert await states(work, one) == [OPEN]
    assert str(new_one.id) in await mine(work, work.first, one)


async def test_of_drawn_turns_only_those_are_asked_for_again(work: Coded) -> None:
    one, two = await both(work)
    async with work.kept.context.database.transaction() as db:
        row = await db.get_one(CodingAssignment, two)
        row.turn_ids = [str(work.turns[0].id)]
    await split(work, 1)
    assert await states(work, one, two) == [OPEN, DONE]
    await split(work, 0)
    assert await states(work, one, two) == [OPEN, OPEN]


async def test_who_had_seen_others_codes_is_left_out_of_agreement(work: Coded) -> None:
    """The first compared, the second read how often each code was given; a clock that is slow
    makes nobody blind."""
    one, two = await both(work)
    content = f"{API}/codebook-versions/{work.version.id}/content"
    assert (await work.first.client.get(place(work))).status_code == 200
    assert (await work.second.client.get(content)).status_code == 200
    _, halves = await split(work)
    early = {"decided_at": "2020-01-01T00:00:00Z"}
    for coder, assignment in ((work.first, one), (work.second, two)):
        await say(work, coder, assignment, *halves, **early)
        await finish(coder, assignment)
    assert told(await agreement(work)) == (7, 0, 0, 2)
    counted = (await work.kept.cast.administrator.client.get(content)).json()
    assert (counted["turns"], counted["again"]) == (9, 0), "what was coded is coded"


async def test_pages_say_who_had_finished_and_what_is_to_be_coded_again(
    work: Coded, browser: Browser
) -> None:
    one, _ = await both(work)
    seen = await browser(work.first)
    bench = (await seen.get(f"/recordings/{work.kept.recording.id}/workbench")).text
    assert "on saanut valmiiksi: 2" in bench
    await split(work)
    coordinator = await browser(work.kept.cast.administrator)
    queue = f"/programmes/{work.kept.cast.programme_id}/coding"
    assert (await coordinator.get(queue)).text.count("uudelleen 2") == 2
    assert "Koodaa uudelleen" in (await seen.get(queue)).text
    assert "jäivät vaille koodia" in (await seen.get(f"/coding/{one}")).text
    page = f"/programmes/{work.kept.cast.programme_id}/agreement"
    assert "odottavat koodaajaansa: 2" in (await coordinator.get(page)).text
