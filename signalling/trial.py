"""A trial of the way here: a room of one, in which what a browser sends comes back to it.

It is open to everyone, because those who need it most are not members of anything yet. So it is
short, few are held at a time, it touches no meeting and no database, and the TURN credentials it
hands out end within minutes.
"""

import asyncio
import contextlib
import time
from ipaddress import ip_address

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from app.kit.ids import new_id
from app.kit.settings import TurnServerSettings
from media.clock import Clock
from media.relay.refusals import MediaRefused
from media.relay.relay import Relay
from media.relay.room import Room
from signalling.connection import TRY_AGAIN, Connection
from signalling.messages import (
    AnswerDownlink,
    ClientMessage,
    Done,
    DownlinkOffered,
    Publish,
    Published,
    Refused,
    TrialOpened,
)
from signalling.turn import ice_servers

MOST_AT_ONCE = 24
"""One page holds one at a time. Lower: a group that tests before its first meeting must wait.
Higher: strangers can take more of what meetings need."""
LONGEST_S = 30.0
"""Lower: a slow detour is not measured to its end. Higher: strangers hold their places longer."""
CREDENTIAL_S = 120
OUT, BACK = "out", "back"
"""The relay gives nobody what is one's own, so the one who tries is two to it."""


class Trials:
    """Made once per node."""

    def __init__(self, relay: Relay, turn: TurnServerSettings, clock: Clock) -> None:
        self._relay = relay
        self._turn = turn
        self._clock = clock
        self._held = 0

    async def hold(self, socket: ServerConnection, connection: Connection) -> None:
        """From the opened socket to the end of the trial."""
        if self._held >= MOST_AT_ONCE:
            await socket.close(TRY_AGAIN)
            return
        self._held += 1
        name = f"trial-{new_id()}"
        room = self._relay.room(name, lambda event: None)
        try:
            connection.send(self._opened())
            with contextlib.suppress(TimeoutError, ConnectionClosed):
                async with asyncio.timeout(LONGEST_S):
                    async for command in connection.commands(self._clock):
                        await _carry_out(room, command, connection)
        finally:
            self._held -= 1
            self._relay.close_room(name)

    def _opened(self) -> TrialOpened:
        return TrialOpened(
            ice_servers=ice_servers(self._turn, "trial", int(time.time()), CREDENTIAL_S),
            addresses=[a for a in self._relay.addresses if not ip_address(a).is_loopback],
            udp_port=self._relay.port,
        )


async def _carry_out(room: Room, command: ClientMessage, connection: Connection) -> None:
    try:
        match command:
            case Publish(ref=ref):
                published = await room.publish(OUT, command.offer, command.sources)
                ids = {mid: each.id for mid, each in published.publications.items()}
                connection.send(Published(ref=ref, answer=published.answer, publications=ids))
                offer = room.offer_downlink(BACK)
                if offer is not None:
                    carried = dict(offer.publications)
                    connection.send(
                        DownlinkOffered(offer_id=1, offer=offer.sdp, publications=carried)
                    )
            case AnswerDownlink(ref=ref):
                await room.answer_downlink(BACK, command.answer)
                connection.send(Done(ref=ref))
            case _:
                connection.send(Refused(ref=command.ref, code="not_allowed"))
    except MediaRefused:
        connection.send(Refused(ref=command.ref, code="media_refused"))
