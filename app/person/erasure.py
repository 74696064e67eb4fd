"""Erasing one person from every programme, at that person's request.

Everything is withdrawn in the ledger, and what a withdrawal reaches is erased as ever: keys first.
Answers to surveys are deleted, and when the person's microphone and camera were on.
The account is emptied and nobody can sign in by it. What stays carries an id that stands for nobody
any longer: the ledger, because it proves what was asked and decided; attendance, which counts
people; the audit log, which proves that this was done; observation notes that the person wrote,
because they are about others.

A hold does not stop it: the person's consent is the only ground on which the material was kept.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, delete, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.accounts.models import RefreshToken, User
from app.chat import erasure as chat
from app.chat.models import ChatLine
from app.consent import service as consent
from app.consent.models import ConsentDecision, Decision, Purpose
from app.groups.models import Group, Membership
from app.invitations.models import Invitation
from app.kit import audit
from app.kit.db import Database, now
from app.kit.errors import Invalid, NotAllowed, NotFound, Refusal
from app.kit.idempotency import IdempotentReply
from app.kit.ids import short
from app.kit.permissions import Action, Role, may
from app.meetings.models import Attendance, Meeting, MeetingState
from app.notes.models import ObservationNote
from app.programmes.models import ProgrammeStaff
from app.recordings import spans
from app.recordings.models import Tape, TapeState
from app.surveys import erasure as surveys
from app.surveys.models import SurveyResponse
from app.transcripts.erasure import erase_withdrawn
from app.turns.models import Turn
from media.store import Store


class WrongConfirmation(Invalid):
    code = "wrong_confirmation"


class LastAdministrator(Refusal):
    code = "last_administrator"


class InMeeting(Refusal):
    """A withdrawal stops the tape before it is written down; the room does that, not we."""

    code = "person_in_meeting"


class Held(NamedTuple):
    """What is kept of a person: how many of each."""

    tapes: int
    turns: int
    chat_lines: int
    decisions: int
    stays: int
    entries: int
    notes: int
    """Observation notes that the person wrote."""
    notes_near: int
    """Those that others wrote in meetings where the person was: any of them may speak of them."""
    answers: int
    """Surveys that the person answered."""


class Report(NamedTuple):
    """What was erased, what is kept, and what the worker has still to erase."""

    name: str
    """What the id stands under from now on."""
    tapes: int
    turns: int
    chat_lines: int
    waiting: int
    """Tapes that the store, or the folder of their keys, did not let go of: erased when it does."""
    decisions: int
    stays: int
    entries: int
    notes: int
    notes_near: int
    answers: int
    """Surveys to which the person's answers were erased."""


async def held(db: AsyncSession, user_id: UUID) -> Held:
    async def count(table: Any, *where: Any) -> int:
        return int((await db.exec(select(func.count()).select_from(table).where(*where))).one())

    about = or_(
        audit.AuditEntry.subject_id == user_id,
        audit.AuditEntry.actor_id == user_id,
    )
    own = ObservationNote.author_id == user_id
    there = select(Attendance.meeting_id).where(Attendance.user_id == user_id)
    near = col(ObservationNote.meeting_id).in_(there)
    return Held(
        tapes=await count(Tape, Tape.user_id == user_id, Tape.state != TapeState.ERASED),
        turns=await count(Turn, Turn.user_id == user_id),
        chat_lines=await count(ChatLine, ChatLine.user_id == user_id),
        decisions=await count(ConsentDecision, ConsentDecision.user_id == user_id),
        stays=await count(Attendance, Attendance.user_id == user_id),
        entries=await count(audit.AuditEntry, about),
        notes=await count(ObservationNote, own),
        notes_near=await count(ObservationNote, near, ObservationNote.author_id != user_id),
        answers=await count(SurveyResponse, SurveyResponse.user_id == user_id),
    )


async def door(db: AsyncSession, actor: Actor, user_id: UUID) -> User:
    """The person, for oneself and for those who may erase others."""
    administrator = {Role.ADMINISTRATOR} if actor.is_administrator else ()
    if actor.user_id != user_id and not may(administrator, Action.ERASE_PERSON):
        raise NotAllowed
    user = await db.get(User, user_id)
    if user is None:
        raise NotFound
    return user


