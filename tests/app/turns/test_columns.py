"""Turns as columns are the turns that are answered one recording at a time."""

from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from app.consent import service as consent
from app.consent.models import Decision, Purpose
from app.groups.models import Membership
from app.kit.ids import new_id
from app.meetings.models import Meeting
from app.recordings.models import Recording
from app.turns import columns
from app.turns import service as turns
from app.turns.models import Turn, TurnEdit, TurnIndex, TurnState
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.remembered import two_series
from tests.fixtures.series import Series
from tests.fixtures.statements import statements


@pytest.fixture
async def groups(running: Application, cast: Cast) -> list[Series]:
    return await two_series(running, cast)


async def told(running: Application) -> tuple[list[Any], list[Any]]:
    """Of every recording its index and turns: from columns, and one recording at a time."""
    async with running.context.database.reading() as db:
        query = select(Recording, Meeting).join(Meeting).order_by(col(Recording.started_at))
        wanted = list((await db.exec(query)).all())
        spoken = await columns.of_recordings(db, wanted)
        at_once = [
            (each.index.id, [_row(each, *row[1:]) for row in spoken.of(place).iter_rows()])
            for place, each in enumerate(spoken.recordings)
        ]
        apart = []
        for recording, meeting in wanted:
            index, rows = await turns.allowed(db, recording.id, meeting)
            if index is not None:
                apart.append((index.id, [_same(row) for row in rows]))
        return at_once, apart


def _row(
    indexed: columns.Indexed, turn: str, speaker: int, *rest: Any
) -> tuple[UUID, UUID, str, int, int, bool, bool, UUID]:
    user = indexed.users[speaker]
    start, end, back, accepted, index, _ = rest
    own = (start, end, back, accepted, indexed.indexes[index].id)
    return UUID(turn), user, indexed.people[user].pseudonym, *own


def _same(row: turns.TurnRow) -> tuple[UUID, UUID, str, int, int, bool, bool, UUID]:
    turn = row.turn
    accepted = turn.state == TurnState.ACCEPTED
    own = (turn.start_ms, turn.end_ms, turn.is_backchannel, accepted, turn.index_id)
    return turn.id, turn.user_id, row.speaker.pseudonym, *own


async def correct(running: Application, cast: Cast) -> None:
    """Of the first recording a turn is moved, and then a newer index is proposed."""
    async with running.context.database.transaction() as db:
        first = select(Recording.id).order_by(col(Recording.started_at)).limit(1)
        recording_id = (await db.exec(first)).one()
        found = select(TurnIndex).where(TurnIndex.recording_id == recording_id)
        index = (await db.exec(found)).one()
        of_it = select(Turn).where(Turn.index_id == index.id).order_by(col(Turn.start_ms))
        old = (await db.exec(of_it)).first()
        assert old is not None
        edit = TurnEdit(
            id=new_id(),
            recording_id=recording_id,
            sequence=1,
            operation="move",
            author_id=cast.researcher.id,
        )
        db.add(edit)
        await db.flush()
        old.removed_by_edit = edit.id
        moved: dict[str, Any] = old.model_dump(exclude={"id", "removed_by_edit"}, warnings=False)
        moved |= {"end_ms": old.end_ms - 50, "state": TurnState.ACCEPTED}
        db.add(Turn(**moved | {"added_by_edit": edit.id}))
        await db.flush()
        newer = Turn(index_id=index.id, user_id=old.user_id, start_ms=1, end_ms=900)
        await turns.store(db, recording_id, "another 1", {}, [newer])


async def test_they_are_the_same_turns_in_the_same_order(
    running: Application, cast: Cast, groups: list[Series]
) -> None:
    await correct(running, cast)
    at_once, apart = await told(running)
    assert at_once == apart
    assert len(apart[0][1]) == 2  # what was accepted, what is proposed since
    assert len(apart) == sum(len(each.meetings) for each in groups)


async def test_who_withdraws_is_gone_at_the_next_request(
    running: Application, cast: Cast, groups: list[Series]
) -> None:
    async with running.context.database.transaction() as db:
        member = select(Membership.user_id).where(Membership.group_id == groups[0].group)
        user_id = (await db.exec(member.where(Membership.pseudonym == "J1"))).one()
        await consent.decide(
            db,
            user_id=user_id,
            group_id=groups[0].group,
            meeting_id=None,
            purpose=Purpose.INDEXING,
            decision=Decision.WITHDRAWN,
            text_version=1,
            text_language="fi",
            decided_by=user_id,
        )
    at_once, apart = await told(running)
    assert at_once == apart
    own = {user for _, rows in at_once for _, user, *_ in rows}
    assert user_id not in own
    assert groups[0].users["J2"] in own


async def test_without_recordings_there_are_columns_without_rows(running: Application) -> None:
    async with running.context.database.reading() as db:
        spoken = await columns.of_recordings(db, [])
    assert spoken.recordings == []
    assert spoken.turns.columns == list(columns.COLUMNS)
    assert len(spoken.of(0)) == 0


async def test_only_the_turns_of_the_recordings_asked_for_are_read(
    running: Application, groups: list[Series]
) -> None:
    """SQLite has no statistics, and would take the live turns of everybody if an index offered."""
    async with running.context.database.reading() as db:
        query = select(Recording, Meeting).join(Meeting)
        wanted = list((await db.exec(query)).all())
        with statements(running.context.database) as sent:
            await columns.of_recordings(db, wanted)
            await turns.allowed(db, wanted[0][0].id, wanted[0][1])
        connection = await db.connection()
        of_turns = [each for each in sent if "FROM turns \n" in each]
        assert len(of_turns) == 2
        for each in of_turns:
            blanks = tuple("x" * each.count("?"))
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}", blanks)
            assert "USING INDEX ix_turns_index_id" in str(plan.all())
