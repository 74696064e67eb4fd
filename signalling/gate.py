"""Who may open a websocket: checked while it is still an HTTP request."""

import re
import weakref
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from app.kit.errors import NotSignedIn
from app.kit.tokens import Join, Tokens
from media.clock import Clock
from signalling.allowance import Allowance

MOST_SOCKETS = 2_000
"""More than a node can carry media for. Lower: a crowd finds the door shut. Higher: strangers who
hold sockets open use up our memory."""
JOINS_PER_S = 0.5
JOINS_BURST = 20.0
"""One person's fresh joins. A page that is reloaded in anger makes three or four."""

PATH = re.compile(r"/ws/meetings/([0-9a-f-]{36})")
TRIAL = "/ws/trial"
"""Open to everyone: those who need it most have not been let in anywhere yet."""


@dataclass(frozen=True)
class Ticket:
    """What the address said: a join token that was read, or a resume token yet to be looked up."""

    meeting_id: UUID
    join: Join | None
    resume: str | None


class Gate:
    """`process_request` of the websocket server. Remembers each ticket until it is taken."""

    def __init__(self, tokens: Tokens, node_name: str, clock: Clock) -> None:
        self._tokens = tokens
        self._node_name = node_name
        self._clock = clock
        self._joins: dict[UUID, Allowance] = {}
        # A handshake may still fail after its ticket was written: nobody comes to take that one.
        self._tickets: weakref.WeakKeyDictionary[ServerConnection, Ticket] = (
            weakref.WeakKeyDictionary()
        )

    def check(self, connection: ServerConnection, request: Request) -> Response | None:
        """None opens the socket; a response refuses it."""
        address = urlsplit(request.path)
        if address.path == "/healthz":
            return connection.respond(HTTPStatus.OK, "alive\n")
        if len(connection.server.connections) >= MOST_SOCKETS:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "no room left here\n")
        if address.path == TRIAL:
            return None
        try:
            ticket = self.read(request.path)
        except NotSignedIn:
            return connection.respond(HTTPStatus.UNAUTHORIZED, "this token opens nothing\n")
        except LookupError:
            return connection.respond(HTTPStatus.NOT_FOUND, "no such place\n")
        if ticket.join is not None and not self.may_join(ticket.join.user_id):
            return connection.respond(HTTPStatus.TOO_MANY_REQUESTS, "not so fast\n")
        self._tickets[connection] = ticket
        return None

    def read(self, path: str) -> Ticket:
        """Raises LookupError for another path, NotSignedIn for a token that is no good here."""
        address = urlsplit(path)
        found = PATH.fullmatch(address.path)
        if found is None:
            raise LookupError
        try:
            meeting_id = UUID(found[1])
        except ValueError:
            raise LookupError from None
        query = parse_qs(address.query)
        if resume := query.get("resume"):
            return Ticket(meeting_id, None, resume[0])
        join = self._tokens.read_join(query.get("token", [""])[0])
        if join.meeting_id != meeting_id or join.node_name != self._node_name:
            raise NotSignedIn
        return Ticket(meeting_id, join, None)

    def may_join(self, user_id: UUID) -> bool:
        """Whether this person has not joined too often of late; remembers only those who have."""
        now = self._clock.now()
        self._joins = {user: a for user, a in self._joins.items() if not a.is_full(now)}
        return self._joins.setdefault(user_id, Allowance(JOINS_PER_S, JOINS_BURST)).spend(now)

    def take(self, connection: ServerConnection) -> Ticket | None:
        """None: a trial, which needs none."""
        return self._tickets.pop(connection, None)
