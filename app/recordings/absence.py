"""Tapes on a node that is not heard of: what a recording waits for, and finishing it without them.

A node that comes back hands its tapes over by itself. A machine that never does would keep the
recording waiting for ever, the tapes of all others with it: whether it will is for people to say.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.kit.audit import Deed
from app.kit.db import now
from app.kit.errors import Refusal
from app.kit.permissions import Action
from app.meetings import placement
from app.meetings.models import Meeting, MeetingState
from app.recordings import auditing, interruptions, service
from app.recordings.models import Recording, RecordingState, TapeState
from app.recordings.states import move

GONE_FOR = timedelta(minutes=10)
"""A node that was silent for so long may be given up. Lower: one whose machine is being started
again is. Higher: people wait longer for a recording that nobody can complete."""
NOT_HANDED_OVER = (TapeState.WRITING, TapeState.CLOSED)


class NodeMayReturn(Refusal):
    """There is nothing to give up, or not yet."""

    code = "node_may_return"


class Absent(NamedTuple):
    node: str
    since: datetime
    """Its last sign of life."""
    tapes: int
    """Of this recording, that it has not handed over."""
    may_be_given_up: bool


async def absent(db: AsyncSession, recording: Recording, meeting: Meeting) -> list[Absent]:
    """The silent nodes that this recording waits for, by name."""
    if recording.state not in (RecordingState.RUNNING, RecordingState.STOPPED):
        return []
    tapes = await service.tapes(db, recording.id)
    waited = Counter(tape.node_name for tape in tapes if tape.state in NOT_HANDED_OVER)
    runs_on = recording.node_name if recording.state == RecordingState.RUNNING else None
    if runs_on is not None:
        waited[runs_on] += 0
    beats = {name: await placement.last_beat(db, name) for name in sorted(waited)}
    moment = now()
    silent = {
        name: beat or recording.started_at
        for name, beat in beats.items()
        if beat is None or beat + placement.ALIVE_FOR <= moment
    }
    over = meeting.state == MeetingState.ENDED and (runs_on is None or runs_on in silent)
    return [
        Absent(name, since, waited[name], over and since + GONE_FOR <= moment)
        for name, since in silent.items()
    ]


async def do_without(db: AsyncSession, actor: Actor, recording_id: UUID) -> Recording:
    """Enters as lost what is on nodes that may be given up; what has arrived is finished. Should
    one of them come back, its tapes are taken in and the recording is finished anew."""
    recording, meeting = await service.get(db, actor, recording_id, Action.EXPORT)
    await service.hold(db, recording_id)
    await db.refresh(recording)
    gone = {
        one.node: one.since for one in await absent(db, recording, meeting) if one.may_be_given_up
    }
    if not gone:
        raise NodeMayReturn
    given_up = 0
    for tape in await service.tapes(db, recording_id):
        since = gone.get(tape.node_name)
        if since is not None and tape.state in NOT_HANDED_OVER:
            tape.ended_at = tape.ended_at or max(since, tape.started_at)
            # One entered after the last beat may have been begun too: nobody has seen that disk.
            await service.tape_missing(db, tape.id, was_begun=True)
            given_up += 1
    since = gone.get(recording.node_name)
    if recording.state == RecordingState.RUNNING and since is not None:
        move(recording, RecordingState.STOPPED)
        recording.stopped_at = max(since, recording.started_at)
        await interruptions.end(db, recording_id, recording.stopped_at)
    details = {"tapes": given_up, "nodes": len(gone)}
    await auditing.changed(
        db, actor, meeting, Deed.TAPES_GIVEN_UP, "recording", recording_id, Action.EXPORT, details
    )
    return recording
