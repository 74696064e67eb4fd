"""Who has seen what others coded, and so would not code blind.

Whatever tells codes of a recording, one by one or counted, says so here before it is shown. It is
told by recording: figures of a whole programme stand beside those of each meeting, and nobody can
say afterwards which of them somebody looked at.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Select, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.blinding.models import CodingAssignment
from app.codebooks.models import CodebookVersion
from app.coding.models import Adjudication
from app.groups.models import Group
from app.kit import audit
from app.kit.audit import AuditEntry, Deed, Result
from app.kit.db import READ_ONLY, Database
from app.kit.permissions import Action, acting_as
from app.meetings.models import Meeting
from app.programmes import access as programmes
from app.recordings.models import Recording
from app.turns.models import Turn, TurnIndex

Q = TypeVar("Q", bound=Select[*tuple[Any, ...]])
_READ = (AuditEntry.deed == Deed.READ_CODES, AuditEntry.result == Result.DONE)


class Seen(NamedTuple):
    since: datetime
    has_decided: bool
    """Where coders differed; else has read codes."""


Sights = dict[UUID, dict[UUID, Seen]]
"""Person → recording."""


async def told(
    database: Database, db: AsyncSession, actor: Actor, recording_ids: Collection[UUID]
) -> None:
    """Into the audit log, before codes of these recordings are shown to this person: each once for
    as long as nobody finishes coding it after that."""
    new = await _unknown(db, actor.user_id, recording_ids)
    if not new:
        return
    places = await _places(db, new)
    doers = {id_: await _doer(db, actor, id_) for id_ in {each.programme_id for each in places}}
    entries = [(doers[about.programme_id], about) for about in places]
    if db.info.get(READ_ONLY):
        async with database.transaction() as writing:
            _write(writing, entries)
    else:
        _write(db, entries)


def _write(db: AsyncSession, entries: Sequence[tuple[audit.Doer, audit.About]]) -> None:
    for doer, about in entries:
        audit.record(db, Deed.READ_CODES, doer, about)


async def _doer(db: AsyncSession, actor: Actor, programme_id: UUID | None) -> audit.Doer:
    """One of the team, or whoever reads what was said of themselves."""
    assert programme_id is not None, "recordings are of a programme"
    role = acting_as(await programmes.roles(db, actor, programme_id), Action.READ_TURNS)
    return audit.Doer(actor.user_id, str(role or "self"))


async def _places(db: AsyncSession, recording_ids: Collection[UUID]) -> list[audit.About]:
    query = (
        select(Recording.id, Meeting.id, Group.id, Group.programme_id)
        .where(Recording.meeting_id == Meeting.id, Meeting.group_id == Group.id)
        .where(col(Recording.id).in_(recording_ids))
        .order_by(col(Recording.id))
    )
    return [
        audit.About("turns", recording, None, programme, group, meeting)
        for recording, meeting, group, programme in (await db.exec(query)).all()
    ]


async def _unknown(
    db: AsyncSession, user_id: UUID, recording_ids: Collection[UUID]
) -> Collection[UUID]:
    """Those that this person has not read since somebody last finished coding them."""
    finishing = (
        select(CodingAssignment.recording_id, func.max(CodingAssignment.finished_at))
        .where(col(CodingAssignment.recording_id).in_(recording_ids))
        .where(col(CodingAssignment.finished_at).is_not(None))
        .group_by(col(CodingAssignment.recording_id))
    )
    reading = (
        select(AuditEntry.object_id, func.max(AuditEntry.at))
        .where(*_READ, AuditEntry.actor_id == user_id)
        .where(col(AuditEntry.object_id).in_(recording_ids))
        .group_by(col(AuditEntry.object_id))
    )
    finished = dict((await db.exec(finishing)).all())
    read = dict((await db.exec(reading)).all())
    return [
        id_
        for id_ in dict.fromkeys(recording_ids)
        if id_ not in read or read[id_] < (finished.get(id_) or read[id_])
    ]


async def latest(db: AsyncSession, user_id: UUID, recording_id: UUID) -> datetime | None:
    """When this person last read codes of it, or decided where coders differed."""
    reading = select(func.max(AuditEntry.at)).where(
        *_READ, AuditEntry.actor_id == user_id, AuditEntry.object_id == recording_id
    )
    deciding = _of(select(func.max(Adjudication.decided_at)), [recording_id]).where(
        Adjudication.decided_by == user_id
    )
    moments = [(await db.exec(query)).one() for query in (reading, deciding)]
    return max(filter(None, moments), default=None)


async def seen(
    db: AsyncSession,
    codebook_id: UUID,
    recording_ids: Collection[UUID],
    user_ids: Collection[UUID] | None = None,
) -> Sights:
    """Which of these people (None: everybody) has read codes of which recording after somebody else
    had finished with this codebook, or has decided where coders differed."""
    versions = select(CodebookVersion.id).where(CodebookVersion.codebook_id == codebook_id)
    reading = (
        select(AuditEntry.actor_id, AuditEntry.object_id, func.min(AuditEntry.at))
        .join(CodingAssignment, col(CodingAssignment.recording_id) == AuditEntry.object_id)
        .where(*_READ, col(AuditEntry.object_id).in_(recording_ids))
        .where(col(CodingAssignment.version_id).in_(versions))
        .where(CodingAssignment.coder_id != AuditEntry.actor_id)
        .where(col(CodingAssignment.finished_at) <= AuditEntry.at)
        .group_by(col(AuditEntry.actor_id), col(AuditEntry.object_id))
    )
    first = func.min(Adjudication.decided_at)
    decisions = select(Adjudication.decided_by, TurnIndex.recording_id, first)
    deciding = (
        _of(decisions.select_from(Adjudication), recording_ids)
        .where(col(Adjudication.version_id).in_(versions))
        .group_by(col(Adjudication.decided_by), col(TurnIndex.recording_id))
    )
    if user_ids is not None:
        reading = reading.where(col(AuditEntry.actor_id).in_(user_ids))
        deciding = deciding.where(col(Adjudication.decided_by).in_(user_ids))
    found: Sights = {}
    for user, recording, at in (await db.exec(reading)).all():
        if user is not None and recording is not None:
            found.setdefault(user, {})[recording] = Seen(at, has_decided=False)
    for user, recording, at in (await db.exec(deciding)).all():
        own = found.setdefault(user, {})
        before = own.get(recording)
        own[recording] = Seen(min(at, before.since) if before else at, has_decided=True)
    return found


def _of(query: Q, recording_ids: Collection[UUID]) -> Q:
    """Of adjudications, those in these recordings."""
    return (
        query.join(Turn, col(Turn.id) == Adjudication.turn_id)
        .join(TurnIndex, col(TurnIndex.id) == Turn.index_id)
        .where(col(TurnIndex.recording_id).in_(recording_ids))
    )