async def withdraw_everything(
    db: AsyncSession, user_id: UUID, doer: audit.Doer, confirmation: str
) -> Held:
    """The first half, one transaction: nothing is allowed any longer and the account is empty.
    What there was before. `confirmation`: the person's name, typed."""
    user = await db.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound
    if confirmation.strip() != user.name:
        raise WrongConfirmation(field="confirmation")
    await _refuse_if_needed(db, user)
    before = await held(db, user_id)
    for row in await _to_withdraw(db, user_id):
        await consent.decide(
            db,
            user_id=user_id,
            group_id=row.group_id,
            meeting_id=None,
            purpose=Purpose(row.purpose),
            decision=Decision.WITHDRAWN,
            text_version=row.text_version,
            text_language=row.text_language,
            decided_by=doer.user_id or user_id,
        )
    await surveys.forget(db, user_id)
    await spans.forget_person(db, user_id)
    programmes = await _leave(db, user_id)
    await _empty_account(db, user)
    for programme_id in [None, *programmes]:
        about = audit.About("account", user_id, user_id, programme_id)
        audit.record(db, audit.Deed.PERSON_ERASED, doer, about)
    return before


async def erase_media(database: Database, store: Store, user_id: UUID, before: Held) -> Report:
    """The second half: what the withdrawals reach. Killed here, the worker goes on with it."""
    await erase_withdrawn(database, store)
    await chat.erase_withdrawn(database)
    async with database.reading() as db:
        after = await held(db, user_id)
        user = await db.get_one(User, user_id)
    return Report(
        name=user.name,
        tapes=before.tapes - after.tapes,
        turns=before.turns - after.turns,
        chat_lines=before.chat_lines - after.chat_lines,
        waiting=after.tapes,
        decisions=after.decisions,
        stays=after.stays,
        entries=after.entries,
        notes=after.notes,
        notes_near=after.notes_near,
        answers=before.answers - after.answers,
    )


async def _refuse_if_needed(db: AsyncSession, user: User) -> None:
    here = (
        select(Attendance.id)
        .join(Meeting, col(Meeting.id) == Attendance.meeting_id)
        .where(Attendance.user_id == user.id, col(Attendance.left_at).is_(None))
        .where(Meeting.state == MeetingState.OPEN)
    )
    if (await db.exec(here.limit(1))).first() is not None:
        raise InMeeting
    others = select(User.id).where(
        col(User.is_administrator), User.id != user.id, col(User.deactivated_at).is_(None)
    )
    if user.is_administrator and (await db.exec(others.limit(1))).first() is None:
        raise LastAdministrator


async def _to_withdraw(db: AsyncSession, user_id: UUID) -> list[ConsentDecision]:
    """In every group what this person agrees to now, and what they withdrew once and let stay."""
    query = select(ConsentDecision.group_id).where(ConsentDecision.user_id == user_id).distinct()
    found = []
    for group_id in sorted((await db.exec(query)).all()):
        latest = await consent.latest_of(db, user_id, group_id)
        found += [
            row for row in latest.values() if row.decision == Decision.GRANTED or row.keeps_earlier
        ]
    return found


async def _leave(db: AsyncSession, user_id: UUID) -> Sequence[UUID]:
    """Ends every membership and every role; the programmes that the person was in."""
    inside = (
        select(Group.programme_id)
        .join(Membership, col(Membership.group_id) == Group.id)
        .where(Membership.user_id == user_id)
    )
    staffed = select(ProgrammeStaff.programme_id).where(ProgrammeStaff.user_id == user_id)
    programmes = {*(await db.exec(inside)).all(), *(await db.exec(staffed)).all()}
    stays = update(Membership).where(
        col(Membership.user_id) == user_id, col(Membership.left_at).is_(None)
    )
    await db.exec(stays.values(left_at=now()))
    await db.exec(delete(ProgrammeStaff).where(col(ProgrammeStaff.user_id) == user_id))
    return sorted(programmes)


async def _empty_account(db: AsyncSession, user: User) -> None:
    """Nothing is left by which the person could be known, or could come in."""
    await db.exec(delete(RefreshToken).where(col(RefreshToken.user_id) == user.id))
    replies = or_(
        col(IdempotentReply.actor) == user.id, col(IdempotentReply.body).contains(str(user.id))
    )
    await db.exec(delete(IdempotentReply).where(replies))
    links = or_(col(Invitation.user_id) == user.id, col(Invitation.accepted_by) == user.id)
    await db.exec(update(Invitation).where(links).values(name=""))
    still_open = col(Invitation.accepted_at).is_(None) & col(Invitation.revoked_at).is_(None)
    ended = update(Invitation).where(col(Invitation.user_id) == user.id, still_open)
    await db.exec(ended.values(revoked_at=now()))
    user.name = f"#{short(user.id)}"
    user.email = user.password_hash = None
    user.language, user.is_administrator = "fi", False
    user.deactivated_at = user.deactivated_at or now()
    user.erased_at = user.erased_at or now()
    await db.flush()
