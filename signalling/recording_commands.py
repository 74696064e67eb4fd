"""Commands about what is kept: recording, consent, and the end of it all."""

from uuid import UUID

from app.consent import service as consent
from app.consent.models import Decision, Purpose
from app.meetings import attendance
from app.meetings import service as meetings
from signalling import taping
from signalling.live import Live
from signalling.messages import (
    DecideConsent,
    Done,
    EndMeeting,
    MeetingEnded,
    StartRecording,
    StopRecording,
)
from signalling.refusals import CommandRefused, require_facilitator


async def start_recording(live: Live, participant: str, command: StartRecording) -> None:
    require_facilitator(live, participant)
    if live.room.recording_since is not None:
        raise CommandRefused("already_recording")
    await taping.begin(live, live.node.clock.utc(live.node.clock.now()))
    live.tell(participant, Done(ref=command.ref))


async def stop_recording(live: Live, participant: str, command: StopRecording) -> None:
    require_facilitator(live, participant)
    if live.room.recording_since is None:
        raise CommandRefused("not_recording")
    await taping.stop(live, "command")
    live.tell(participant, Done(ref=command.ref))


async def decide_consent(live: Live, participant: str, command: DecideConsent) -> None:
    if command.decision == "granted":
        row_id = await _into_ledger(live, participant, command)
        live.deliver(live.room.granted(participant, command.purpose, row_id))
        if live.room.to_tape():
            live.background(taping.tape_newly_allowed(live))
    else:
        # Stop before you write: the tapes end here, whatever becomes of the rest.
        taping.cut(live, live.room.resting_on(participant, command.purpose))
        live.deliver(live.room.ended(participant, command.purpose, command.decision))
        await _into_ledger(live, participant, command)
    live.tell(participant, Done(ref=command.ref))


async def end_meeting(live: Live, participant: str, command: EndMeeting) -> None:
    require_facilitator(live, participant)
    live.tell(participant, Done(ref=command.ref))
    await end(live)


async def end(live: Live) -> None:
    """Ends the meeting for everyone; what was recorded goes to the worker. Idempotent."""
    if live.ended:
        return
    live.ended = True
    if live.room.recording_since is not None:
        await taping.stop(live, "meeting_ended")
    live.deliver(live.room.everyone(MeetingEnded()))
    for presence in live.presences.values():
        if presence.connection is not None:
            presence.connection.end()
    async with live.node.database.transaction() as db:
        await meetings.end_on_node(db, live.meeting_id)
        await attendance.close_all(db, live.meeting_id)


async def _into_ledger(live: Live, participant: str, command: DecideConsent) -> UUID:
    user = live.room.participants[participant].user
    async with live.node.database.transaction() as db:
        row = await consent.decide(
            db,
            user_id=user,
            group_id=live.group_id,
            meeting_id=live.meeting_id,
            purpose=Purpose(command.purpose),
            decision=Decision(command.decision),
            text_version=command.text_version,
            text_language=command.text_language,
            decided_by=user,
        )
    return row.id
