"""What was said of a turn goes with it through the workbench."""

from uuid import UUID

from sqlmodel import select

from app.blinding.models import CodingAssignment
from app.coding import following
from app.coding import work as working
from app.coding.models import Adjudication, CodingMemo
from app.turns.models import Turn
from tests.app.turns.test_edits import Desk, new
from tests.fixtures.coded import API, Coded


async def said_of(coded: Coded, assignment: UUID) -> dict[UUID, list[UUID]]:
    async with coded.kept.context.database.reading() as db:
        theme = next(axis.id for axis in coded.document.axes if axis.label == "theme")
        found = await working.decisions(db, assignment)
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
    await following.follow(work.kept.context.database, {})

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

    await following.follow(work.kept.context.database, {})

    assert list(await said_of(work, assignment)) == [turn.id]


async def test_what_was_said_of_the_new_turn_already_is_not_contradicted(work: Coded) -> None:
    assignment = await work.assign(work.first)
    turn, accepted = work.turns[0], new()
    await work.put(work.first, assignment, turn, "theme", "approach")
    await Desk(work.kept).do(name="accept", turn=str(turn.id), given=accepted)
    async with work.kept.context.database.reading() as db:
        heir = await db.get_one(Turn, UUID(accepted))
    assert (await work.put(work.first, assignment, heir, "theme", "control")).is_success

    await following.follow(work.kept.context.database, {})

    found = await said_of(work, assignment)
    assert found[heir.id] == [work.code("theme", "control")[1]]
