"""Storing an index, and which one is in use."""

from uuid import UUID

from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.turns import service
from app.turns.models import Turn, TurnIndex
from tests.fixtures.kept import DETECTOR, Kept

RULES = {"bridge_pause_ms": 700}


def turn(kept: Kept, start_ms: int) -> Turn:
    user_id = kept.cast.bob.id
    return Turn(index_id=UUID(int=0), user_id=user_id, start_ms=start_ms, end_ms=start_ms + 900)


async def starts(kept: Kept) -> list[int]:
    async with kept.context.database.reading() as db:
        _, rows = await service.allowed(db, kept.recording.id, kept.meeting)
    return [row.turn.start_ms for row in rows]


async def store(kept: Kept, version: str, rules: dict[str, int], at: int) -> TurnIndex:
    async with kept.context.database.transaction() as db:
        return await service.store(db, kept.recording.id, version, rules, [turn(kept, at)])


async def test_the_newest_index_is_in_use(kept: Kept) -> None:
    assert await starts(kept) == [1_000, 9_000, 20_000]

    made = await store(kept, DETECTOR, {"bridge_pause_ms": 500}, 77)

    assert await starts(kept) == [77]
    async with kept.context.database.reading() as db:
        newest = await service.newest(db, kept.recording.id)
    assert newest is not None
    assert newest.id == made.id


async def test_the_same_detector_with_the_same_rules_replaces_its_index(kept: Kept) -> None:
    for at in (5, 6):
        await store(kept, DETECTOR, RULES, at)

    async with kept.context.database.reading() as db:
        indexes = (await db.exec(select(TurnIndex))).all()
        turns = (await db.exec(select(Turn))).all()
    assert [index.parameters for index in indexes] == [RULES]
    assert [turn.start_ms for turn in turns] == [6]


async def test_a_turn_that_is_found_again_is_the_same_one(kept: Kept) -> None:
    """What coders said of it hangs on its id, and must outlive somebody else's withdrawal."""

    async def ids(*moments: int) -> dict[int, UUID]:
        found = [turn(kept, at) for at in moments]
        async with kept.context.database.transaction() as db:
            await service.store(db, kept.recording.id, DETECTOR, RULES, found)
            _, rows = await service.allowed(db, kept.recording.id, kept.meeting)
        return {row.turn.start_ms: row.turn.id for row in rows}

    before, after = await ids(1_000, 5_000), await ids(1_000, 9_000)
    assert before.keys() == {1_000, 5_000}
    assert after.keys() == {1_000, 9_000}
    assert after[1_000] == before[1_000]


async def test_turns_are_of_those_whose_consent_covers_them(kept: Kept) -> None:
    """The index holds a turn of alice, who agreed to be heard and not to be indexed."""
    async with kept.context.database.reading() as db:
        _, rows = await service.allowed(db, kept.recording.id, kept.meeting)
    assert {row.speaker.pseudonym for row in rows} == {"J1"}

    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)
    assert await starts(kept) == []
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.GRANTED)
    assert await starts(kept) == []
