"""One function per command. Each asks, writes the ledger, changes the room, moves the media, and
tells the people, in this order. What a handler refuses has changed nothing.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from signalling import (
    arrivals,
    consenting,
    keeping,
    media_commands,
    off_record_commands,
    recording_commands,
)
from signalling.live import Live
from signalling.messages import (
    Admit,
    AgreeToRecord,
    AnswerDownlink,
    ClientMessage,
    Command,
    DecideConsent,
    Deny,
    Done,
    EndMeeting,
    GoOffRecord,
    Leave,
    Publish,
    RaiseHand,
    RemoveParticipant,
    ReportQuality,
    Say,
    SetMuted,
    SetView,
    StartRecording,
    StopRecording,
)
from signalling.quality import watch
from signalling.refusals import CommandRefused, answering, require_facilitator

Handler = Callable[[Live, str, Any], Awaitable[None]]


async def handle(live: Live, participant: str, command: ClientMessage) -> None:
    """Carries out one command and answers it. Nothing a command does ends anything but itself."""
    with answering(live, participant, command):
        if participant in live.room.lobby and not isinstance(command, Leave):
            raise CommandRefused("not_admitted")
        await HANDLERS[type(command)](live, participant, command)


async def raise_hand(live: Live, participant: str, command: RaiseHand) -> None:
    live.deliver(live.room.raise_hand(participant, raised=command.raised))
    live.tell(participant, Done(ref=command.ref))


async def say(live: Live, participant: str, command: Say) -> None:
    """What is to be kept is on the node's disk before anybody hears it; nobody waits for more."""
    at = live.node.clock.utc(live.node.clock.now())
    keeping.keep(live, participant, command.text, at)
    live.deliver(live.room.say(participant, command.text, at))
    live.tell(participant, Done(ref=command.ref))


async def admit(live: Live, participant: str, command: Admit) -> None:
    require_facilitator(live, participant)
    person = live.room.lobby.get(command.participant)
    if person is None:
        raise CommandRefused("not_found")
    arrivals.enter(live, person)
    live.tell(participant, Done(ref=command.ref))


async def deny(live: Live, participant: str, command: Deny) -> None:
    require_facilitator(live, participant)
    if command.participant not in live.room.lobby:
        raise CommandRefused("not_found")
    live.deliver(live.room.deny(command.participant))
    arrivals.leave(live, command.participant)
    live.tell(participant, Done(ref=command.ref))


async def remove_participant(live: Live, participant: str, command: RemoveParticipant) -> None:
    require_facilitator(live, participant)
    person = live.room.participants.get(command.participant)
    if person is None or person.id == participant:
        raise CommandRefused("not_found")
    live.room.admitted.discard(person.user)
    live.deliver(live.room.deny(person.id))
    arrivals.leave(live, person.id)
    live.tell(participant, Done(ref=command.ref))


async def leave(live: Live, participant: str, command: Leave) -> None:
    live.tell(participant, Done(ref=command.ref))
    arrivals.leave(live, participant)


HANDLERS: dict[type[Command], Handler] = {
    Publish: media_commands.publish,
    AnswerDownlink: media_commands.answer_downlink,
    SetMuted: media_commands.set_muted,
    SetView: media_commands.set_view,
    ReportQuality: watch.report_quality,
    RaiseHand: raise_hand,
    Say: say,
    Admit: admit,
    Deny: deny,
    RemoveParticipant: remove_participant,
    StartRecording: recording_commands.start_recording,
    StopRecording: recording_commands.stop_recording,
    GoOffRecord: off_record_commands.go_off_record,
    AgreeToRecord: off_record_commands.agree_to_record,
    DecideConsent: consenting.decide_consent,
    EndMeeting: recording_commands.end_meeting,
    Leave: leave,
}
