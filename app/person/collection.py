"""Everything about one person, as JSON documents: what this software knows, and nothing of others.

Names of the others in a group are theirs, not the
person's; those who act for the programme are named where they looked at what is kept.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import RefreshToken, User
from app.consent.models import ConsentDecision
from app.groups.models import Group, Membership
from app.invitations.models import Invitation
from app.kit.audit import AuditEntry
from app.meetings.models import Attendance, Meeting
from app.person import codings, traces
from app.person.looks import looks
from app.programmes.models import Programme, ProgrammeStaff
from app.recordings.models import Recording, Tape
from app.retention import service as retention
from app.retention.periods import promised
from app.turns import service as turns

Document = dict[str, Any] | list[dict[str, Any]]


async def documents(db: AsyncSession, user: User) -> dict[str, Document]:
    """By name, as README.txt of the archive lists them."""
    return {
        "account": await _account(db, user),
        "memberships": await _memberships(db, user.id),
        "consents": await _consents(db, user.id),
        "attendance": await _attendance(db, user.id),
        "recordings": await _recordings(db, user.id),
        "turns": await _turns(db, user.id),
        "coding": await codings.told(db, user.id),
        "speech": await traces.speech(db, user.id),
        "corrections": await traces.corrections(db, user.id),
        "transcript": await traces.words(db, user.id),
        "chat": await traces.written(db, user.id),
        "notes": await traces.noted(db, user.id),
        "answers": await traces.answered(db, user.id),
        "connections": await traces.connections(db, user.id),
        "sent": await traces.sent(db, user.id),
        "exports": await traces.handed_over(db, user.id),
        "erasures": await traces.erased(db, user.id),
        "invitations": await _invitations(db, user.id),
        "log": await _log(db, user.id),
    }


async def recorded(db: AsyncSession, user_id: UUID) -> list[tuple[Recording, Meeting]]:
    """The recordings with a tape of this person, erased or not, in order of time."""
    ids = select(Tape.recording_id).where(Tape.user_id == user_id)
    query = (
        select(Recording, Meeting)
        .where(Recording.meeting_id == Meeting.id, col(Recording.id).in_(ids))
        .order_by(col(Recording.started_at), col(Recording.id))
    )
    return [(recording, meeting) for recording, meeting in (await db.exec(query)).all()]


async def _account(db: AsyncSession, user: User) -> dict[str, Any]:
    signed_in = select(RefreshToken.created_at).where(RefreshToken.user_id == user.id)
    fields = user.model_dump(mode="json", exclude={"password_hash"})
    moments = (await db.exec(signed_in.order_by(col(RefreshToken.id)))).all()
    return fields | {
        "has_password": user.password_hash is not None,
        "signed_in_at": [moment.isoformat() for moment in moments],
    }


async def _memberships(db: AsyncSession, user_id: UUID) -> dict[str, Any]:
    inside = (
        select(Membership, Group, Programme)
        .where(Membership.group_id == Group.id, Group.programme_id == Programme.id)
        .where(Membership.user_id == user_id)
        .order_by(col(Membership.id))
    )
    staff = (
        select(ProgrammeStaff, Programme)
        .where(ProgrammeStaff.programme_id == Programme.id, ProgrammeStaff.user_id == user_id)
        .order_by(col(ProgrammeStaff.created_at))
    )
    return {
        "groups": [
            {
                "group": group.name,
                "programme": programme.name,
                "controller": programme.controller,
                "contact": programme.contact,
                **membership.model_dump(mode="json", warnings=False, exclude={"user_id"}),
            }
            for membership, group, programme in (await db.exec(inside)).all()
        ],
        "programmes": [
            {
                "programme": programme.name,
                **held.model_dump(mode="json", warnings=False, exclude={"user_id"}),
            }
            for held, programme in (await db.exec(staff)).all()
        ],
    }


async def consents(db: AsyncSession, user_id: UUID) -> list[tuple[ConsentDecision, Programme, int]]:
    """The person's rows of the ledger, with the days of keeping that each text promised."""
    query = (
        select(ConsentDecision, Programme)
        .where(ConsentDecision.group_id == Group.id, Group.programme_id == Programme.id)
        .where(ConsentDecision.user_id == user_id)
        .order_by(col(ConsentDecision.decided_at), col(ConsentDecision.sequence))
    )
    changes = await retention.changes_of(db)
    found = []
    for row, programme in (await db.exec(query)).all():
        days = promised(changes[programme.id], programme.retention_days, row.decided_at)
        found.append((row, programme, days))
    return found


