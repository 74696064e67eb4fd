"""The one door to private names of aiortc, pylibsrtp and their OpenSSL: DTLS, and the SRTP it keys.

`tests/media/relay/test_seam.py` asserts that every name used here still exists.
"""

from collections.abc import Callable
from typing import Any

from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)
from OpenSSL import SSL
from pylibsrtp import Session
from pylibsrtp._binding import ffi, lib

LARGEST_DATAGRAM = 2048
"""Bytes read or sent at once: more than any path MTU we meet, plus an SRTP trailer."""
LARGEST_TRAILER = 4 + 16 + 128
"""What protecting may add: SRTCP index, tag and MKI (libsrtp's SRTP_MAX_SRTCP_TRAILER_LEN)."""


class Buffer:
    """Bytes at a fixed address that both Python and libsrtp work on.

    pylibsrtp's own `protect` copies in, allocates and copies out: 2.2 µs for 1,000 bytes with
    AES-GCM against 0.9 µs in place (measured on one machine).
    """

    def __init__(self) -> None:
        self.bytes = bytearray(LARGEST_DATAGRAM)
        self.view = memoryview(self.bytes)
        self.address = ffi.cast("void *", ffi.from_buffer(self.bytes))
        self.length = ffi.new("int *")


def srtp_functions() -> tuple[int, int]:
    """Where libsrtp's `srtp_protect` and `srtp_unprotect` lie in memory, for the C packet path."""
    found = ffi.addressof(lib, "srtp_protect"), ffi.addressof(lib, "srtp_unprotect")
    return _address(found[0]), _address(found[1])


def _address(pointer: Any) -> int:
    return int(ffi.cast("uintptr_t", pointer))


class Srtp:
    """The keys of one connected transport."""

    def __init__(self, receiving: Session, sending: Session) -> None:
        self._sessions = receiving, sending  # keeps the C objects alive
        self._receiving = receiving._srtp[0]
        self._sending = sending._srtp[0]
        self._protect = lib.srtp_protect
        self._unprotect = lib.srtp_unprotect

    @property
    def addresses(self) -> tuple[int, int]:
        """Of the C objects: receiving, sending. Valid as long as this object lives."""
        return _address(self._receiving), _address(self._sending)

    def protect(self, buffer: Buffer, length: int) -> int:
        """Protect the RTP packet of `length` bytes in `buffer`; its new length, 0 if refused."""
        buffer.length[0] = length
        if self._protect(self._sending, buffer.address, buffer.length):
            return 0
        return int(buffer.length[0])

    def unprotect(self, buffer: Buffer, length: int) -> int:
        """Open the SRTP packet in `buffer`; 0 if it is forged, replayed or malformed."""
        buffer.length[0] = length
        if self._unprotect(self._receiving, buffer.address, buffer.length):
            return 0
        return int(buffer.length[0])

    def protect_rtcp(self, buffer: Buffer, length: int) -> int:
        buffer.length[0] = length
        if lib.srtp_protect_rtcp(self._sending, buffer.address, buffer.length):
            return 0
        return int(buffer.length[0])

    def unprotect_rtcp(self, buffer: Buffer, length: int) -> int:
        buffer.length[0] = length
        if lib.srtp_unprotect_rtcp(self._receiving, buffer.address, buffer.length):
            return 0
        return int(buffer.length[0])


class _Shared(RTCCertificate):
    """Makes one OpenSSL context for all associations: each of its own costs memory, of which a
    part waits for the garbage collector."""

    _context: SSL.Context | None = None

    def _create_ssl_context(self, srtp_profiles: list[Any]) -> SSL.Context:
        if self._context is None:
            self._context = super()._create_ssl_context(srtp_profiles)
            # Sessions that could be resumed would be kept for their owners, who never come back.
            self._context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        return self._context


class Certificate:
    """Our side's self-signed certificate, made once per process."""

    def __init__(self) -> None:
        self.native = _Shared.generateCertificate()

    @property
    def fingerprint(self) -> tuple[str, str]:
        found = next(f for f in self.native.getFingerprints() if f.algorithm == "sha-256")
        return found.algorithm, found.value


class Dtls:
    """One DTLS association over datagrams that the caller carries.

    `wire` has `async _recv() -> bytes`, `async _send(bytes)` and `role`: all that
    RTCDtlsTransport asks of an ICE transport.
    """

    def __init__(self, certificate: Certificate, wire: Any) -> None:
        self._native: Any = RTCDtlsTransport(wire, [certificate.native])

    async def connect(self, *, server: bool, fingerprints: list[tuple[str, str]]) -> Srtp | None:
        """Shake hands; None if it failed or the peer's certificate is not the announced one."""
        native = self._native
        native._set_role("server" if server else "client")
        known = [RTCDtlsFingerprint(algorithm, value) for algorithm, value in fingerprints]
        await native.start(RTCDtlsParameters(fingerprints=known))
        if native.state != "connected":
            return None
        return Srtp(native._rx_srtp, native._tx_srtp)

    def on_closed(self, call: Callable[[], None]) -> None:
        """`call` when the peer ended the association (close_notify) or it broke."""
        native = self._native

        def changed() -> None:
            if native.state in ("closed", "failed"):
                call()

        native.on("statechange", changed)

    async def stop(self) -> None:
        """Say goodbye, and be of no use from then on."""
        native = self.release()
        await native.stop()

    def release(self) -> Any:
        """The association and its wire let go of each other: what OpenSSL keeps for each one is
        too much to wait for the garbage collector."""
        native, self._native = self._native, None
        native.remove_all_listeners()
        return native
