"""The RTP that a load client sends: Opus and VP8 as a browser packs them."""

import os
import struct
import time
from collections.abc import Iterator
from typing import NamedTuple

from .description import CAMERA_MID, EXTENSIONS, MICROPHONE_MID, OPUS, VP8

STAMP = struct.Struct("!Q")
"""The last eight bytes of every payload: when it was sent, in nanoseconds of the system's clock."""

_HEADER = struct.Struct("!BBHII")
_SENDER_REPORT = struct.Struct("!BBHIIIIII")
_DESCRIPTION = struct.Struct("!BBHIBB")
_NTP_EPOCH = 2_208_988_800
_KEYFRAME_INTERVAL_S = 1
_PACKETS_WITH_MID = 25
"""Like a browser: the first packets carry their MID, until the receiver must know the SSRC."""


_RECEIVER_REPORT = struct.Struct("!BBHI")
_REPORT_BLOCK = struct.Struct("!IIIIII")
_MOST_BLOCKS = 31


class Pace(NamedTuple):
    """What is sent in one go, and how often."""

    per_second: int
    packets: int
    """Of one picture. An encoder is done with all of them at once, and Chromium sends them within a
    millisecond, whatever the bitrate."""

    @classmethod
    def read(cls, text: str) -> "Pace":
        """From `30x2`: thirty pictures a second of two packets each. Raises ValueError."""
        per_second, packets = text.split("x")
        return cls(int(per_second), int(packets))

    def __str__(self) -> str:
        return f"{self.per_second}x{self.packets}"


EVEN = Pace(60, 1)
"""Every packet a picture of its own, and none with another: the dearest way to send them."""
_SOUND = Pace(50, 1)


class Source:
    """A microphone or a camera: its packets, one after the other."""

    def __init__(
        self, mid: str, ssrc: int, extensions: frozenset[str], loud: bool, pictures: Pace = EVEN
    ) -> None:
        """`pictures`: the pace of a camera; a microphone has its own."""
        camera = mid == CAMERA_MID
        self.mid = mid
        self.ssrc = ssrc
        self.pace = pictures if camera else _SOUND
        self.sent = 0
        self._payload_size = 1000 if camera else 90
        self._clock_rate = 90_000 if camera else 48_000
        self._payload_type = VP8 if camera else OPUS
        self._extensions = {n for n, name in EXTENSIONS.items() if name in extensions}
        self._level = 0x80 | 30 if loud else 127
        self._sequence = int.from_bytes(os.urandom(2), "big") & 0x7FFF
        self._timestamp = int.from_bytes(os.urandom(4), "big")
        self._picture = int.from_bytes(os.urandom(2), "big") & 0x7FFF
        self._filling = os.urandom(self._payload_size - STAMP.size)

    def next_frame(self) -> Iterator[bytes]:
        """The RTP packets, unprotected, of the next picture or 20 ms of sound."""
        for number in range(self.pace.packets):
            yield self._packet(first=number == 0, last=number == self.pace.packets - 1)
        self._timestamp = (self._timestamp + self._clock_rate // self.pace.per_second) & 0xFFFFFFFF

    def _packet(self, *, first: bool, last: bool) -> bytes:
        extension = self._extension()
        camera = self.mid == CAMERA_MID
        marker = last if camera else self.sent == 0
        header = _HEADER.pack(
            0x90 if extension else 0x80,
            (0x80 if marker else 0) | self._payload_type,
            self._sequence,
            self._timestamp,
            self.ssrc,
        )
        start = self._vp8_start(first=first) if camera else b""
        self._sequence = (self._sequence + 1) & 0xFFFF
        self.sent += 1
        stamp = STAMP.pack(time.clock_gettime_ns(time.CLOCK_REALTIME))
        return header + extension + start + self._filling[len(start) :] + stamp

    def report(self) -> bytes:
        """A sender report with its description, as the sender would send it now."""
        now = time.time() + _NTP_EPOCH
        seconds = int(now)
        fraction = int((now - seconds) * 2**32)
        packets = self.sent & 0xFFFFFFFF
        octets = (self.sent * self._payload_size) & 0xFFFFFFFF
        report = _SENDER_REPORT.pack(
            0x80, 200, 6, self.ssrc, seconds, fraction, self._timestamp, packets, octets
        )
        name = f"{self.ssrc & 0xFFFFFFF:08x}".encode()
        chunk = _DESCRIPTION.pack(0x81, 202, 5, self.ssrc, 1, len(name)) + name + bytes(6)
        return report + chunk

    def _extension(self) -> bytes:
        """The one-byte header extensions (RFC 8285 §4.2) that were agreed on."""
        elements = b""
        if 1 in self._extensions and self.sent < _PACKETS_WITH_MID:
            elements += bytes((0x10, ord(self.mid)))
        if 2 in self._extensions and self.mid == MICROPHONE_MID:
            elements += bytes((0x20, self._level))
        if not elements:
            return b""
        elements += bytes(-len(elements) % 4)
        return b"\xbe\xde" + (len(elements) // 4).to_bytes(2, "big") + elements

    def _vp8_start(self, *, first: bool) -> bytes:
        """Payload descriptor (RFC 7741 §4.2), and before a picture's first packet its header."""
        frame = self.sent // self.pace.packets
        picture = (0x8000 | (self._picture + frame) & 0x7FFF).to_bytes(2, "big")
        descriptor = (b"\x90" if first else b"\x80") + b"\xe0" + picture + bytes((frame & 0xFF, 0))
        if not first:
            return descriptor
        keyframe = frame % (_KEYFRAME_INTERVAL_S * self.pace.per_second) == 0
        if not keyframe:
            return descriptor + b"\x11\x02\x00"
        return descriptor + b"\x10\x02\x00\x9d\x01\x2a" + struct.pack("<HH", 640, 360)


def receiver_report(ssrc: int, highest: dict[int, int]) -> bytes:
    """What a receiver who lost nothing reports on each SSRC, by its highest sequence number."""
    blocks = [
        _REPORT_BLOCK.pack(source, 0, sequence, 0, 0, 0)
        for source, sequence in list(highest.items())[:_MOST_BLOCKS]
    ]
    head = _RECEIVER_REPORT.pack(0x80 | len(blocks), 201, 1 + 6 * len(blocks), ssrc)
    return head + b"".join(blocks)
