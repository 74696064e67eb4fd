"""Programs in the room: one publishes in a person's place, one watches beside that person.

A session has no life of its own. It hangs on a presence, and is gone with it: by DELETE, when the
transport is lost, when the same person comes by another way, when the meeting ends.
"""

import secrets
from collections.abc import Callable, Iterable
from typing import NamedTuple

from app.kit.errors import NotFound, TooMany
from app.kit.tokens import Join, Scope, Stream
from app.meetings import service as meetings
from app.meetings.service import MeetingEnded
from media.relay.description import parse
from media.relay.watching import wants_media
from media.relay.writing import LocalSide
from signalling import arrivals, media_commands
from signalling.allowance import Allowance
from signalling.live import Live, Node, Presence, Session, new_resume_token
from signalling.messages import SourceName
from signalling.participant import Participant
from signalling.rooms import Rooms
from signalling.streams.descriptions import Fragment, sources_of
from signalling.streams.refusals import NotAdmitted

KNOCKING_S = 60.0
"""One who was not let in stays in the lobby for so long after asking. Lower: the facilitator looks
up too late. Higher: a program that gave up still seems to wait."""
MOST_WATCHES = 4
"""Sessions of one person that watch. Lower: no second screen. Higher: a room full of one name."""
PATCHES_PER_S = 5.0
PATCHES_BURST = 50.0
"""A browser trickles some twenty candidates at once."""


class Begun(NamedTuple):
    participant: str
    session: Session
    answer: str


async def begin(
    node: Node, rooms: Rooms, stream: Stream, offer: str, whom: str | None = None
) -> Begun:
    """The holder of the token comes with this offer. `whom`: the participant or user to watch.

    Raises a Refusal, and then nothing was changed but that a newcomer has knocked.
    """
    remote = parse(offer)
    sources = sources_of(remote) if stream.scope == "publish" else {}
    if stream.scope == "watch":
        wants_media(remote)
    async with node.database.transaction() as db:
        ticket = await meetings.come(db, stream)
    live = await rooms.open(stream.meeting_id)
    person = await arrivals.newcomer(live, ticket)
    if live.ended:
        raise MeetingEnded
    _require_admitted(live, ticket, person)
    if stream.scope == "publish":
        return await _publish(live, person, offer, sources)
    return _watch(live, person, offer, whom)


def _require_admitted(live: Live, ticket: Join, person: Participant) -> None:
    """One who must wait knocks; the next try after being let in succeeds."""
    if not live.room.waits(person.role, person.user):
        return
    known = live.room.of_user(ticket.user_id)
    if known is None:
        live.presences[person.id] = Presence(new_resume_token())
        live.deliver(live.room.knock(person))
        known = person
    if live.presences[known.id].connection is None:
        arrivals.leave_after(live, known.id, KNOCKING_S)
    raise NotAdmitted


async def _publish(
    live: Live, person: Participant, offer: str, sources: dict[str, SourceName]
) -> Begun:
    session = _new_session(person, "publish")
    known = live.room.of_user(person.user)
    if known is not None:
        participant = arrivals.take_over(live, known, None, session)
    else:
        participant = _enter(live, person, session)
    answer, _ = await media_commands.send(live, participant, offer, sources)
    return Begun(participant, session, answer)


def _watch(live: Live, person: Participant, offer: str, whom: str | None) -> Begun:
    """Nobody watches in secret: a watcher is an observer whom all see."""
    only = _whom(live.room.participants.values(), whom) if whom is not None else None
    if sum(p.watches and p.user == person.user for p in live.room.participants.values()) >= (
        MOST_WATCHES
    ):
        raise TooMany
    person.role, person.watches, person.consents = "observer", True, {}
    session = _new_session(person, "watch")
    participant = _enter(live, person, session)
    return Begun(participant, session, live.media.watch(participant, offer, only))


def _whom(people: Iterable[Participant], whom: str) -> str:
    found = (p.id for p in people if whom in (p.id, str(p.user)) and not p.watches)
    participant = next(found, None)
    if participant is None:
        raise NotFound(field="participant")
    return participant


def _enter(live: Live, person: Participant, session: Session) -> str:
    live.presences[person.id] = Presence(new_resume_token(), session=session)
    arrivals.enter(live, person)
    return person.id


def _new_session(person: Participant, scope: Scope) -> Session:
    allowance = Allowance(PATCHES_PER_S, PATCHES_BURST)
    return Session(secrets.token_urlsafe(18), scope, person.user, _new_tag(), allowance)


def _new_tag() -> str:
    return secrets.token_hex(8)


# ---- Later ----------------------------------------------------------------------------------


class Held(NamedTuple):
    live: Live
    participant: str
    session: Session


def find(rooms: Rooms, stream: Stream, session_id: str) -> Held:
    """The session, for one who holds a token of the same person and scope; raises NotFound."""
    live = rooms.find(stream.meeting_id)
    for participant, presence in live.presences.items() if live is not None else ():
        session = presence.session
        if live is None or session is None or session.id != session_id:
            continue
        if (session.user, session.scope) == (stream.user_id, stream.scope):
            return Held(live, participant, session)
    raise NotFound


def refresh(held: Held, fragment: Fragment, now: Callable[[], float]) -> LocalSide | None:
    """New credentials restart ICE: our side of it, under a new tag. Candidates are not needed by an
    agent that never sends a check (RFC 8445 §2.5): None."""
    if not held.session.allowance.spend(now()):
        raise TooMany
    if fragment.credentials is None:
        return None
    local = held.live.media.restart_ice(held.participant, fragment.credentials)
    if local is not None:
        held.session.tag = _new_tag()
    return local


def end(held: Held) -> None:
    arrivals.leave(held.live, held.participant)
