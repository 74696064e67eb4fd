"""What the worker does with what a withdrawal reaches."""

import logging

import pytest
from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.recordings.models import RecordingState, TapeState
from app.turns.erasure import erase_withdrawn
from app.turns.models import Turn
from media.store import Store
from tests.fixtures.kept import Kept


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
