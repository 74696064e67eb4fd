"""Packets of one tape → encoded frames on the common clock, without decoding them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from media.audio import opus
from media.recorder.packets import Losses, Numbering, RtpPacket, in_order
from media.recorder.timeline import Mapping
from media.tape.format import Packet, SenderReport


@dataclass(frozen=True, slots=True)
class Frame:
    at_s: float
    """Capture of its first sample or its picture, seconds on the common clock."""
    data: bytes
    is_keyframe: bool
    duration_s: float
    """Of audio, from the packet itself; 0 for video, whose frames last until the next."""


@dataclass
class Counts:
    frames: int = 0
    incomplete: int = 0
    """Video frames that miss a packet; they are left out."""
    before_keyframe: int = 0
    """Video frames that nothing could decode."""
    width: int = 0
    height: int = 0
    losses: Losses = field(default_factory=Losses)


def frames(
    records: Iterable[Packet | SenderReport],
    mime_type: str,
    mappings: Sequence[Mapping],
    tape_starts_s: float,
    counts: Counts,
) -> Iterator[Frame]:
    """`counts` is filled while the frames are taken. Raises ValueError for an unknown codec."""
    ordered = in_order(_numbered(records), counts.losses)
    if mime_type.lower() == "audio/opus":
        return _opus(ordered, mappings, tape_starts_s, counts)
    if mime_type.lower() == "video/vp8":
        return _vp8(ordered, mappings, tape_starts_s, counts)
    raise ValueError(f"no frames are known of {mime_type}")


def vp8_payload(payload: bytes) -> tuple[bool, bytes]:
    """Whether a frame starts here, and the payload without its descriptor (RFC 7741 §4.2)."""
    if not payload:
        raise ValueError("an empty payload")
    first, start = payload[0], 1
    if first & 0x80:
        extension, start = payload[1], 2
        if extension & 0x80:
            start += 2 if payload[start] & 0x80 else 1
        start += bool(extension & 0x40) + bool(extension & 0x30)
    if len(payload) <= start:
        raise ValueError("nothing after the descriptor")
    return bool(first & 0x10) and not first & 0x07, payload[start:]


def vp8_size(frame: bytes) -> tuple[int, int] | None:
    """Width and height of a key frame, None of any other (RFC 6386 §9.1)."""
    if len(frame) < 10 or frame[0] & 1 or frame[3:6] != b"\x9d\x01\x2a":
        return None
    width = int.from_bytes(frame[6:8], "little") & 0x3FFF
    return width, int.from_bytes(frame[8:10], "little") & 0x3FFF


def _numbered(records: Iterable[Packet | SenderReport]) -> Iterator[RtpPacket]:
    numbering = Numbering()
    for record in records:
        packet = numbering.number(record) if isinstance(record, Packet) else None
        if packet is not None:
            yield packet


def _opus(
    packets: Iterable[RtpPacket], mappings: Sequence[Mapping], starts_s: float, counts: Counts
) -> Iterator[Frame]:
    for packet in packets:
        duration = opus.duration_s(packet.payload)
        if not duration:
            continue
        counts.frames += 1
        at = mappings[packet.stretch](packet.timestamp, starts_s + packet.arrival_s)
        yield Frame(at, packet.payload, True, duration)


def _vp8(
    packets: Iterable[RtpPacket], mappings: Sequence[Mapping], starts_s: float, counts: Counts
) -> Iterator[Frame]:
    stretch = -1  # the stretch in which a key frame was seen
    for first, data in _assembled(packets, counts):
        size = vp8_size(data)
        if size is not None:
            stretch = first.stretch
            counts.width, counts.height = max(counts.width, size[0]), max(counts.height, size[1])
        elif first.stretch != stretch:
            counts.before_keyframe += 1
            continue
        counts.frames += 1
        at = mappings[first.stretch](first.timestamp, starts_s + first.arrival_s)
        yield Frame(at, data, size is not None, 0.0)


def _assembled(packets: Iterable[RtpPacket], counts: Counts) -> Iterator[tuple[RtpPacket, bytes]]:
    """Frames of which every packet is there: from a start to a marker, without a hole."""
    parts: list[bytes] = []
    first: RtpPacket | None = None
    expected = -1
    left_out = -1  # the timestamp of the frame that is being left out
    for packet in packets:
        if not packet.payload:  # only padding: a number without a picture
            expected += packet.sequence == expected
            continue
        try:
            starts, data = vp8_payload(packet.payload)
        except (ValueError, IndexError):
            continue
        hole = first is not None and (
            packet.sequence != expected
            or packet.timestamp != first.timestamp
            or packet.stretch != first.stretch
        )
        if first is not None and (hole or starts):
            counts.incomplete += 1
            left_out, first = first.timestamp, None
        if first is None:
            if not starts:
                counts.incomplete += packet.timestamp != left_out
                left_out = packet.timestamp
                continue
            first, parts = packet, []
        parts.append(data)
        expected = packet.sequence + 1
        if packet.marker:
            yield first, b"".join(parts)
            first = None
    if first is not None:
        counts.incomplete += 1
