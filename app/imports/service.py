"""Bringing in a meeting that was recorded elsewhere: who was there, who agreed on what paper, each
person's own sound or everybody's in one file, and turns that were marked with another program.

A track becomes a tape, as if our own node had written it, under the row of the ledger that allows
it. From there on everything is as ever: files, turns, withdrawal, retention.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent import ledger, texts
from app.consent import service as consent
from app.consent.models import ConsentDecision, Decision, Purpose
from app.groups import access
from app.groups import service as groups
from app.kit.db import now
from app.kit.errors import Invalid, NotFound, Refusal
from app.kit.permissions import Action
from app.meetings import service as meetings
from app.meetings.models import Attendance, Meeting, MeetingKind, MeetingState
from app.meetings.order import renumber
from app.programmes.models import Programme
from app.recordings import service as recordings
from app.recordings.models import ELSEWHERE, Recording, RecordingState, Tape, TapeState

OPEN_TO_TRACKS = (RecordingState.STOPPED, RecordingState.READY, RecordingState.FAILED)


class NotYet(Invalid):
    code = "import_in_future"


class TooOld(Invalid):
    code = "import_too_old"


class NotAMember(Invalid):
    code = "import_not_a_member"


class RecordedHere(Refusal):
    code = "import_recorded_here"


class NoAudioConsent(Refusal):
    code = "import_no_audio_consent"


class AtWork(Refusal):
    code = "import_at_work"


class DecidedHere(Refusal):
    code = "import_decided_here"


async def enter(
    db: AsyncSession,
    actor: Actor,
    group_id: UUID,
    *,
    starts_at: datetime,
    duration_min: int,
    title: str,
    kind: MeetingKind,
    present: Collection[UUID],
) -> Meeting:
    """The meeting as one that is over, in its place in the series, with everybody who was there
    from its beginning to its end."""
    group = await access.require(db, actor, group_id, Action.IMPORT_RECORDING)
    programme = await db.get_one(Programme, group.programme_id)
    ends_at = starts_at + timedelta(minutes=duration_min)
    if ends_at > now():
        raise NotYet(field="starts_at")
    if starts_at + timedelta(days=programme.retention_days) <= now():
        raise TooOld(field="starts_at")
    members = await groups.members(db, group_id, former=True)
    roles = {user.id: member.role for member, user in members}
    if not set(present) <= roles.keys():
        raise NotAMember(field="present")
    meeting = Meeting(
        group_id=group_id,
        kind=kind,
        title=title,
        starts_at=starts_at,
        duration_min=duration_min,
        state=MeetingState.ENDED,
        opened_at=starts_at,
        ended_at=ends_at,
    )
    db.add(meeting)
    await renumber(db, group_id, kind)
    for user_id in sorted(present):
        stay = Attendance(meeting_id=meeting.id, user_id=user_id, role=str(roles[user_id]))
        stay.joined_at, stay.left_at = starts_at, ends_at
        db.add(stay)
    await db.flush()
    return meeting


async def get(db: AsyncSession, actor: Actor, meeting_id: UUID) -> tuple[Meeting, Recording | None]:
    """The one door to an imported meeting, and what is kept of it so far."""
    meeting = await meetings.get(db, actor, meeting_id, Action.IMPORT_RECORDING)
    recording = await recordings.of_meeting(db, meeting_id)
    theirs = recording is not None and recording.node_name != ELSEWHERE
    if theirs or meeting.state != MeetingState.ENDED:
        raise RecordedHere
    return meeting, recording


async def enter_paper(
    db: AsyncSession,
    actor: Actor,
    group_id: UUID,
    user_id: UUID,
    decisions: dict[Purpose, Decision],
    paper: consent.Paper,
    language: str,
) -> list[ConsentDecision]:
    """Writes what a member decided on paper into the ledger, with the paper's name and date. Over
    what they decided here themselves, later than the paper, nothing is written."""
    group = await access.require(db, actor, group_id, Action.IMPORT_RECORDING)
    if paper.signed_at > now():
        raise NotYet(field="signed_at")
    if user_id not in {user.id for _, user in await groups.members(db, group_id, former=True)}:
        raise NotFound
    version = (await texts.current(db, group.programme_id, language)).version
    decided, rows = await consent.latest_of(db, user_id, group_id), []
    for purpose, decision in decisions.items():
        latest = decided.get(purpose)
        if latest is not None and latest.paper is None and latest.decided_at > paper.signed_at:
            raise DecidedHere
        rows.append(
            await consent.decide(
                db,
                user_id=user_id,
                group_id=group_id,
                meeting_id=None,
                purpose=purpose,
                decision=decision,
                text_version=version,
                text_language=language,
                decided_by=actor.user_id,
                paper=paper,
            )
        )
    return rows


async def audio_consent(db: AsyncSession, meeting: Meeting, user_id: UUID) -> UUID:
    """The row that allows this person's voice to be kept. Raises NoAudioConsent."""
    rows = await consent.chain(db, meeting.group_id)
    row = ledger.granted(ledger.fold(rows)).get(user_id, {}).get(Purpose.AUDIO)
    if row is None:
        raise NoAudioConsent
    return row.id


async def open_recording(db: AsyncSession, meeting: Meeting) -> Recording:
    """What the meeting's tracks belong to; made with the first of them. Held until the transaction
    ends. Raises AtWork while the worker finishes it."""
    recording = await recordings.of_meeting(db, meeting.id)
    if recording is None:
        recording = Recording(
            meeting_id=meeting.id,
            state=RecordingState.STOPPED,
            node_name=ELSEWHERE,
            started_at=meeting.starts_at,
            stopped_at=meeting.starts_at + timedelta(minutes=meeting.duration_min),
        )
        db.add(recording)
        await db.flush()
    await recordings.hold(db, recording.id)
    if recording.state not in OPEN_TO_TRACKS:
        raise AtWork
    return recording


async def tracks(db: AsyncSession, recording: Recording | None) -> list[Tape]:
    if recording is None:
        return []
    found = await recordings.tapes(db, recording.id)
    return [tape for tape in found if tape.state != TapeState.ERASED]


async def uploaded(db: AsyncSession) -> list[Tape]:
    """Tracks that wait for the worker, of recordings that nobody is finishing."""
    query = (
        select(Tape)
        .join(Recording, col(Recording.id) == Tape.recording_id)
        .where(Tape.state == TapeState.UPLOADED, col(Recording.state).in_(OPEN_TO_TRACKS))
    )
    return list((await db.exec(query.order_by(col(Tape.id)))).all())