async def _consents(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "programme": programme.name,
            "promised_days": days,
            "text": text_name(row, days),
            **row.model_dump(mode="json", warnings=False),
        }
        for row, programme, days in await consents(db, user_id)
    ]


def text_name(row: ConsentDecision, days: int) -> str:
    """Where the text that a decision was made under lies in the archive."""
    return f"texts/{row.group_id}-v{row.text_version}-{row.text_language}-{days}.md"


async def _attendance(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    query = (
        select(Attendance, Meeting)
        .where(Attendance.meeting_id == Meeting.id, Attendance.user_id == user_id)
        .order_by(col(Attendance.joined_at))
    )
    return [
        _of_meeting(meeting)
        | stay.model_dump(mode="json", warnings=False, include={"role", "joined_at", "left_at"})
        for stay, meeting in (await db.exec(query)).all()
    ]


async def _recordings(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    found = []
    for recording, meeting in await recorded(db, user_id):
        query = select(Tape).where(Tape.recording_id == recording.id, Tape.user_id == user_id)
        tapes: Sequence[Tape] = (await db.exec(query.order_by(col(Tape.id)))).all()
        deadline = await retention.of_recording(db, recording.id)
        own = [p.ends_at for p in deadline.parts if p.user_id == user_id] if deadline else []
        shown = {"id", "source", "consent_id", "state", "started_at", "ended_at", "size"}
        found.append(
            _of_meeting(meeting)
            | {
                "recording_id": str(recording.id),
                "state": str(recording.state),
                "erased_at_the_latest": max(own).isoformat() if own else None,
                "held": bool(deadline and deadline.hold_id),
                "tapes": [
                    tape.model_dump(mode="json", warnings=False, include=shown) for tape in tapes
                ],
            }
        )
    return found


async def _turns(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """Of the index in use, as far as consent allows anyone to use them."""
    found = []
    for recording, meeting in await recorded(db, user_id):
        index, rows = await turns.allowed(db, recording.id, meeting)
        own = [row.turn for row in rows if row.turn.user_id == user_id]
        if index is not None and own:
            shown = {"start_ms", "end_ms", "is_backchannel", "talk", "state"}
            found.append(
                _of_meeting(meeting)
                | {
                    "recording_id": str(recording.id),
                    "detector": index.version,
                    "turns": [
                        turn.model_dump(mode="json", warnings=False, include=shown) for turn in own
                    ],
                }
            )
    return found


async def _invitations(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """Those that the person used, got, or made for others, whose names are left out."""
    query = select(Invitation).where(
        or_(
            Invitation.accepted_by == user_id,
            Invitation.user_id == user_id,
            Invitation.created_by == user_id,
        )
    )
    found = []
    for link in (await db.exec(query.order_by(col(Invitation.id)))).all():
        mine = user_id in (link.accepted_by, link.user_id)
        hidden = {"token_hash"} if mine else {"token_hash", "name", "accepted_by", "user_id"}
        found.append(
            link.model_dump(mode="json", warnings=False, exclude=hidden) | {"for_me": mine}
        )
    return found


async def _log(db: AsyncSession, user_id: UUID) -> dict[str, Any]:
    """What others did with what is kept of the person, and what the person did."""
    shown = {"at", "deed", "result", "actor_role", "object_kind", "object_id", "meeting_id"}
    done = select(AuditEntry).where(AuditEntry.actor_id == user_id).order_by(col(AuditEntry.at))
    return {
        "by_others": [
            {
                "name": look.name or None,
                **look.entry.model_dump(mode="json", warnings=False, include=shown),
            }
            for look in await looks(db, user_id)
        ],
        "by_me": [
            row.model_dump(mode="json", warnings=False, include=shown)
            for row in (await db.exec(done)).all()
        ],
    }


def _of_meeting(meeting: Meeting) -> dict[str, Any]:
    shown = {"title", "kind", "ordinal", "starts_at"}
    return {"meeting_id": str(meeting.id)} | meeting.model_dump(
        mode="json", warnings=False, include=shown
    )
