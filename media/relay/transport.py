"""One bundle of ICE, DTLS and SRTP: one peer connection of one participant, up or down."""

import asyncio
import logging
from collections.abc import Callable
from struct import Struct
from typing import Any, Protocol

from media.native import library
from media.relay.addresses import Address
from media.relay.ice import Check, Credentials, IceLite
from media.relay.seam import LARGEST_DATAGRAM, LARGEST_TRAILER, Buffer, Certificate, Dtls, Srtp
from media.relay.socket import Port
from media.rtp.header import FIXED_BYTES, is_rtcp, rename_extension
from media.rtp.sent import SentLog

logger = logging.getLogger(__name__)

MOST_ADDRESSES = 16
"""Addresses proven at a time: two networks, each with IPv4 and IPv6 and three ways round by TURN.
Lower: a browser with many networks loses its spare ones. Higher: one participant can fill the
table."""
MOST_FLIGHTS = 32
"""DTLS datagrams waiting for the handshake. It has some ten; more is a flood."""
NUMBER = Struct("!H")
LARGEST_PACKET = LARGEST_DATAGRAM - LARGEST_TRAILER


class Receiver(Protocol):
    """Whoever understands what comes out of a transport."""

    def receive_rtp(self, packet: bytearray, now: float) -> None: ...
    def receive_rtcp(self, data: bytes, now: float) -> None: ...
    def connected(self) -> None: ...


class _Nobody:
    """Whoever it was has closed the transport; the two need not know each other any more."""

    def receive_rtp(self, packet: bytearray, now: float) -> None: ...
    def receive_rtcp(self, data: bytes, now: float) -> None: ...
    def connected(self) -> None: ...


_NOBODY = _Nobody()


