"""The forwarding heart of a node: one UDP port, many rooms, each with its own time."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

from app.kit.settings import RelaySettings
from media.clock import Clock
from media.native import library
from media.relay.events import RoomEvent
from media.relay.network import Network
from media.relay.room import Room

logger = logging.getLogger(__name__)

TICK_S = 0.08
"""How often missing packets are asked for when none arrives to bring it up. Lower: a hole before a
pause closes sooner. Higher: fewer wake-ups, each of which costs as much as some ten packets."""
FLUSH_TICKS = 2
"""Every 160 ms tapes are sealed (a chunk holds at most 200 ms) and the speaker is decided."""
SHARE_TICKS = 3
"""Every 240 ms what comes is shared anew among those who receive it. Lower: sooner another layer
after a change. Higher: less work, which grows with the square of the people."""
REPORT_TICKS = 12
"""About every second: receiver reports and the ceiling (RFC 3550 §6.2 would allow 5 s; browsers use
the round trip in them), and whether the peers are still there."""


class Relay:
    """Knows publications and receivers by the ids it is given, and nothing of people."""

    def __init__(self, network: Network, most_voices: int = 0) -> None:
        self._network = network
        self._most_voices = most_voices
        self._rooms: dict[str, Room] = {}
        self._loop = asyncio.get_running_loop()

    @classmethod
    async def open(cls, settings: RelaySettings, clock: Clock) -> "Relay":
        """Binds the UDP port; raises OSError if it is taken. Needs a running event loop."""
        if not library.use(settings.native):
            logger.info("packets are forwarded in Python; with a C compiler, install again")
        return cls(Network.open(settings, clock), settings.voices)

    @property
    def port(self) -> int:
        return self._network.port.number

    @property
    def addresses(self) -> list[str]:
        """As browsers are told."""
        return self._network.addresses

    @property
    def dropped(self) -> Counter[str]:
        """Datagrams thrown away since the start, by reason."""
        return self._network.port.dropped

    @property
    def transports(self) -> int:
        """Peer connections now held."""
        return self._network.port.endpoints

    def room(self, room_id: str, notify: Callable[[RoomEvent], None]) -> Room:
        """Creates the room; ValueError if there is one of that id."""
        if room_id in self._rooms:
            raise ValueError("the room exists already")
        self._rooms[room_id] = room = Room(self._network, notify, self._most_voices)
        self._loop.call_later(TICK_S, self._tick, room_id, room, 1)
        return room

    def close_room(self, room_id: str) -> None:
        """Idempotent."""
        room = self._rooms.pop(room_id, None)
        if room is not None:
            room.close()

    async def close(self) -> None:
        for room_id in list(self._rooms):
            self.close_room(room_id)
        await self._network.port.close()

    def _tick(self, room_id: str, room: Room, ticks: int) -> None:
        """Rooms have timers of their own so that packets go on between one and the next: one timer
        for six rooms kept packets waiting for 10 ms."""
        if self._rooms.get(room_id) is not room:
            return
        self._loop.call_later(TICK_S, self._tick, room_id, room, ticks + 1)
        try:
            _keep(room, ticks, self._network.clock.now())
        except Exception:
            self._network.port.failed()


def _keep(room: Room, ticks: int, now: float) -> None:
    room.ask(now)
    if ticks % FLUSH_TICKS == 0:
        room.flush(now)
    if ticks % SHARE_TICKS == 0:
        room.settle(now)
    room.share(now, ticks % SHARE_TICKS, SHARE_TICKS)
    if ticks % REPORT_TICKS == 0:
        room.report(now)
