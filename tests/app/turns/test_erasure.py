"""What the worker does with what a withdrawal reaches."""

import logging

import pytest
from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.recordings.models import RecordingState, TapeState
from app.turns.erasure import erase_withdrawn
from app.turns.models import Speech, Turn, TurnEdit
from app.turns.proposing import keep_speech
from media.store import Store
from tests.app.turns.test_edits import Desk, new
from tests.fixtures.kept import Kept
from tests.fixtures.statements import statements, writes


async def speakers(kept: Kept) -> set[str]:
    names = {getattr(kept.cast, name).id: name for name in ("alice", "bob")}
    async with kept.context.database.reading() as db:
        return {names[turn.user_id] for turn in (await db.exec(select(Turn))).all()}


async def erase(kept: Kept) -> None:
    await erase_withdrawn(kept.context.database, kept.store)


async def test_without_a_withdrawal_nothing_changes(kept: Kept) -> None:
    await erase(kept)

    assert await speakers(kept) == {"alice", "bob"}
    assert len(await kept.files()) == 7


async def test_indexing_withdrawn_takes_the_turns_and_leaves_the_voice(kept: Kept) -> None:
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)

    await erase(kept)

    assert "bob" not in await speakers(kept)
    assert len(await kept.files()) == 7
    assert await kept.state() == RecordingState.READY


async def test_the_voice_withdrawn_takes_turns_and_media(kept: Kept) -> None:
    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)

    await erase(kept)
    await erase(kept)

    assert "bob" not in await speakers(kept)
    states = {t.state for t in await kept.tapes() if t.user_id == kept.cast.bob.id}
    assert states == {TapeState.ERASED, TapeState.STORED}  # the picture may stay


class OutOfReach(Store):
    async def delete(self, key: str) -> None:
        raise OSError(key)


async def test_a_store_out_of_reach_is_tried_again_and_keeps_nothing_waiting(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)

    with caplog.at_level(logging.WARNING):
        await erase_withdrawn(kept.context.database, OutOfReach(kept.store._inner, None))

    assert "is not erased yet" in caplog.text
    assert "bob" not in await speakers(kept)
    await erase(kept)
    assert len(await kept.files()) == 2


async def left(kept: Kept) -> tuple[int, int, int]:
    """How many turns, edits and rows of speech there are, of anybody."""
    async with kept.context.database.reading() as db:
        found = [(await db.exec(select(table))).all() for table in (Turn, TurnEdit, Speech)]
    turns, edits, speech = (len(rows) for rows in found)
    return turns, edits, speech


async def test_a_withdrawal_reaches_what_edits_took_away_and_where_one_spoke(kept: Kept) -> None:
    """Also the shape of one's turns from before they were corrected, and edits of nothing else."""
    async with kept.context.database.transaction() as db:
        await keep_speech(db, kept.recording.id, {kept.cast.bob.id: [(1_000, 4_000)]})
    desk = Desk(kept)
    await desk.do(name="split", turn=await desk.first(), at_ms=2_000, given=[new(), new()])
    await desk.do(name="delete", turn=await desk.first())
    assert await left(kept) == (6, 2, 1)

    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)
    await erase(kept)

    assert await left(kept) == (0, 0, 0)


async def test_speech_without_turns_goes_too(kept: Kept) -> None:
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)
    await erase(kept)
    async with kept.context.database.transaction() as db:
        await keep_speech(db, kept.recording.id, {kept.cast.bob.id: [(1_000, 1_050)]})

    await erase(kept)

    assert (await left(kept))[2] == 0


async def test_what_is_erased_is_looked_for_without_keeping_others_from_writing(
    kept: Kept,
) -> None:
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)
    with statements(kept.context.database) as sent:
        await erase(kept)
    assert writes(sent) == 1
    with statements(kept.context.database) as sent:
        await erase(kept)
    assert writes(sent) == 0
