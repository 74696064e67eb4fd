"""What was said of a turn goes with it through the workbench."""

from uuid import UUID

from sqlmodel import select

from app.blinding.models import CodingAssignment
from app.coding import following, standing
from app.coding.models import Adjudication, CodingMemo
from app.turns.models import Turn
from tests.app.turns.test_edits import Desk, new
from tests.fixtures.coded import API, Coded, problem_of


async def said_of(coded: Coded, assignment: UUID) -> dict[UUID, list[UUID]]:
    async with coded.kept.context.database.reading() as db:
        theme = next(axis.id for axis in coded.document.axes if axis.label == "theme")
        found = await standing.decisions(db, assignment)
    return {each.turn_id: each.code_ids for each in found if each.axis_id == theme}


async def test_codes_memos_and_decisions_go_with_the_turn(work: Coded) -> None:
    assignment = await work.assign(work.first)
    turn, desk = work.turns[0], Desk(work.kept)
    theme, code = work.code("theme", "approach")
    assert (await work.put(work.first, assignment, turn, "theme", "approach")).is_success
    path = f"{API}/coding-assignments/{assignment}/turns/{turn.id}/memo"
    note = {"body": "epäröi", "decided_at": "2026-11-25T12:00:00Z"}
    assert (await work.first.client.put(path, json=note)).is_success
    async with work.kept.context.database.transaction() as db:
        row = await db.get_one(CodingAssignment, assignment)
        row.turn_ids = [str(turn.id)]
        db.add(
            Adjudication(
                version_id=work.version.id,
                turn_id=turn.id,
                axis_id=theme,
                code_id=code,
                decided_by=work.first.id,
            )
        )

    accepted, moved = new(), new()
    await desk.do(name="accept", turn=str(turn.id), given=accepted)
    times = {"start_ms": turn.start_ms + 20, "end_ms": turn.end_ms}
    await desk.do(name="move", turn=accepted, given=moved, **times)
    assert list(await said_of(work, assignment)) == [turn.id]
    await following.follow(work.kept.context.database)

    assert await said_of(work, assignment) == {UUID(moved): [code]}
    async with work.kept.context.database.reading() as db:
        assert (await db.get_one(CodingAssignment, assignment)).turn_ids == [moved]
        assert (await db.exec(select(Adjudication.turn_id))).one() == UUID(moved)
        assert (await db.exec(select(CodingMemo.turn_id))).one() == UUID(moved)


async def test_what_was_split_is_to_be_coded_again_and_nothing_is_lost(work: Coded) -> None:
    assignment = await work.assign(work.first)
    turn = work.turns[0]
    await work.put(work.first, assignment, turn, "theme", "approach")
    at = (turn.start_ms + turn.end_ms) // 2
    await Desk(work.kept).do(name="split", turn=str(turn.id), at_ms=at, given=[new(), new()])

    await following.follow(work.kept.context.database)

    assert list(await said_of(work, assignment)) == [turn.id]


async def test_what_was_said_of_the_new_turn_already_is_not_contradicted(work: Coded) -> None:
    assignment = await work.assign(work.first)
    turn, accepted = work.turns[0], new()
    await work.put(work.first, assignment, turn, "theme", "approach")
    await Desk(work.kept).do(name="accept", turn=str(turn.id), given=accepted)
    async with work.kept.context.database.reading() as db:
        heir = await db.get_one(Turn, UUID(accepted))
    assert (await work.put(work.first, assignment, heir, "theme", "control")).is_success

    await following.follow(work.kept.context.database)

    found = await said_of(work, assignment)
    assert found[heir.id] == [work.code("theme", "control")[1]]


async def merged(work: Coded) -> tuple[str, str]:
    """Two turns of bob's become one: the edit, and the turn."""
    edit, given = new(), new()
    pair = [str(work.turns[place].id) for place in (2, 4)]
    answer = await Desk(work.kept).send(edit, name="merge", turns=pair, given=given)
    assert answer.status_code == 201, answer.text
    return edit, given


async def followed(work: Coded) -> None:
    await following.follow(work.kept.context.database)


async def test_what_was_followed_is_not_looked_at_again(work: Coded) -> None:
    """Not by another worker either, nor by one that starts anew."""
    assignment = await work.assign(work.first)
    await work.finish_at_once(assignment, {})
    await followed(work)
    unlikely = 99
    async with work.kept.context.database.transaction() as db:
        (await db.get_one(CodingAssignment, assignment)).turn_count = unlikely
    await followed(work)
    assert (await work.assignment(assignment)).turn_count == unlikely
    await merged(work)
    await followed(work)
    assert (await work.assignment(assignment)).turn_count == len(work.turns) - 1


async def test_what_was_said_of_both_alike_is_said_of_what_they_became(work: Coded) -> None:
    assignment = await work.assign(work.first)
    for place, sure in ((2, 3), (4, 1)):
        turn = work.turns[place]
        await work.put(work.first, assignment, turn, "theme", "approach", confidence=sure)
    _, given = await merged(work)
    await followed(work)
    async with work.kept.context.database.transaction() as db:
        await following.carry(db, work.kept.recording.id)  # once more changes nothing

    said = await said_of(work, assignment)
    assert said[UUID(given)] == [work.code("theme", "approach")[1]]
    assert set(said) == {UUID(given), work.turns[2].id, work.turns[4].id}, "the originals stay"
    copied = [row for row in await work.codings() if row.turn_id == UUID(given)]
    assert [row.confidence for row in copied] == [None], "surer of one than of the other"


