"""Keeping chat lines and reading them.

Every use asks the ledger: a line is written and read only while the consent that it rests on
covers it, also before a withdrawal's eraser has come by (erasure.py).
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.blinding import service as blinding
from app.chat.models import ChatLine
from app.consent import ledger
from app.consent import service as consent
from app.consent.models import ConsentDecision
from app.groups import service as groups
from app.groups.models import Membership
from app.kit.errors import NotFound
from app.meetings.models import Meeting
from app.recordings.models import Recording
from app.recordings.off_record import MILLISECOND


class ChatRow(NamedTuple):
    line: ChatLine
    writer: Membership
    name: str
    position_ms: int
    """On the recording's time line."""


class Shown(NamedTuple):
    """By time."""

    rows: list[ChatRow]
    is_withheld: bool
    """Lines are left out, because whoever asks still codes this recording."""


async def keep(db: AsyncSession, lines: Sequence[ChatLine]) -> int:
    """Writes those that a consent covers; how many. May be asked for the same ones again."""
    query = (
        select(Recording.id, Meeting.group_id)
        .join(Meeting, col(Meeting.id) == Recording.meeting_id)
        .where(col(Recording.id).in_({line.recording_id for line in lines}))
    )
    group_of = dict((await db.exec(query)).all())
    chains = await consent.chains(db, set(group_of.values()))
    allowed = [
        line
        for line in lines
        if line.recording_id in group_of and covered([line], chains[group_of[line.recording_id]])
    ]
    known = select(ChatLine.id).where(col(ChatLine.id).in_([line.id for line in allowed]))
    there = set((await db.exec(known)).all())
    new = [line for line in allowed if line.id not in there]
    db.add_all([ChatLine(**line.model_dump()) for line in new])
    await db.flush()
    return len(new)


def covered(lines: Iterable[ChatLine], rows: Sequence[ConsentDecision]) -> list[ChatLine]:
    """The lines whose own consent stands, and was not closed when they were written. Pure."""
    standing, closed = ledger.standing(rows), ledger.closed_at(rows)
    return [
        line
        for line in lines
        if line.consent_id in standing
        and not (line.consent_id in closed and line.at >= closed[line.consent_id])
    ]


async def shown(db: AsyncSession, user_id: UUID, recording: Recording, meeting: Meeting) -> Shown:
    """For one of the research team, who was asked at the door. Lines may name people and tell what
    a turn was about, so whoever still codes in the group sees none."""
    if await blinding.codes_in(db, user_id, meeting.group_id):
        return Shown([], is_withheld=await _exist(db, recording.id))
    return Shown(await allowed(db, recording, meeting), is_withheld=False)


async def allowed(db: AsyncSession, recording: Recording, meeting: Meeting) -> list[ChatRow]:
    """What the consents in force allow to be read, of everyone who is or was in the group."""
    query = select(ChatLine).where(ChatLine.recording_id == recording.id)
    lines = (await db.exec(query.order_by(col(ChatLine.at), col(ChatLine.id)))).all()
    if not lines:
        return []
    people = {
        user.id: (member, user.name)
        for member, user in await groups.members(db, meeting.group_id, former=True)
    }
    return [
        ChatRow(line, *people[line.user_id], (line.at - recording.started_at) // MILLISECOND)
        for line in covered(lines, await consent.chain(db, meeting.group_id))
        if line.user_id in people
    ]


async def writers(
    db: AsyncSession, user_id: UUID, recording: Recording, meeting: Meeting
) -> Collection[UUID]:
    """Whose lines are `shown` to this reader."""
    found = await shown(db, user_id, recording, meeting)
    return {row.line.user_id for row in found.rows}


async def of_person(db: AsyncSession, user_id: UUID) -> list[ChatLine]:
    """A person's own lines in every meeting, as long as consent allows them to be kept."""
    query = (
        select(ChatLine, Meeting.group_id)
        .join(Recording, col(Recording.id) == ChatLine.recording_id)
        .join(Meeting, col(Meeting.id) == Recording.meeting_id)
        .where(ChatLine.user_id == user_id)
        .order_by(col(ChatLine.at), col(ChatLine.id))
    )
    found = (await db.exec(query)).all()
    chains = await consent.chains(db, {group_id for _, group_id in found})
    return [line for line, group_id in found if covered([line], chains[group_id])]


async def remove(
    db: AsyncSession, recording: Recording, meeting: Meeting, line_id: UUID
) -> ChatLine:
    """One line for good; what was there. Who asks was asked at the door."""
    line = await db.get(ChatLine, line_id, with_for_update=True)
    if line is None or line.recording_id != recording.id:
        raise NotFound
    if not covered([line], await consent.chain(db, meeting.group_id)):
        raise NotFound  # withdrawn: it goes by itself, and nobody learns that it is still there
    await db.delete(line)
    await db.flush()
    return line


async def _exist(db: AsyncSession, recording_id: UUID) -> bool:
    query = select(ChatLine.id).where(ChatLine.recording_id == recording_id)
    return (await db.exec(query.limit(1))).first() is not None
