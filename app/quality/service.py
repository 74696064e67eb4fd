"""Keeping and reading the quality log.

Every use asks the ledger: what a withdrawal ended is neither written nor read, also before it is
erased (erasure.py).
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.accounts.actor import Actor
from app.blinding import service as blinding
from app.consent import service as consent
from app.groups import service as groups
from app.groups.models import Membership
from app.kit.permissions import Action
from app.meetings import service as meetings
from app.meetings.models import Meeting
from app.quality.figures import Summary, summary
from app.quality.models import QualitySample


class Person(NamedTuple):
    user_id: UUID
    member: Membership
    name: str
    summary: Summary


class Row(NamedTuple):
    sample: QualitySample
    member: Membership


async def store(db: AsyncSession, samples: Sequence[QualitySample]) -> int:
    """Writes those whose consent stands now; how many. May be asked for the same ones again."""
    ids = {sample.meeting_id for sample in samples}
    query = select(Meeting.group_id).where(col(Meeting.id).in_(ids)).distinct()
    granted = await consent.open_grants(db, (await db.exec(query)).all())
    allowed = [sample for sample in samples if sample.consent_id in granted]
    known = select(QualitySample.id).where(col(QualitySample.id).in_([s.id for s in allowed]))
    there = set((await db.exec(known)).all())
    new = [sample for sample in allowed if sample.id not in there]
    db.add_all([QualitySample(**sample.model_dump()) for sample in new])
    await db.flush()
    return len(new)


async def readable(db: AsyncSession, actor: Actor, meeting_id: UUID) -> Meeting:
    """The door to the log of a meeting."""
    return await meetings.get(db, actor, meeting_id, Action.READ_QUALITY)


async def of_meeting(db: AsyncSession, meeting: Meeting) -> SelectOfScalar[QualitySample]:
    """What the consents in force allow to be read, without an order."""
    standing = await consent.standing(db, [meeting.group_id])
    return select(QualitySample).where(
        QualitySample.meeting_id == meeting.id, col(QualitySample.consent_id).in_(standing)
    )


async def rows(db: AsyncSession, meeting: Meeting) -> list[Row]:
    """In order of time, of everyone who is or was in the group."""
    query = (await of_meeting(db, meeting)).order_by(
        col(QualitySample.started_at), col(QualitySample.id)
    )
    people = {u.id: m for m, u in await groups.members(db, meeting.group_id, former=True)}
    found = (await db.exec(query)).all()
    return [Row(each, people[each.user_id]) for each in found if each.user_id in people]


async def people(db: AsyncSession, user_id: UUID, meeting: Meeting) -> list[Person]:
    """Those of whom something may be read, in the order of the group, as this reader may call
    them."""
    names = await blinding.names(db, user_id, meeting.group_id)
    query = await of_meeting(db, meeting)
    stretches: dict[UUID, list[QualitySample]] = {}
    for sample in (await db.exec(query)).all():
        stretches.setdefault(sample.user_id, []).append(sample)
    return [
        Person(
            user.id,
            member,
            names.by_user[user.id],
            summary([s.figures for s in stretches[user.id]]),
        )
        for member, user in await groups.members(db, meeting.group_id, former=True)
        if user.id in stretches
    ]