class Transport:
    """Two endings: `close()` is the owner's; `lost` is called when the network or the peer ended
    it, and the owner then closes. Both idempotent."""

    def __init__(
        self,
        port: Port,
        certificate: Certificate,
        receiver: Receiver,
        lost: Callable[[], None],
    ) -> None:
        self.role = "controlled"  # read by RTCDtlsTransport, as are `_recv` and `_send`
        self.ice = IceLite()
        self.port = port
        self._receiver = receiver
        self._lost = lost
        self.peer: Any = library.new("peer") if library.native() else None
        """What the C packet path knows of this transport; None without it."""
        self.sent = SentLog()
        if self.peer is not None:
            self.peer.sent = self.sent.memory
        self._sequence_id = 0
        self._srtp: Srtp | None = None
        self._closed = False
        self._addresses: list[Address] = []
        self._opened_at: float | None = None
        self._flights: asyncio.Queue[bytes] = asyncio.Queue(MOST_FLIGHTS)
        self._dtls = Dtls(certificate, self)
        self._handshake: asyncio.Task[None] | None = None
        self._bind()

    @property
    def is_connected(self) -> bool:
        return self._srtp is not None and not self._closed

    def _bind(self) -> None:
        self.port.know_ufrags(self.ice.ufrags(), self)

    def describe(
        self, remote: Credentials, fingerprints: list[tuple[str, str]], *, server: bool
    ) -> None:
        """The peer's description: begins the handshake the first time, an ICE restart later."""
        self.restart(remote)
        if self._handshake is None and not self._closed:
            self._handshake = asyncio.get_running_loop().create_task(
                self._connect(fingerprints, server)
            )

    def restart(self, remote: Credentials) -> bool:
        """The peer's new credentials; False if they are those it has. Ours are then new too."""
        restarted = self.ice.described(remote)
        if restarted:
            self._bind()
        return restarted

    async def _connect(self, fingerprints: list[tuple[str, str]], server: bool) -> None:
        srtp = await self._dtls.connect(server=server, fingerprints=fingerprints)
        if self._closed:
            return
        if srtp is None:
            self.port.dropped["handshake_failed"] += 1
            self._end()
            return
        self.key(srtp)
        self._dtls.on_closed(self._end)
        self._receiver.connected()

    def key(self, srtp: Srtp | None) -> None:
        """From now on packets are opened and protected with these keys; None: not at all."""
        self._srtp = srtp
        if self.peer is not None:
            receiving, sending = srtp.addresses if srtp is not None else (0, 0)
            self.peer.receiving = library.ffi.cast("void *", receiving)
            self.peer.sending = library.ffi.cast("void *", sending)

    def _end(self) -> None:
        if not self._closed:
            self._lost()

    def close(self) -> None:
        """Say goodbye (close_notify) and forget the peer."""
        if self._closed:
            return
        self._closed = True
        if self._srtp is not None:
            self.port.farewell(self._dtls.stop())
        else:
            self._dtls.release()
        if self._handshake is not None:
            self._handshake.cancel()
        self.key(None)
        self.port.forget(self)
        self._receiver = _NOBODY

    def tick(self, now: float) -> None:
        """Ends the transport when consent checks stopped (RFC 7675). Call about each second."""
        if self._opened_at is None:
            self._opened_at = now
        if not self._closed and not self.ice.alive(now, self._opened_at):
            self._end()

    # ---- What the port brings ---------------------------------------------------------------

    def receive_check(self, check: Check, source: Address, now: float) -> None:
        response = self.ice.answer(check, source, now)
        if response is None:
            self.port.dropped["forged_check"] += 1
            return
        if source not in self._addresses:
            self._addresses.append(source)
            if len(self._addresses) > MOST_ADDRESSES:
                oldest = next(each for each in self._addresses if each != self.ice.address)
                self._addresses.remove(oldest)
                self.port.forget_address(oldest, self)
        self.port.know_address(source, self)
        if self.peer is not None and self.ice.address is not None:
            self.port.tell_address(self.peer, self.ice.address)
        self.port.send(response, source)

    def receive_dtls(self, datagram: bytes) -> None:
        if self._flights.full():
            self.port.dropped["dtls_flood"] += 1
        else:
            self._flights.put_nowait(datagram)

    def receive_media(self, buffer: Buffer, length: int, now: float) -> None:
        srtp = self._srtp
        if srtp is None:
            self.port.dropped["not_connected"] += 1
        elif is_rtcp(buffer.bytes[1]):
            length = srtp.unprotect_rtcp(buffer, length)
            if length:
                self._receiver.receive_rtcp(bytes(buffer.view[:length]), now)
            else:
                self.port.dropped["forged_rtcp"] += 1
        else:
            length = srtp.unprotect(buffer, length)
            if FIXED_BYTES <= length <= LARGEST_PACKET:
                self.receive_opened(buffer.bytes[:length], now)
            else:
                self.port.dropped["forged_rtp"] += 1

    def receive_opened(self, packet: bytearray, now: float) -> None:
        """An RTP packet already decrypted."""
        self._receiver.receive_rtp(packet, now)

    def number_under(self, sequence_id: int) -> None:
        """Send the transport-wide number under this extension id (1–14), not under ours."""
        self._sequence_id = sequence_id
        if self.peer is not None:
            self.peer.sequence_id = sequence_id

    # ---- What goes out ----------------------------------------------------------------------

    def send_rtp(self, length: int, sequence_at: int, now: float) -> None:
        """Send the packet of `length` bytes that lies in `port.outbound`.

        `sequence_at`: where its transport-wide number is to be written; 0: it has no place for one.
        """
        if self._srtp is None or self.ice.address is None:
            return
        if sequence_at:
            self._write_number(sequence_at, self.sent.number(length, now))
        self._protect(length)

    def send_again(self, length: int, sequence_at: int, number: int) -> None:
        """The same under the transport-wide number that it had the first time. What the receiver
        will tell of it says nothing about the path."""
        if sequence_at:
            self._write_number(sequence_at, number)
            self.sent.forget(number)
        self._protect(length)

    def _write_number(self, sequence_at: int, number: int) -> None:
        buffer = self.port.outbound.bytes
        NUMBER.pack_into(buffer, sequence_at, number)
        if self._sequence_id:
            rename_extension(buffer, sequence_at, self._sequence_id)

    def _protect(self, length: int) -> None:
        srtp, address, outbound = self._srtp, self.ice.address, self.port.outbound
        if srtp is None or address is None:
            return
        length = srtp.protect(outbound, length)
        if length:
            self.port.send(outbound.view[:length], address)

    def send_rtcp(self, data: bytes) -> None:
        srtp, address = self._srtp, self.ice.address
        if srtp is None or address is None or len(data) > LARGEST_PACKET:
            return
        outbound = self.port.outbound
        outbound.view[: len(data)] = data
        length = srtp.protect_rtcp(outbound, len(data))
        if length:
            self.port.send(outbound.view[:length], address)

    # ---- What DTLS asks of an ICE transport -------------------------------------------------

    async def _recv(self) -> bytes:
        return await self._flights.get()

    async def _send(self, datagram: bytes) -> None:
        if self.ice.address is not None:
            self.port.send(datagram, self.ice.address)
