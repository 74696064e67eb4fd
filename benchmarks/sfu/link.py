"""One peer connection of a load client over a plain UDP socket: ICE checks, DTLS, SRTP.

During set-up asyncio reads the socket; afterwards the load loop does, without asyncio.
"""

import asyncio
import secrets
import socket
import struct
from contextlib import suppress
from typing import cast

from aioice import stun
from aiortc import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCIceTransport,
)
from pylibsrtp import Session

from .addresses import own_address
from .description import PRIORITY, Local, Remote

_SO_TIMESTAMPNS = 35  # <asm-generic/socket.h>; the same number names the control message
_TIMESPEC = struct.Struct("@qq")
_CONNECT_TIMEOUT_S = 15.0
_CHECK_INTERVAL_S = 0.1
_RECEIVE_BUFFER = 4 * 2**20


class Link:
    """A full ICE agent with one candidate, either DTLS role, one SRTP session in each direction."""

    receiving: Session
    sending: Session

    def __init__(self, certificate: RTCCertificate) -> None:
        self._certificate = certificate
        fingerprints = {f.algorithm: f.value for f in certificate.getFingerprints()}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((own_address(), 0))
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        self.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.local = Local(
            secrets.token_hex(4),
            secrets.token_hex(12),
            fingerprints["sha-256"],
            self.socket.getsockname(),
        )
        self._dtls: RTCDtlsTransport | None = None
        self.datagrams = 0
        self.highest: dict[int, int] = {}
        """Of each SSRC seen, a late sequence number: what receiver reports need."""
        self._tie_breaker = secrets.randbits(63)
        self._handshake: asyncio.Queue[bytes] = asyncio.Queue()
        self._checked = asyncio.Event()
        # What RTCDtlsTransport reads of its ICE transport.
        self.role = "controlling"
        self.state = "completed"

    async def connect(self, remote: Remote, *, offered: bool) -> None:
        """Returns when media can flow; raises TimeoutError or ConnectionError.

        `offered`: this side made the offer (and is therefore in control: RFC 8445 §6.1.1).
        """
        self._remote = remote
        self._controlling = offered or remote.lite
        loop = asyncio.get_running_loop()
        loop.add_reader(self.socket, self._set_up)
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                await self._become_reachable()
                await self._agree_on_keys()
        finally:
            loop.remove_reader(self.socket)

    def check(self) -> None:
        """Send a connectivity check: to connect, and later to renew consent (RFC 7675)."""
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self._remote.user}:{self.local.user}"
        request.attributes["PRIORITY"] = PRIORITY
        if self._controlling:
            request.attributes["ICE-CONTROLLING"] = self._tie_breaker
            request.attributes["USE-CANDIDATE"] = None
        else:
            request.attributes["ICE-CONTROLLED"] = self._tie_breaker
        request.add_message_integrity(self._remote.password.encode())
        self.socket.sendto(bytes(request), self._remote.address)

    def answer_stun(self, data: bytes) -> None:
        """The peer's own checks, and its answers to ours."""
        try:
            message = stun.parse_message(data)
        except ValueError:
            return
        if message.message_class == stun.Class.RESPONSE:
            self._checked.set()
        elif message.message_class == stun.Class.REQUEST:
            reply = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, message.transaction_id)
            reply.attributes["XOR-MAPPED-ADDRESS"] = self._remote.address
            reply.add_message_integrity(self.local.password.encode())
            self.socket.sendto(bytes(reply), self._remote.address)

    def receive_stamped(self) -> tuple[bytes, int]:
        """The next datagram, and when the kernel got it, in nanoseconds of the system's clock.

        The kernel's time leaves out how long a busy client took to read it.
        """
        data, control, _, _ = self.socket.recvmsg(2048, 64)
        seconds, nanoseconds = _TIMESPEC.unpack(control[0][2])
        return data, seconds * 1_000_000_000 + nanoseconds

    def send(self, data: bytes) -> None:
        self.socket.sendto(data, self._remote.address)

    async def close(self) -> None:
        if self._dtls is not None:
            await self._dtls.stop()
        self.socket.close()

    async def _become_reachable(self) -> None:
        while not self._checked.is_set():
            self.check()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._checked.wait(), _CHECK_INTERVAL_S)

    async def _agree_on_keys(self) -> None:
        # As in ORTC, aiortc takes the DTLS role from the ICE role: controlling means server.
        self.role = "controlling" if self._remote.setup == "active" else "controlled"
        # It asks no more of its ICE transport than this class has.
        dtls = RTCDtlsTransport(cast(RTCIceTransport, self), [self._certificate])
        algorithm, value = self._remote.fingerprint
        await dtls.start(RTCDtlsParameters([RTCDtlsFingerprint(algorithm.lower(), value)]))
        if dtls.state != "connected":
            raise ConnectionError("the DTLS handshake failed")
        # aiortc keeps the sessions to itself; a load client needs them without its packet parsing.
        self.receiving, self.sending = dtls._rx_srtp, dtls._tx_srtp  # noqa: SLF001
        self._dtls = dtls

    def _set_up(self) -> None:
        while True:
            try:
                data = self.socket.recv(2048)
            except BlockingIOError:
                return
            if data[0] < 4:
                self.answer_stun(data)
            elif 20 <= data[0] < 64:
                self._handshake.put_nowait(data)

    async def _recv(self) -> bytes:
        return await self._handshake.get()

    async def _send(self, data: bytes) -> None:
        self.send(data)
