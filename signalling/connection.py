"""One websocket: a bounded queue out, and a measure of how fast its owner may talk."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from media.clock import Clock
from signalling.allowance import Allowance
from signalling.codec import ProtocolError, decode, encode
from signalling.messages import ClientMessage, DecideConsent, Error, GoOffRecord, ServerMessage

logger = logging.getLogger(__name__)

QUEUE = 512
"""Facts waiting for a slow receiver. Lower: a phone in a tunnel is dropped sooner. Higher: it gets
news of a room that has long moved on."""
TALK_PER_S = 20.0
TALK_BURST = 80.0
"""Commands per second, and at once. A browser that joins sends about ten."""

POLICY = 1008
TRY_AGAIN = 1013


class Connection:
    """Owned by the coroutine that reads it; anyone may `send`."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket
        self._queue: asyncio.Queue[ServerMessage | None] = asyncio.Queue(QUEUE)
        self._writer = asyncio.create_task(self._write())
        self._closing: asyncio.Task[None] | None = None
        self.allowance = Allowance(TALK_PER_S, TALK_BURST)
        self.closed_by_us = False
        """We ended it on purpose: its owner has left, and nobody waits for a return."""

    def send(self, message: ServerMessage) -> None:
        """Never waits. One who does not keep up is dropped, and may resume."""
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            self._drop(TRY_AGAIN)

    def end(self) -> None:
        """Sends what is waiting, then closes for good."""
        self.closed_by_us = True
        try:
            self._queue.put_nowait(None)
        except asyncio.QueueFull:
            self._drop(TRY_AGAIN)

    async def commands(self, clock: Clock) -> AsyncIterator[ClientMessage]:
        """What its owner asks; answers by itself what is not to be understood or comes too fast.
        Who wants nothing of them to be kept is heard however fast they go."""
        async for data in self._socket:
            in_time = self.allowance.spend(clock.now())
            try:
                command = decode(data)
            except ProtocolError as error:
                self.send(error.answer if in_time else Error(code="too_many"))
            else:
                if in_time or _ends_recording(command):
                    yield command
                else:
                    self.send(Error(code="too_many", ref=command.ref))
            if self.allowance.is_flooded:
                await self._socket.close(POLICY)

    async def finished(self) -> None:
        self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while (message := await self._queue.get()) is not None:
                await self._socket.send(encode(message))
            await self._socket.close()

    def _drop(self, code: int) -> None:
        if self._closing is None:
            logger.info("a connection does not keep up and is dropped")
            self._closing = asyncio.create_task(self._socket.close(code))


def _ends_recording(command: ClientMessage) -> bool:
    if isinstance(command, DecideConsent):
        return command.decision != "granted"
    return isinstance(command, GoOffRecord)
