"""Who has looked at what was kept of one person, for that person to read."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import service as accounts
from app.chat.models import ChatLine
from app.consent.models import ConsentDecision
from app.kit.audit import AuditEntry, Deed
from app.kit.permissions import Role
from app.meetings.models import Meeting
from app.recordings.models import Recording, Tape
from app.surveys.models import SurveyResponse

LOOKS = (
    *(Deed.WATCHED, Deed.PLAYED, Deed.DOWNLOADED, Deed.READ_TURNS, Deed.READ_NOTES),
    *(Deed.READ_CODES, Deed.READ_TRANSCRIPT, Deed.READ_FIGURES, Deed.READ_CHAT, Deed.CHAT_REMOVED),
    *(Deed.READ_ANSWERS, Deed.READ_CONSENTS, Deed.EXPORTED, Deed.ERASED),
)
NAMED = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR, Role.RESEARCHER, Role.FACILITATOR})
"""Who acts for the programme, and is told of by name; of others the role is enough."""


class Look(NamedTuple):
    entry: AuditEntry
    name: str
    """Empty where the role alone is told."""
    meeting: Meeting | None


async def looks(db: AsyncSession, user_id: UUID, limit: int | None = None) -> list[Look]:
    """At this person's own files and turns, at what a recording with this person in it has in
    common, at surveys that this person answered, and at the consents of groups in which this person
    decided; the newest first. What the person did is not among them."""
    taped = select(Tape.recording_id).where(Tape.user_id == user_id)
    wrote = select(ChatLine.recording_id).where(ChatLine.user_id == user_id)
    kept = or_(col(Recording.id).in_(taped), col(Recording.id).in_(wrote))
    meetings = select(Recording.meeting_id).where(kept)
    answered = select(SurveyResponse.survey_id).where(SurveyResponse.user_id == user_id)
    decided = select(ConsentDecision.group_id).where(ConsentDecision.user_id == user_id)
    groups = select(Meeting.group_id).where(col(Meeting.id).in_(meetings))
    of_all = col(AuditEntry.subject_id).is_(None) & or_(
        col(AuditEntry.meeting_id).in_(meetings),
        col(AuditEntry.meeting_id).is_(None) & col(AuditEntry.group_id).in_(groups),
        col(AuditEntry.object_id).in_(answered),
        (col(AuditEntry.deed) == Deed.READ_CONSENTS) & col(AuditEntry.group_id).in_(decided),
    )
    query = (
        select(AuditEntry)
        .where(or_(AuditEntry.subject_id == user_id, of_all))
        .where(col(AuditEntry.deed).in_(LOOKS))
        .where(or_(col(AuditEntry.actor_id).is_(None), AuditEntry.actor_id != user_id))
        .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
    )
    return await _named(db, (await db.exec(query if limit is None else query.limit(limit))).all())


async def _named(db: AsyncSession, rows: Sequence[AuditEntry]) -> list[Look]:
    people = await accounts.named(
        db, [row.actor_id for row in rows if row.actor_id and row.actor_role in NAMED]
    )
    ids = {row.meeting_id for row in rows if row.meeting_id}
    found = (await db.exec(select(Meeting).where(col(Meeting.id).in_(ids)))).all()
    meetings = {meeting.id: meeting for meeting in found}
    return [
        Look(
            row,
            people[row.actor_id].name if row.actor_id in people else "",
            meetings.get(row.meeting_id) if row.meeting_id else None,
        )
        for row in rows
    ]
