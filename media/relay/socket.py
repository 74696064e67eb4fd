"""The node's one UDP port: reads datagrams, tells them apart (RFC 7983), finds their transport."""

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from media.relay.ice import Address, Check, parse_check
from media.relay.seam import LARGEST_DATAGRAM, Buffer

logger = logging.getLogger(__name__)

DATAGRAMS_PER_WAKE = 64
"""Read so many before the loop sees to others. Lower: a select call for each few packets. Higher:
a flood keeps websockets waiting for longer (64 × 11 receivers ≈ 5 ms)."""
SOCKET_BUFFER_BYTES = 4 << 20
"""Asked of the kernel for each direction; it may grant less. Lower: a burst of key frames is
dropped while Python does something else. Higher: memory."""


class Endpoint(Protocol):
    """What the port needs to know of a transport."""

    def receive_check(self, check: Check, source: Address, now: float) -> None: ...
    def receive_dtls(self, datagram: bytes) -> None: ...
    def receive_media(self, buffer: Buffer, length: int, now: float) -> None: ...


class Port:
    """Owns the socket. Everything is called from its reader, synchronously."""

    def __init__(self, host: str, port: int, clock: Callable[[], float]) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            self._socket.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER_BYTES)
        self._socket.setblocking(False)
        self._socket.bind((host, port))
        self.number: int = self._socket.getsockname()[1]
        self.outbound = Buffer()
        """Scratch for the packet being sent; valid until the next one."""
        self.dropped: Counter[str] = Counter()
        """Datagrams thrown away, by reason."""
        self._inbound = Buffer()
        self._clock = clock
        self._by_ufrag: dict[str, Endpoint] = {}
        self._by_address: dict[Address, Endpoint] = {}
        self._goodbyes: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._drain)

    def soon(self, call: Callable[[], None]) -> None:
        """After the datagrams now being read."""
        self._loop.call_soon(call)

    def farewell(self, goodbye: Coroutine[Any, Any, None]) -> None:
        """Runs to its end before the port closes: the last words of a transport."""
        task = self._loop.create_task(goodbye)
        self._goodbyes.add(task)
        task.add_done_callback(self._goodbyes.discard)

    async def close(self) -> None:
        await asyncio.gather(*self._goodbyes, return_exceptions=True)
        self._loop.remove_reader(self._socket)
        self._socket.close()
        self._by_ufrag.clear()
        self._by_address.clear()

    def know_ufrag(self, ufrag: str, endpoint: Endpoint) -> None:
        self._by_ufrag[ufrag] = endpoint

    def know_address(self, address: Address, endpoint: Endpoint) -> None:
        self._by_address[address] = endpoint

    def forget_address(self, address: Address, endpoint: Endpoint) -> None:
        if self._by_address.get(address) is endpoint:
            del self._by_address[address]

    def forget(self, endpoint: Endpoint) -> None:
        for ufrag in [u for u, known in self._by_ufrag.items() if known is endpoint]:
            del self._by_ufrag[ufrag]
        for address in [a for a, known in self._by_address.items() if known is endpoint]:
            del self._by_address[address]

    @property
    def endpoints(self) -> int:
        return len(set(self._by_ufrag.values()))

    def send(self, datagram: bytes | memoryview, address: Address) -> bool:
        """Hand a datagram to the kernel; False if it had no room or no way: UDP may lose it."""
        try:
            self._socket.sendto(datagram, address)
        except OSError:
            self.dropped["not_sent"] += 1
            return False
        return True

    def _drain(self) -> None:
        receive = self._socket.recvfrom_into
        inbound = self._inbound.bytes
        for _ in range(DATAGRAMS_PER_WAKE):
            try:
                length, source = receive(inbound, LARGEST_DATAGRAM)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:  # an ICMP error of an earlier datagram
                continue
            self._route(length, source, self._clock())

    def _route(self, length: int, source: Address, now: float) -> None:
        first = self._inbound.bytes[0]
        if length >= 12 and 128 <= first <= 191:
            endpoint = self._by_address.get(source)
            if endpoint is not None:
                endpoint.receive_media(self._inbound, length, now)
            else:
                self.dropped["unknown_source"] += 1
        elif length >= 20 and first <= 3:
            self._route_check(bytes(self._inbound.view[:length]), source, now)
        elif length >= 13 and 20 <= first <= 63:
            endpoint = self._by_address.get(source)
            if endpoint is not None:
                endpoint.receive_dtls(bytes(self._inbound.view[:length]))
            else:
                self.dropped["unknown_source"] += 1
        else:
            self.dropped["unknown_protocol"] += 1

    def _route_check(self, datagram: bytes, source: Address, now: float) -> None:
        try:
            check = parse_check(datagram)
        except ValueError:
            self.dropped["malformed_stun"] += 1
            return
        endpoint = self._by_ufrag.get(check.ufrag)
        if endpoint is None:
            self.dropped["unknown_ufrag"] += 1
            return
        endpoint.receive_check(check, source, now)
