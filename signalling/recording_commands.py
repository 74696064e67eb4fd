"""Commands about what is kept: recording, and the end of it all."""

from app.meetings import attendance
from app.meetings import service as meetings
from signalling import arrivals, beside, storage, taping
from signalling.live import Live
from signalling.messages import Done, EndMeeting, MeetingEnded, StartRecording, StopRecording
from signalling.refusals import CommandRefused, require_facilitator


async def start_recording(live: Live, participant: str, command: StartRecording) -> None:
    require_facilitator(live, participant)

    async def start() -> None:
        await taping.begin(live, live.node.clock.utc(live.node.clock.now()))
        storage.follow(live)
        live.tell(participant, Done(ref=command.ref))

    beside.carry_out(live, participant, command, start)


async def stop_recording(live: Live, participant: str, command: StopRecording) -> None:
    require_facilitator(live, participant)
    if live.room.recording_since is None:
        raise CommandRefused("not_recording")
    taping.halt(live, "command")

    async def stop() -> None:
        await taping.stop(live, "command")
        live.tell(participant, Done(ref=command.ref))

    beside.carry_out(live, participant, command, stop)


async def end_meeting(live: Live, participant: str, command: EndMeeting) -> None:
    require_facilitator(live, participant)

    async def note_and_end() -> None:
        await _note_the_end(live)
        live.tell(participant, Done(ref=command.ref))
        await end(live)

    beside.carry_out(live, participant, command, note_and_end)


async def end(live: Live) -> None:
    """Ends the meeting, which is over in the books, for everyone here. Idempotent.

    Nobody is kept waiting for the recording's place in the books.
    """
    if live.ended:
        return
    live.ended = True
    taping.halt(live, "meeting_ended")
    live.deliver(live.room.everyone(MeetingEnded()))
    for participant, presence in list(live.presences.items()):
        if presence.connection is not None:
            presence.connection.end()
        else:
            arrivals.leave(live, participant)
    await taping.stop(live, "meeting_ended")


async def _note_the_end(live: Live) -> None:
    """First, so that nobody joins anew; should it fail, nothing has ended and one may try again."""
    async with live.node.database.transaction() as db:
        await meetings.end_on_node(db, live.meeting_id)
        await attendance.cut_off(db, live.meeting_id)