async def test_where_the_two_differ_the_merged_turn_is_to_be_coded_again(work: Coded) -> None:
    """Theme: approach, control; function: opinion, opinion. The theme is asked for again, and the
    turn is not finished without it."""
    assignment = await work.assign(work.first)
    await work.code_all(work.first, assignment, ["approach"], finish=False)
    await work.put(work.first, assignment, work.turns[4], "theme", "control")
    edit, given = await merged(work)
    await followed(work)

    said = await said_of(work, assignment)
    assert UUID(given) not in said
    assert said[work.turns[2].id] == [work.code("theme", "approach")[1]]
    assert said[work.turns[4].id] == [work.code("theme", "control")[1]]
    seen = (await work.first.client.get(f"{API}/coding-assignments/{assignment}")).json()
    function = work.code("function", "opinion")[0]
    assert [d["axis_id"] for d in seen["decisions"] if d["turn_id"] == given] == [str(function)]
    finishing = f"{API}/coding-assignments/{assignment}/finish"
    assert problem_of(await work.first.client.post(finishing)) == (409, "coding_unfinished")

    first, second = new(), new()
    await Desk(work.kept).do(name="undo", edit=edit, given=[first, second])
    await followed(work)
    said = await said_of(work, assignment)
    assert said[UUID(first)] == [work.code("theme", "approach")[1]], "a step back has its own again"
    assert said[UUID(second)] == [work.code("theme", "control")[1]]


async def test_memos_of_both_stand_one_after_another(work: Coded) -> None:
    assignment = await work.assign(work.first)
    for place, body in ((2, "alkaa"), (4, "jatkuu")):
        path = f"{API}/coding-assignments/{assignment}/turns/{work.turns[place].id}/memo"
        note = {"body": body, "decided_at": "2026-11-25T12:00:00Z"}
        assert (await work.first.client.put(path, json=note)).is_success
    _, given = await merged(work)
    await followed(work)

    async with work.kept.context.database.reading() as db:
        assert (await standing.memos(db, assignment))[UUID(given)] == "alkaa\njatkuu"


async def test_a_step_back_takes_along_what_was_followed_already(work: Coded) -> None:
    assignment = await work.assign(work.first)
    turn, desk, edit, moved, back = work.turns[0], Desk(work.kept), new(), new(), new()
    await work.put(work.first, assignment, turn, "theme", "approach")
    times = {"start_ms": turn.start_ms + 20, "end_ms": turn.end_ms}
    sent = await desk.send(edit, name="move", turn=str(turn.id), given=moved, **times)
    assert sent.status_code == 201
    await followed(work)
    assert list(await said_of(work, assignment)) == [UUID(moved)]

    await desk.do(name="undo", edit=edit, given=[back])
    await followed(work)

    assert list(await said_of(work, assignment)) == [UUID(back)]


async def test_of_drawn_turns_what_came_in_their_place_is_asked_for(work: Coded) -> None:
    assignment = await work.assign(work.first)
    async with work.kept.context.database.transaction() as db:
        row = await db.get_one(CodingAssignment, assignment)
        row.turn_ids = [str(work.turns[2].id), str(work.turns[4].id)]
    edit, given = await merged(work)
    await followed(work)
    asked = (await work.assignment(assignment)).turn_ids or []
    assert given in asked

    back = [new(), new()]
    await Desk(work.kept).do(name="undo", edit=edit, given=back)
    await followed(work)
    assert set(back) <= set((await work.assignment(assignment)).turn_ids or [])


async def test_a_decision_on_a_turn_that_was_replaced_lands_on_its_heir(work: Coded) -> None:
    """Nobody has followed yet, and the assignment asks for the old turn by its id."""
    assignment = await work.assign(work.first)
    turn, moved = work.turns[0], new()
    async with work.kept.context.database.transaction() as db:
        (await db.get_one(CodingAssignment, assignment)).turn_ids = [str(turn.id)]
    times = {"start_ms": turn.start_ms + 20, "end_ms": turn.end_ms}
    await Desk(work.kept).do(name="move", turn=str(turn.id), given=moved, **times)

    answer = await work.put(work.first, assignment, turn, "theme", "approach")

    assert answer.status_code == 204, answer.text
    assert await said_of(work, assignment) == {UUID(moved): [work.code("theme", "approach")[1]]}


async def test_a_decision_on_a_turn_that_was_split_says_so(work: Coded) -> None:
    assignment = await work.assign(work.first)
    turn = work.turns[0]
    at = (turn.start_ms + turn.end_ms) // 2
    await Desk(work.kept).do(name="split", turn=str(turn.id), at_ms=at, given=[new(), new()])

    answer = await work.put(work.first, assignment, turn, "theme", "approach")

    assert problem_of(answer) == (409, "coding_turn_changed")
    assert await work.codings() == []
