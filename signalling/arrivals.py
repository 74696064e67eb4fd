"""Coming, coming back and going: who is who when a websocket opens and closes."""

import asyncio
import logging
import time
from uuid import UUID

from app.kit.ids import short
from app.kit.tokens import Join
from app.meetings import attendance
from app.recordings.models import SpanEnd
from signalling import books, consenting, off_record_commands, spans, taping
from signalling.connection import Connection
from signalling.live import Live, Presence, Session, new_participant_id, new_resume_token
from signalling.messages import Replaced, Waiting, Welcomed
from signalling.participant import Participant
from signalling.turn import ice_servers

logger = logging.getLogger(__name__)

GRACE_S = 30.0
"""One whose websocket is lost may come back for so long. Lower: a tunnel costs one's place. Higher:
others look at a frozen tile for longer."""


async def join(live: Live, ticket: Join, connection: Connection) -> str | None:
    """A fresh join; the participant's id, or None when the meeting has just ended. The same
    person's older presence is taken over."""
    person = await newcomer(live, ticket)
    if live.ended:
        return None
    known = live.room.of_user(ticket.user_id)
    if known is not None:
        return take_over(live, known, connection)
    live.presences[person.id] = Presence(new_resume_token(), connection)
    if live.room.waits(person.role, person.user):
        live.deliver(live.room.knock(person))
        _tell_waiting(live, person.id)
    else:
        enter(live, person)
    logger.info("participant %s came to meeting %s", person.id[-4:], short(live.meeting_id))
    return person.id


async def newcomer(live: Live, ticket: Join) -> Participant:
    found = await consenting.in_force(live)
    return Participant(
        id=new_participant_id(),
        user=ticket.user_id,
        name=ticket.name,
        role=ticket.role,  # type: ignore[arg-type]
        consents=found.counts.get(ticket.user_id, {}),
        uncounted=found.uncounted.get(ticket.user_id, set()),
    )


def enter(live: Live, person: Participant) -> None:
    """Into the room, from the lobby or from outside."""
    alone = not live.room.has_facilitator
    live.deliver(live.room.enter(person))
    welcome(live, person.id, resumed=False)
    off_record_commands.people_changed(live)
    live.offer_downlink(person.id)
    live.background(_attend(live, person))
    if alone and live.room.has_facilitator:
        _tell_everyone_waiting(live)


def resume(live: Live, participant: str, connection: Connection) -> None:
    """Back after a lost websocket: same participant, same media, a new snapshot."""
    presence = live.presences[participant]
    _stop_waiting(presence)
    if presence.connection is not None:
        presence.connection.end()
    presence.connection = connection
    presence.resume_token = new_resume_token()
    live.deliver(live.room.connection_changed(participant, connected=True))
    if participant in live.room.lobby:
        _tell_waiting(live, participant)
        return
    welcome(live, participant, resumed=True)
    live.media.retell(participant)
    open_offer = presence.negotiation.open
    if open_offer is not None:
        live.tell(participant, open_offer)
    else:
        live.offer_downlink(participant)


def welcome(live: Live, participant: str, *, resumed: bool) -> None:
    settings = live.node.settings.turn_server
    live.tell(
        participant,
        Welcomed(
            participant=participant,
            resume_token=live.presences[participant].resume_token,
            resumed=resumed,
            room=live.room.snapshot(participant),
            ice_servers=ice_servers(settings, participant, int(time.time())),
        ),
    )
    if live.room.participants[participant].uncounted:
        consenting.tell_uncounted(live, live.room.participants[participant])


def lost(live: Live, participant: str, connection: Connection) -> None:
    """A websocket ended. Its owner may come back, unless it was ended on purpose."""
    presence = live.presences.get(participant)
    if presence is None or presence.connection is not connection:
        return
    presence.connection = None
    if connection.closed_by_us or live.ended:
        leave(live, participant)
        return
    live.deliver(live.room.connection_changed(participant, connected=False))
    leave_after(live, participant, GRACE_S)


def leave(live: Live, participant: str) -> None:
    """For good: media, tapes, tile and place are gone. Idempotent."""
    presence = live.presences.pop(participant, None)
    if presence is None:
        return
    how = SpanEnd.LEFT if presence.expiry is None or live.ended else SpanEnd.LOST
    _stop_waiting(presence)
    taping.cut(live, [p.id for p in live.room.publications.values() if p.owner == participant])
    led = live.room.has_facilitator
    live.deliver(live.room.leave(participant))
    off_record_commands.people_changed(live)
    spans.note(live, how)
    live.media.leave(participant)
    live.offer_downlinks()
    if led and not live.room.has_facilitator:
        _tell_everyone_waiting(live)
    if presence.attendance is not None:
        live.background(_depart(live, presence.attendance))
    if presence.connection is not None:
        presence.connection.end()


def by_resume_token(live: Live, token: str) -> str | None:
    for participant, presence in live.presences.items():
        if presence.resume_token == token:
            return participant
    return None


def take_over(
    live: Live, known: Participant, connection: Connection | None, session: Session | None = None
) -> str:
    """The same person from a new page or program: one tile, new media; the older page is told."""
    presence = live.presences[known.id]
    _stop_waiting(presence)
    if presence.connection is not None:
        presence.connection.send(Replaced())
        presence.connection.end()
    presence.connection, presence.session = connection, session
    presence.resume_token = new_resume_token()
    if known.id in live.room.lobby:
        _tell_waiting(live, known.id)
        return known.id
    own = [p.id for p in live.room.publications.values() if p.owner == known.id]
    taping.cut(live, own)
    live.deliver(live.room.publications_removed(own))
    spans.note(live, SpanEnd.TURNED_OFF)
    live.media.leave(known.id)
    live.deliver(live.room.connection_changed(known.id, connected=True))
    presence.negotiation.open = None
    welcome(live, known.id, resumed=False)
    live.offer_downlinks()
    return known.id


def _tell_waiting(live: Live, participant: str) -> None:
    token, present = live.presences[participant].resume_token, live.room.has_facilitator
    waiting = Waiting(participant=participant, resume_token=token, facilitator_present=present)
    live.tell(participant, waiting)


def _tell_everyone_waiting(live: Live) -> None:
    for participant in live.room.lobby:
        _tell_waiting(live, participant)


def leave_after(live: Live, participant: str, delay_s: float) -> None:
    """Unless someone comes back as this participant before."""
    presence = live.presences[participant]
    _stop_waiting(presence)
    presence.expiry = asyncio.get_running_loop().call_later(delay_s, leave, live, participant)


def _stop_waiting(presence: Presence) -> None:
    if presence.expiry is not None:
        presence.expiry.cancel()
        presence.expiry = None


async def _attend(live: Live, person: Participant) -> None:
    stay = await books.enter(
        live.node.database,
        lambda db: attendance.attended(db, live.meeting_id, person.user, person.role),
    )
    presence = live.presences.get(person.id)
    if presence is None:
        await _depart(live, stay)
    else:
        presence.attendance = stay


async def _depart(live: Live, stay: UUID) -> None:
    await books.enter(live.node.database, lambda db: attendance.departed(db, stay))
