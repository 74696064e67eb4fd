"""Who may open a websocket: checked while it is still an HTTP request."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from app.kit.errors import NotSignedIn
from app.kit.tokens import Join, Tokens

PATH = re.compile(r"/ws/meetings/([0-9a-f-]{36})")


@dataclass(frozen=True)
class Ticket:
    """What the address said: a join token that was read, or a resume token yet to be looked up."""

    meeting_id: UUID
    join: Join | None
    resume: str | None


class Gate:
    """`process_request` of the websocket server. Remembers each ticket until it is taken."""

    def __init__(self, tokens: Tokens, node_name: str) -> None:
        self._tokens = tokens
        self._node_name = node_name
        self._tickets: dict[ServerConnection, Ticket] = {}

    def check(self, connection: ServerConnection, request: Request) -> Response | None:
        """None opens the socket; a response refuses it."""
        address = urlsplit(request.path)
        if address.path == "/healthz":
            return connection.respond(HTTPStatus.OK, "alive\n")
        try:
            self._tickets[connection] = self.read(request.path)
        except NotSignedIn:
            return connection.respond(HTTPStatus.UNAUTHORIZED, "this token opens nothing\n")
        except LookupError:
            return connection.respond(HTTPStatus.NOT_FOUND, "no such place\n")
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

    def take(self, connection: ServerConnection) -> Ticket:
        return self._tickets.pop(connection)
