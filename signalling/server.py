"""The websocket server: one coroutine per connection, from its ticket to its end."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from app.kit.errors import NotFound
from app.kit.settings import NodeSettings
from media.clock import Clock
from signalling import arrivals
from signalling.codec import MAX_BYTES
from signalling.connection import Connection
from signalling.gate import Gate, Ticket
from signalling.handlers import handle
from signalling.live import Live
from signalling.messages import SUBPROTOCOL
from signalling.rooms import Rooms
from signalling.trial import Trials

logger = logging.getLogger(__name__)

GONE = 4404
"""Close code: nothing to resume here; join anew."""
OVER = 4410
"""Close code: the meeting has ended."""
FAILED = 1011
PING_S = 10.0
"""Lower: more wakeups of phones. Higher: a vanished browser is noticed later."""


class Signalling:
    def __init__(self, rooms: Rooms, trials: Trials, gate: Gate, clock: Clock) -> None:
        self._rooms = rooms
        self._trials = trials
        self._gate = gate
        self._clock = clock

    @asynccontextmanager
    async def listen(self, settings: NodeSettings) -> AsyncIterator[Server]:
        async with serve(
            self._serve,
            settings.host,
            settings.port,
            process_request=self._gate.check,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            max_size=MAX_BYTES,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            close_timeout=2,
            server_header=None,
        ) as server:
            yield server

    async def _serve(self, socket: ServerConnection) -> None:
        ticket = self._gate.take(socket)
        connection = Connection(socket)
        try:
            if ticket is None:
                await self._trials.hold(socket, connection)
                return
            live = await self._live(ticket)
            participant = await self._arrive(live, ticket, connection)
            if participant is None:
                await socket.close(OVER if live.ended else GONE)
            else:
                await self._stay(live, participant, connection)
        except NotFound:
            await socket.close(GONE)
        except Exception:
            logger.exception("a connection failed")
            await socket.close(FAILED)
        finally:
            await connection.finished()

    async def _stay(self, live: Live, participant: str, connection: Connection) -> None:
        try:
            await self._converse(live, participant, connection)
        except ConnectionClosed:
            pass
        finally:
            arrivals.lost(live, participant, connection)

    async def _live(self, ticket: Ticket) -> Live:
        if ticket.join is not None:
            return await self._rooms.open(ticket.meeting_id)
        live = self._rooms.find(ticket.meeting_id)
        if live is None:
            raise NotFound
        return live

    async def _arrive(self, live: Live, ticket: Ticket, connection: Connection) -> str | None:
        """The participant this connection is; None when there is nobody to be."""
        if ticket.join is not None:
            return await arrivals.join(live, ticket.join, connection)
        participant = arrivals.by_resume_token(live, ticket.resume or "")
        if participant is not None and not live.ended:
            arrivals.resume(live, participant, connection)
        return participant

    async def _converse(self, live: Live, participant: str, connection: Connection) -> None:
        async for command in connection.commands(self._clock):
            if live.is_connected(participant, connection):
                await handle(live, participant, command)
