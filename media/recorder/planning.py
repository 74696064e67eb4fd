"""What may be used of a recording now: asked of the ledger, the vault and the store."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import ledger
from app.consent import service as consent
from app.kit.context import Context
from app.kit.key_folder import KeyLost
from app.meetings.models import Meeting
from app.recordings import consents, interruptions, sealing
from app.recordings import service as recordings
from app.recordings.models import (
    TRANSITIONS,
    Recording,
    RecordingState,
    Source,
    Tape,
    TapeState,
)
from app.recordings.states import move
from app.vault import service as vault
from app.vault.service import KeyDestroyed
from media.clock import EPOCH
from media.recorder.outcome import Interruption, LeftOut, Plan, PlannedTape
from media.store import Store

FINISHABLE = (
    RecordingState.STOPPED,
    RecordingState.CLAIMED,
    RecordingState.FAILED,
    RecordingState.READY,
)


class PlanOutdated(Exception):
    """A consent ended, or a key was destroyed, since the plan was made. Plan again."""


async def claim(context: Context, store: Store, recording_id: UUID) -> Plan | None:
    """Claims the recording and says what to make of it. None when there is nothing to do: it runs
    again, or was erased."""
    async with context.database.reading() as db:
        paths = [tape.path for tape in await recordings.tapes(db, recording_id)]
    there = {path for path in paths if await store.exists(path)}  # not while others wait for us
    async with context.database.transaction() as db:
        recording = await db.get(Recording, recording_id, with_for_update=True)
        meeting = await db.get(Meeting, recording.meeting_id) if recording else None
        if recording is None or meeting is None or recording.state not in FINISHABLE:
            return None
        await sealing.forget_unused(db, recording)  # of a run that ended before it published
        tapes = await recordings.tapes(db, recording_id)
        if _is_empty(recording, tapes):
            move(recording, RecordingState.ERASED)
            return None
        if recording.state != RecordingState.CLAIMED:
            move(recording, RecordingState.CLAIMED)
        recording.progress, recording.failure = 0, None
        rows = await consent.chain(db, meeting.group_id)
        allowed = consents.allowed(tapes, rows)
        indexed = consents.indexed_until(rows, recording.started_at)
        used: list[PlannedTape] = []
        left_out: list[LeftOut] = []
        for tape in tapes:
            reason = await _objection(db, context, tape, allowed, there)
            if reason is None:
                used.append(_planned(tape, recording))
            else:
                source, span = Source(tape.source), _span_ms(tape, recording)
                left_out.append(LeftOut(tape.id, tape.user_id, source, reason, span))
        stopped = recording.stopped_at or recording.started_at
        return Plan(
            recording_id=recording_id,
            meeting_id=meeting.id,
            group_id=meeting.group_id,
            started_ns=(recording.started_at - EPOCH) // timedelta(microseconds=1) * 1000,
            stopped_ms=in_ms(recording, stopped),
            tapes=tuple(used),
            left_out=tuple(left_out),
            indexed=frozenset(indexed),
            interruptions=await _interruptions(db, recording),
            indexed_until={user: ms for user, ms in indexed.items() if ms is not None},
        )


def _is_empty(recording: Recording, tapes: Sequence[Tape]) -> bool:
    """Everything that was recorded was withdrawn and erased before it was finished."""
    erased = bool(tapes) and all(tape.state == TapeState.ERASED for tape in tapes)
    return erased and RecordingState.ERASED in TRANSITIONS[recording.state]


async def still_stands(db: AsyncSession, plan: Plan, user_id: UUID | None = None) -> bool:
    """Whether every consent that the plan (or this person's part of it) rests on still stands and
    covers its tapes to their ends, and the time of none of them is over."""
    used = {t.id: t for t in plan.tapes if user_id is None or t.user_id == user_id}
    rows = await consent.chain(db, plan.group_id)
    tapes = [t for t in await recordings.tapes(db, plan.recording_id) if t.id in used]
    stands = ledger.standing(rows).issuperset(t.consent_id for t in used.values())
    if not stands or consents.ran_on(tapes, rows):
        return False
    if any(tape.state == TapeState.ERASED for tape in tapes):
        return False
    return not await vault.any_destroyed(db, {t.data_key_id for t in used.values()})


async def _interruptions(db: AsyncSession, recording: Recording) -> tuple[Interruption, ...]:
    ended = recording.stopped_at or recording.started_at
    return tuple(
        Interruption(
            in_ms(recording, i.started_at), in_ms(recording, i.ended_at or ended), i.reason
        )
        for i in await interruptions.of_recording(db, recording.id)
    )


def in_ms(recording: Recording, moment: datetime) -> int:
    """On the recording's time line."""
    return (moment - recording.started_at) // timedelta(milliseconds=1)


async def _objection(
    db: AsyncSession, context: Context, tape: Tape, allowed: set[UUID], there: set[str]
) -> str | None:
    """Why a tape may not be used; None when it may."""
    if tape.state == TapeState.ERASED:
        return "erased"
    if tape.id not in allowed:
        return "consent"
    if tape.state == TapeState.LOST:
        return "lost"
    if tape.state != TapeState.STORED or tape.path not in there:
        return "not_stored"
    try:
        await vault.unwrap(db, context.keys, tape.data_key_id)
    except KeyDestroyed:
        return "erased"
    except KeyLost:
        return "lost"
    return None


def _span_ms(tape: Tape, recording: Recording) -> tuple[int, int | None]:
    ended = in_ms(recording, tape.ended_at) if tape.ended_at else None
    return in_ms(recording, tape.started_at), ended


def _planned(tape: Tape, recording: Recording) -> PlannedTape:
    return PlannedTape(
        id=tape.id,
        user_id=tape.user_id,
        source=Source(tape.source),
        consent_id=tape.consent_id,
        data_key_id=tape.data_key_id,
        path=tape.path,
        size=tape.size,
        span_ms=_span_ms(tape, recording),
    )
