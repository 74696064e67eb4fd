"""Packets of one tape → encoded frames on the common clock, without decoding them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from media.recorder.packets import Losses, RtpPacket
from media.recorder.timeline import Mapping

NOTHING_SENT = "nothing_sent"
"""Lost on the way, muted, or the device gave nothing."""


@dataclass(frozen=True, slots=True)
class Frame:
    at_s: float
    """Capture of its first sample or its picture, seconds on the common clock."""
    data: bytes
    is_keyframe: bool
    duration_s: float
    """Of audio, from the packet itself; 0 for video, whose frames last until the next."""
    hole: str = NOTHING_SENT
    """Why time is missing before it, if it is."""
    silent: bool = False
    """Put there to fill a gap: nobody needs to decode it."""


@dataclass
class Counts:
    frames: int = 0
    incomplete: int = 0
    """Video frames that miss a packet; they are left out."""
    undecodable: int = 0
    """Whole video frames that build on one that is missing. A player would stop at them: VP8
    carries its probabilities from frame to frame, so after a hole comes noise or an error."""
    width: int = 0
    height: int = 0
    losses: Losses = field(default_factory=Losses)


def frames(
    ordered: Iterable[RtpPacket],
    mime_type: str,
    mappings: Sequence[Mapping],
    tape_starts_s: float,
    counts: Counts,
) -> Iterator[Frame]:
    """Pictures. `counts` is filled while they are taken. Raises ValueError for an unknown codec."""
    if mime_type.lower() == "video/vp8":
        return _vp8(ordered, mappings, tape_starts_s, counts)
    raise ValueError(f"no frames are known of {mime_type}")


class Vp8Payload(NamedTuple):
    starts: bool
    """A frame begins with this packet."""
    base: int | None
    """TL0PICIDX: the number of the base layer's picture, if the sender has temporal layers."""
    layer: int
    """0: the base layer, on which the others build."""
    data: bytes


def vp8_payload(payload: bytes) -> Vp8Payload:
    """Reads the descriptor (RFC 7741 §4.2). Raises ValueError or IndexError."""
    first, at = payload[0], 1
    base, layer = None, 0
    if first & 0x80:
        extension, at = payload[1], 2
        if extension & 0x80:
            at += 2 if payload[at] & 0x80 else 1
        if extension & 0x40:
            base, at = payload[at], at + 1
        if extension & 0x30:
            layer, at = payload[at] >> 6 if extension & 0x20 else 0, at + 1
    if len(payload) <= at:
        raise ValueError("nothing after the descriptor")
    return Vp8Payload(bool(first & 0x10) and not first & 0x07, base, layer, payload[at:])


def vp8_size(frame: bytes) -> tuple[int, int] | None:
    """Width and height of a key frame, None of any other (RFC 6386 §9.1)."""
    if len(frame) < 10 or frame[0] & 1 or frame[3:6] != b"\x9d\x01\x2a":
        return None
    width = int.from_bytes(frame[6:8], "little") & 0x3FFF
    return width, int.from_bytes(frame[8:10], "little") & 0x3FFF


def _vp8(
    packets: Iterable[RtpPacket], mappings: Sequence[Mapping], starts_s: float, counts: Counts
) -> Iterator[Frame]:
    chain = _Chain()
    for picture in _assembled(packets, counts):
        size = vp8_size(picture.data)
        if size is not None:
            counts.width, counts.height = max(counts.width, size[0]), max(counts.height, size[1])
        if not chain.carries(picture, is_keyframe=size is not None):
            counts.undecodable += 1
            continue
        counts.frames += 1
        first = picture.first
        at = mappings[first.stretch](first.timestamp, starts_s + first.arrival_s)
        yield Frame(at, picture.data, size is not None, 0.0)


@dataclass(frozen=True, slots=True)
class _Picture:
    first: RtpPacket
    follows: bool
    """Nothing is missing between it and the picture before."""
    base: int | None
    layer: int
    data: bytes


class _Chain:
    """Whether everything that a picture builds on is there.

    After a hole the chain begins again with a key frame; or, where the sender has temporal layers
    (and therefore pictures that do not lean on every one before), with the next base picture if
    the numbers show that no base picture was in the hole.
    """

    def __init__(self) -> None:
        self._stretch = -1
        self._whole = False
        self._base: int | None = None

    def carries(self, picture: _Picture, *, is_keyframe: bool) -> bool:
        if is_keyframe:
            self._stretch, self._whole = picture.first.stretch, True
        elif picture.first.stretch != self._stretch:
            return False
        else:
            self._whole = (self._whole and picture.follows) or self._is_next_base(picture)
        if self._whole and picture.layer == 0:
            self._base = picture.base
        return self._whole

    def _is_next_base(self, picture: _Picture) -> bool:
        if picture.layer or picture.base is None or self._base is None:
            return False
        return picture.base == (self._base + 1) % 256


def _assembled(packets: Iterable[RtpPacket], counts: Counts) -> Iterator[_Picture]:
    """Pictures of which every packet is there: from a start to a marker, without a hole."""
    parts: list[bytes] = []
    first: RtpPacket | None = None
    expected = -1  # the number after the last packet that was of use
    follows = False
    left_out = -1  # the timestamp of the picture that is being left out
    for packet in packets:
        if not packet.payload:  # only padding: a number without a picture
            expected += packet.sequence == expected
            continue
        try:
            part = vp8_payload(packet.payload)
        except (ValueError, IndexError):
            continue
        if first is not None and (packet.sequence != expected or part.starts):
            counts.incomplete += 1
            left_out, first = first.timestamp, None
        if first is None:
            if not part.starts:
                counts.incomplete += packet.timestamp != left_out
                left_out = packet.timestamp
                continue
            first, parts, follows = packet, [], packet.sequence == expected
        parts.append(part.data)
        expected = packet.sequence + 1
        if packet.marker:
            yield _Picture(first, follows, part.base, part.layer, b"".join(parts))
            first = None
    counts.incomplete += first is not None
