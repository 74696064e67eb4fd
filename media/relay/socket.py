"""The node's one UDP port: reads datagrams, tells them apart (RFC 7983), finds their transport."""

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from media.native import library
from media.native.loop import ForwardingLoop
from media.relay.addresses import Address, bound, own, packed, unpacked
from media.relay.ice import Check, parse_check
from media.relay.seam import LARGEST_DATAGRAM, Buffer, srtp_functions

logger = logging.getLogger(__name__)

DATAGRAMS_PER_WAKE = 64
"""Read so many before the loop sees to others. Lower: a select call for each few packets. Higher:
a flood keeps websockets waiting for longer (64 × 11 receivers ≈ 5 ms)."""
SOCKET_BUFFER_BYTES = 4 << 20
"""Asked of the kernel for each direction; it may grant less. Lower: a burst of key frames is
dropped while Python does something else. Higher: memory."""


class Endpoint(Protocol):
    """What the port needs to know of a transport."""

    peer: Any

    def receive_check(self, check: Check, source: Address, now: float) -> None: ...
    def receive_dtls(self, datagram: bytes) -> None: ...
    def receive_media(self, buffer: Buffer, length: int, now: float) -> None: ...
    def receive_opened(self, packet: bytearray, now: float) -> None: ...


class Port:
    """Owns the socket. Everything is called from its reader, synchronously."""

    def __init__(self, host: str, port: int, clock: Callable[[], float]) -> None:
        self._socket = bound(host, port)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            self._socket.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER_BYTES)
        self._socket.setblocking(False)
        self.number: int = self._socket.getsockname()[1]
        self.outbound = Buffer()
        """Scratch for the packet being sent; valid until the next one."""
        self._dropped: Counter[str] = Counter()
        self._inbound = Buffer()
        self._clock = clock
        self._by_ufrag: dict[str, Endpoint] = {}
        self._by_address: dict[Address, Endpoint] = {}
        self._goodbyes: set[asyncio.Task[None]] = set()
        self._native: Any = library.native()
        self._path = self._open_path()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._reader())

    def _open_path(self) -> Any:
        if self._native is None:
            return None
        opened = self._native.path_open(self._socket.fileno(), *srtp_functions())
        return library.ffi.gc(opened, self._native.path_close)

    def _reader(self) -> Callable[[], None]:
        if self._path is None:
            return self._drain
        loop = self._loop
        if isinstance(loop, ForwardingLoop) and loop.forward(self._path):
            return self._take
        return self._pump

    @property
    def addresses(self) -> list[str]:
        """Of this machine, at which the port is found."""
        return own(self._socket)

    @property
    def dropped(self) -> Counter[str]:
        """Datagrams thrown away, by reason."""
        if self._path is not None:
            self._dropped["forged_rtp"] += self._path.forged
            self._dropped["not_sent"] += self._path.not_sent
            self._path.forged = self._path.not_sent = 0
        return self._dropped

    def soon(self, call: Callable[[], None]) -> None:
        """After the datagrams now being read."""
        self._loop.call_soon(call)

    def outlive(self, thing: object) -> None:
        """Keeps `thing` until the datagrams now being read are dealt with: C may point at it."""
        self._loop.call_soon(_let_go, thing)

    def farewell(self, goodbye: Coroutine[Any, Any, None]) -> None:
        """Runs to its end before the port closes: the last words of a transport."""
        task = self._loop.create_task(goodbye)
        self._goodbyes.add(task)
        task.add_done_callback(self._goodbyes.discard)

    async def close(self) -> None:
        await asyncio.gather(*self._goodbyes, return_exceptions=True)
        self._loop.remove_reader(self._socket)
        if isinstance(self._loop, ForwardingLoop):
            self._loop.forget(self._path)
        self._socket.close()
        self._by_ufrag.clear()
        self._by_address.clear()

    def know_ufrags(self, ufrags: list[str], endpoint: Endpoint) -> None:
        """From now on these, and none that it had before."""
        for ufrag in [u for u, known in self._by_ufrag.items() if known is endpoint]:
            del self._by_ufrag[ufrag]
        for ufrag in ufrags:
            self._by_ufrag[ufrag] = endpoint

    def know_address(self, address: Address, endpoint: Endpoint) -> None:
        if self._by_address.get(address) is not endpoint:
            self._by_address[address] = endpoint
            self._tell(address, endpoint)

    def forget_address(self, address: Address, endpoint: Endpoint) -> None:
        if self._by_address.get(address) is endpoint:
            del self._by_address[address]
            self._tell_all()

    def forget(self, endpoint: Endpoint) -> None:
        self.know_ufrags([], endpoint)
        for address in [a for a, known in self._by_address.items() if known is endpoint]:
            del self._by_address[address]
        self._tell_all()

    def _tell_all(self) -> None:
        """The C packet path's table of addresses, written anew; it knows no other way to forget."""
        if self._native is not None:
            self._native.path_forget_all(self._path)
            for address, endpoint in self._by_address.items():
                self._tell(address, endpoint)

    def _tell(self, address: Address, endpoint: Endpoint) -> None:
        if self._native is not None and endpoint.peer is not None:
            name = packed(address)
            self._native.path_know(self._path, name, len(name), endpoint.peer)

    @staticmethod
    def tell_address(peer: Any, address: Address) -> None:
        """Where the C packet path sends what is for `peer`."""
        name = packed(address)
        library.ffi.memmove(peer.address, name, len(name))
        peer.address_length = len(name)

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
            try:
                self._route(length, source, self._clock())
            except Exception:
                self.failed()

    def failed(self) -> None:
        """Called where an error is caught that nobody foresaw, so that it disturbs no one else. The
        first is logged, the rest only counted: who causes one can cause thousands."""
        if not self._dropped["failed"]:
            logger.exception("what came from the network was not dealt with")
        self._dropped["failed"] += 1

    def _pump(self) -> None:
        """The C packet path takes what it can; the rest goes the way of `_drain`."""
        self._native.path_drain(self._path, self._clock())
        self._take()

    def _take(self) -> None:
        """What the C packet path has left."""
        path = self._path
        now = self._clock()
        for place in range(path.watched_count):
            layer = library.ffi.from_handle(path.watched[place].owner)()
            if layer is not None:
                layer.ask(now)
        if path.left_count:
            self._take_left(now)

    def _take_left(self, now: float) -> None:
        path = self._path
        for place in range(path.left_count):
            try:
                self._take_one(path.left[place], now)
            except Exception:
                self.failed()

    def _take_one(self, left: Any, now: float) -> None:
        length = left.length
        packet = library.ffi.buffer(self._path.inbound[left.slot], length)
        source = unpacked(bytes(library.ffi.buffer(self._path.senders[left.slot])))
        if left.opened:
            endpoint = self._by_address.get(source)
            if endpoint is not None:
                endpoint.receive_opened(bytearray(packet), now)
        else:
            self._inbound.view[:length] = packet
            self._route(length, source, now)

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


def _let_go(thing: object) -> None:
    """Nothing more: the loop forgets what it called."""
