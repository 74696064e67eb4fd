"""What is kept of anybody's speech and turns was allowed when they were heard, or it is told."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, delete, select

from app.consent import service as consent
from app.consent.models import Decision, Purpose
from app.kit.db import now
from app.recordings.models import Recording
from app.recordings.provenance import CLOCKS, Book, Objection
from app.turns import provenance, shared
from app.turns.models import Speech, Turn, TurnIndex
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import Kept, keep

Found = list[tuple[str, Objection]]


@pytest.fixture
async def kept(running: Application, cast: Cast) -> Kept:
    """Bob agreed to be studied; he spoke up to 20.6 s. What a faulty worker left of alice is
    gone."""
    kept = await keep(running, cast)
    async with kept.context.database.transaction() as db:
        await db.exec(delete(Turn).where(col(Turn.user_id) == cast.alice.id))
    await heard(kept, now())
    return kept


async def heard(kept: Kept, at: datetime) -> None:
    """Bob's speech and turns, at that time."""
    async with kept.context.database.transaction() as db:
        spans, bob = [[1_000, 4_000], [20_000, 20_600]], kept.cast.bob.id
        row = Speech(recording_id=kept.recording.id, user_id=bob, segments=spans, heard_at=at)
        await db.merge(row)
        for index in (await db.exec(select(TurnIndex))).all():
            index.created_at = at


async def found(kept: Kept) -> Found:
    async with kept.context.database.reading() as db:
        book = Book(await consent.chain(db, kept.cast.group_id))
        speech, turns, faults = await provenance.examine(db, kept.cast.group_id, book)
    assert (speech, turns) == (1, 1)
    return [(fault.what, fault.objection) for fault in faults]


def both(objection: Objection) -> Found:
    return [("speech", objection), ("turns", objection)]


async def test_what_was_heard_of_those_who_agreed_is_good(kept: Kept) -> None:
    assert await found(kept) == []


@pytest.mark.parametrize("purpose", [Purpose.AUDIO, Purpose.INDEXING])
@pytest.mark.parametrize("keeps_earlier", [True, False])
async def test_a_withdrawal_does_not_make_wrong_what_was_right(
    kept: Kept, purpose: Purpose, keeps_earlier: bool
) -> None:
    await kept.decide(kept.cast.bob, purpose, Decision.WITHDRAWN, keeps_earlier=keeps_earlier)

    assert await found(kept) == []


async def test_what_was_heard_before_the_consent_is_told(kept: Kept) -> None:
    async with kept.context.database.reading() as db:
        given = (await consent.latest_of(db, kept.cast.bob.id, kept.cast.group_id))[
            Purpose.INDEXING
        ]
    await heard(kept, given.decided_at - 2 * CLOCKS)

    assert await found(kept) == both(Objection.LATER)


async def test_what_was_heard_after_it_ended_is_told_until_it_is_given_anew(kept: Kept) -> None:
    ended = await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)
    await heard(kept, ended.decided_at + 2 * CLOCKS)
    assert await found(kept) == both(Objection.ENDED)

    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.GRANTED)
    assert await found(kept) == []


async def test_of_who_kept_what_there_was_nothing_later_may_be_heard(kept: Kept) -> None:
    ended = await kept.decide(
        kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN, keeps_earlier=True
    )
    await heard(kept, ended.decided_at + timedelta(minutes=40))
    for spoken_s, expected in ((20, []), (30, both(Objection.RAN_ON))):
        async with kept.context.database.transaction() as db:  # the turns end at 20.6 s
            recording = await db.get_one(Recording, kept.recording.id)
            recording.started_at = ended.decided_at - timedelta(seconds=40 - spoken_s)
        assert await found(kept) == expected


async def test_of_who_never_agreed_there_is_nothing(kept: Kept) -> None:
    async with kept.context.database.transaction() as db:
        for turn in (await db.exec(select(Turn))).all():
            turn.user_id = kept.cast.alice.id

    assert await found(kept) == [("turns", Objection.NOTHING_NAMED)]


async def test_speech_of_nobody_known_rests_on_everybodys_rows(kept: Kept) -> None:
    async with kept.context.database.transaction() as db:
        given = await consent.latest_of(db, kept.cast.bob.id, kept.cast.group_id)
        rows = [given[Purpose.AUDIO].id, given[Purpose.INDEXING].id]
        await shared.keep(db, kept.recording.id, [(0, 500)], rows)
    assert await found(kept) == []

    for named, objection in (
        (rows[:1], "nothing_named"),
        ([*rows, given[Purpose.CHAT].id], "another_purpose"),
    ):
        async with kept.context.database.transaction() as db:
            await shared.keep(db, kept.recording.id, [(0, 500)], named)
        assert await found(kept) == [("speech", objection)]
