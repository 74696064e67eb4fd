"""The relay alone: `python -m sfu.relay_server ADDRESS SPOOL PATH`, by JSON lines.

PATH: `c` or `python`, who forwards the packets.

A command is a list of its name and arguments; its reply is one line with one JSON value.
"""

import asyncio
import json
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import Any
from uuid import uuid4

from app.kit.settings import RelaySettings
from media.clock import Clock
from media.native import library, loop
from media.relay import room as rooms
from media.relay.relay import Relay
from media.relay.room import Room
from media.tape.deck import Deck, Flushed
from media.tape.format import TapeOrder

from .description import CAMERA_MID, MICROPHONE_MID

_SOURCES = {MICROPHONE_MID: "microphone", CAMERA_MID: "camera"}


class TimedDeck(Deck):
    spent_s = 0.0

    def flush(self, tapes: Collection[Flushed], now: float) -> None:
        began = time.thread_time()
        super().flush(tapes, now)
        TimedDeck.spent_s += time.thread_time() - began


class RelayServer:
    def __init__(self, relay: Relay, spool: Path) -> None:
        self._relay = relay
        self._rooms: dict[str, Room] = {}
        self._spool = spool
        self._taped: list[tuple[Room, str]] = []
        self._commands: dict[str, Callable[..., Awaitable[Any]]] = {
            "publish": self._publish,
            "offer_downlink": self._offer_downlink,
            "answer_downlink": self._answer_downlink,
            "leave": self._leave,
            "held": self._held,
            "start_recording": self._start_recording,
            "stop_recording": self._stop_recording,
            "tapes_cpu": self._tapes_cpu,
        }

    async def serve(self, commands: asyncio.StreamReader) -> None:
        """Until the standard input ends."""
        async for line in commands:
            name, *arguments = json.loads(line)
            reply = await self._commands[name](*arguments)
            print(json.dumps(reply), flush=True)

    def _room(self, person: str) -> Room:
        """The first part of a person's name is the room's."""
        name = person.partition("/")[0]
        if name not in self._rooms:
            self._rooms[name] = self._relay.room(name, lambda event: None)
        return self._rooms[name]

    async def _publish(self, person: str, offer: str) -> str:
        return (await self._room(person).publish(person, offer, _SOURCES)).answer

    async def _offer_downlink(self, person: str) -> str:
        offer = self._room(person).offer_downlink(person)
        assert offer is not None, "everyone has published by now"
        return offer.sdp

    async def _answer_downlink(self, person: str, answer: str) -> None:
        await self._room(person).answer_downlink(person, answer)

    async def _leave(self, person: str) -> None:
        self._room(person).leave(person)

    async def _held(self) -> dict[str, int]:
        return {
            "publications": sum(len(room.publications) for room in self._rooms.values()),
            "transports": self._relay.transports,
            "failed": self._relay.dropped["failed"],
        }

    async def _start_recording(self) -> None:
        for room in self._rooms.values():
            for publication in list(room.publications):
                room.attach_tape(publication, self._order(publication))
                self._taped.append((room, publication))

    async def _stop_recording(self) -> int:
        sizes = [room.detach_tape(publication) for room, publication in self._taped]
        self._taped.clear()
        return sum(size or 0 for size in sizes)

    async def _tapes_cpu(self) -> tuple[float, float]:
        """There is no other thread but the one that has the disk confirm."""
        return TimedDeck.spent_s, time.process_time() - time.thread_time()

    def _order(self, publication: str) -> TapeOrder:
        return TapeOrder(
            path=self._spool / f"{uuid4()}.tape",
            tape_id=str(uuid4()),
            meeting_id=str(uuid4()),
            participant_id=str(uuid4()),
            publication_id=publication,
            source="camera",
            consent_id=str(uuid4()),
            key_id=str(uuid4()),
            data_key=secrets.token_bytes(32),
        )


async def main(address: str, spool: Path, *, native: bool) -> None:
    settings = RelaySettings(
        host=address, udp_port=0, voices=99, addresses=[address], native=native
    )
    relay = await Relay.open(settings, Clock.capture())
    commands = asyncio.StreamReader(limit=2**20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(commands), sys.stdin
    )
    await RelayServer(relay, spool).serve(commands)
    await relay.close()


if __name__ == "__main__":
    library.use(sys.argv[3] == "c")
    rooms.Deck = TimedDeck  # type: ignore[attr-defined]
    loop.run(main(sys.argv[1], Path(sys.argv[2]), native=sys.argv[3] == "c"))
