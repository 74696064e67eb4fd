"""What the worker draws of each recording, and pages of many show: of just these turns, or not."""

import sqlite3
from contextlib import closing
from uuid import UUID

import numpy as np
import pytest
from sqlmodel import col, select

from app.analysis import kept, null, pooled, service
from app.analysis.measures import Measures, measure
from app.analysis.table import Talk
from app.consent.models import Decision, Purpose
from app.meetings.models import Meeting, MeetingKind
from app.recordings.models import Recording, Source, Tape
from app.turns.erasure import erase_withdrawn
from app.turns.models import DrawnFigures, Turn, TurnIndex
from media.store import Store
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.series import COUNT, Series, decides


async def draw(running: Application, most: int = COUNT) -> list[UUID]:
    waiting = await kept.waiting(running.context.database)
    for recording_id in waiting[:most]:
        await kept.draw(running.context.database, recording_id)
    return waiting


async def shown(running: Application, cast: Cast, series: Series) -> kept.Drawings:
    """As a page asks for it."""
    database = running.context.database
    async with database.reading() as db:
        _, measured = await service.of_group(db, cast.researcher.actor, series.group)
        return await kept.of(database, db, measured)


async def test_every_meeting_is_drawn_once_and_for_itself(
    running: Application, cast: Cast, series: Series
) -> None:
    waiting = await draw(running, 2)
    assert len(waiting) == COUNT
    assert sorted(await kept.waiting(running.context.database)) == sorted(waiting[2:])
    await kept.draw(running.context.database, waiting[0])  # by two workers at once: one row

    found = await shown(running, cast, series)

    assert set(found) == set(waiting[:2])
    async with running.context.database.reading() as db:
        measured = await service.of_series(db, series.group)
    talk = next(each.talk for each in measured if each.recording.id == waiting[0])
    assert talk.number == waiting[0].int
    own = found[waiting[0]]
    assert own.values.shape == (len(own.names), 1 + null.DRAWN)
    np.testing.assert_array_equal(own.values, pooled.of(measure(talk)).values)
    assert not np.array_equal(own.values[:, 1:], found[waiting[1]].values[:, 1:])


async def test_draws_of_other_turns_are_not_shown_and_made_anew(
    running: Application, cast: Cast, series: Series
) -> None:
    (first, *_) = await draw(running, 1)
    async with running.context.database.transaction() as db:
        index = select(TurnIndex.id).where(TurnIndex.recording_id == first)
        turn = (await db.exec(select(Turn).where(col(Turn.index_id).in_(index)))).first()
        assert turn is not None
        turn.end_ms += 1

    assert await shown(running, cast, series) == {}

    assert first in await kept.waiting(running.context.database)
    await kept.draw(running.context.database, first)
    assert set(await shown(running, cast, series)) == {first}


async def test_what_was_drawn_goes_with_the_turns_of_who_withdraws(
    running: Application, cast: Cast, series: Series
) -> None:
    database = running.context.database
    (first, *_) = await draw(running, 1)
    async with database.transaction() as db:
        await decides(db, series, "J1", Purpose.INDEXING, Decision.WITHDRAWN)

    await erase_withdrawn(database, Store.open(running.context.settings))

    async with database.reading() as db:
        assert await db.get(DrawnFigures, first) is None


async def test_turns_that_change_meanwhile_keep_nothing(
    running: Application, series: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was drawn of somebody who withdraws then must not be written after its erasure."""
    file = running.context.settings.data / "emessi.db"

    def as_turns_change(talk: Talk) -> Measures:
        with closing(sqlite3.connect(file)) as other, other:
            other.execute("UPDATE turns SET end_ms = end_ms + 1")
        return measure(talk, drawn=9)

    monkeypatch.setattr(kept, "measure", as_turns_change)
    (first, *_) = await draw(running, 1)

    assert first in await kept.waiting(running.context.database)


async def test_where_there_is_nothing_to_study_the_worker_looks_once(
    running: Application, series: Series
) -> None:
    database = running.context.database
    async with database.transaction() as db:
        for tape in (await db.exec(select(Tape))).all():
            tape.source = Source.MIXED  # everybody in one file: nobody has said whose turns are
        for turn in (await db.exec(select(Turn))).all():
            await db.delete(turn)
    (first, *_) = await draw(running, 1)
    assert first not in await kept.waiting(database)
    async with database.reading() as db:
        row = await db.get_one(DrawnFigures, first)
    assert (row.made_of, row.draws) == (kept.NOTHING, b"")


async def test_interviews_are_not_drawn(running: Application, series: Series) -> None:
    async with running.context.database.transaction() as db:
        meeting = await db.get_one(Meeting, series.meetings[0])
        meeting.kind = MeetingKind.INTERVIEW
        query = select(Recording.id).where(Recording.meeting_id == meeting.id)
        recording_id = (await db.exec(query)).one()
    assert recording_id not in await kept.waiting(running.context.database)
