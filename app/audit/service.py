"""The audit log read: filtered, paged, named and verified."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.accounts import service as accounts
from app.accounts.actor import Actor
from app.groups.models import Group
from app.kit.audit import INSTALLATION, AuditEntry, AuditHead, Check, Deed, Doer
from app.kit.errors import NotAllowed
from app.kit.permissions import Action, Role, acting_as
from app.meetings.models import Meeting
from app.programmes import access

BATCH = 1_000
"""Rows in memory while a chain is verified or sent. Lower: more queries. Higher: more memory."""


@dataclass(frozen=True)
class Filter:
    """Which entries are wanted; None: all."""

    person: UUID | None = None
    """Who did it, or whose data it was."""
    deed: Deed | None = None
    since: datetime | None = None
    until: datetime | None = None


class Names(NamedTuple):
    """What stands behind the ids of some entries, as far as it still exists."""

    people: dict[UUID, str]
    meetings: dict[UUID, Meeting]
    groups: dict[UUID, str]


async def reader(db: AsyncSession, actor: Actor, programme_id: UUID | None) -> Doer:
    """The one door to a log: of a programme, or (None) of the installation."""
    if programme_id is None:
        if not actor.is_administrator:
            raise NotAllowed
        return Doer(actor.user_id, Role.ADMINISTRATOR)
    await access.require(db, actor, programme_id, Action.READ_AUDIT)
    roles = await access.roles(db, actor, programme_id)
    return Doer(actor.user_id, str(acting_as(roles, Action.READ_AUDIT)))


def entries(chain: UUID | None, wanted: Filter) -> SelectOfScalar[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.chain == (chain or INSTALLATION))
    if wanted.person is not None:
        mine = (AuditEntry.actor_id, AuditEntry.subject_id)
        query = query.where((mine[0] == wanted.person) | (mine[1] == wanted.person))
    if wanted.deed is not None:
        query = query.where(AuditEntry.deed == str(wanted.deed))
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    return query


async def newest(
    db: AsyncSession, query: SelectOfScalar[AuditEntry], before: int | None, limit: int
) -> tuple[list[AuditEntry], int | None]:
    """The newest entries before that place of the chain, and where to go on."""
    if before is not None:
        query = query.where(AuditEntry.sequence < before)
    query = query.order_by(col(AuditEntry.sequence).desc()).limit(limit + 1)
    rows = list((await db.exec(query)).all())
    return rows[:limit], rows[limit - 1].sequence if len(rows) > limit else None


async def batches(
    db: AsyncSession, query: SelectOfScalar[AuditEntry]
) -> AsyncIterator[Sequence[AuditEntry]]:
    """All of them in the order of the chain, some at a time."""
    last = 0
    while True:
        part = query.where(AuditEntry.sequence > last).order_by(col(AuditEntry.sequence))
        rows = (await db.exec(part.limit(BATCH))).all()
        if not rows:
            return
        last = rows[-1].sequence
        yield rows
        for row in rows:
            db.expunge(row)


async def verify(db: AsyncSession, chain: UUID) -> Check:
    """Reads a whole chain. Whoever changed, left out, added or cut off rows is found, unless they
    also made all later rows and the head anew: against that, keep the last hash elsewhere."""
    check = Check()
    async for rows in batches(db, entries(chain, Filter())):
        for row in rows:
            check.read(row)
    check.end(await db.get(AuditHead, chain))
    return check


async def chains(db: AsyncSession) -> list[UUID]:
    """Every chain there is, also one whose head is missing."""
    heads = (await db.exec(select(AuditHead.chain))).all()
    rows = (await db.exec(select(AuditEntry.chain).distinct())).all()
    return sorted({*heads, *rows})


async def actors(db: AsyncSession, chain: UUID | None) -> dict[UUID, str]:
    """Everyone whom the log names, to choose from."""
    where = AuditEntry.chain == (chain or INSTALLATION)
    ids: set[UUID] = set()
    for column in (AuditEntry.actor_id, AuditEntry.subject_id):
        found: Any = (await db.exec(select(column).where(where).distinct())).all()
        ids |= {id_ for id_ in found if id_ is not None}
    people = await accounts.named(db, sorted(ids))
    return dict(sorted(((i, u.name) for i, u in people.items()), key=lambda pair: pair[1]))


async def names(db: AsyncSession, rows: Sequence[AuditEntry]) -> Names:
    people = {row.actor_id for row in rows} | {row.subject_id for row in rows}
    meetings = {row.meeting_id for row in rows if row.meeting_id}
    groups = {row.group_id for row in rows if row.group_id}
    found = await accounts.named(db, [id_ for id_ in people if id_])
    held = (await db.exec(select(Meeting).where(col(Meeting.id).in_(meetings)))).all()
    its = (await db.exec(select(Group).where(col(Group.id).in_(groups)))).all()
    return Names(
        {id_: user.name for id_, user in found.items()},
        {meeting.id: meeting for meeting in held},
        {group.id: group.name for group in its},
    )
