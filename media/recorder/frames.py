"""Packets of one tape → encoded frames on the common clock, without decoding them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, field

from media.audio import opus
from media.recorder.av1 import Av1
from media.recorder.h264 import H264
from media.recorder.packets import Losses, Numbering, RtpPacket, in_order
from media.recorder.pictures import Assembly, Chain, PictureCodec
from media.recorder.timeline import Mapping
from media.recorder.vp8 import Vp8
from media.recorder.vp9 import Vp9
from media.tape.format import Packet, SenderReport

PICTURES: Map[str, Callable[[], PictureCodec]] = {
    "video/vp8": Vp8,
    "video/h264": H264,
    "video/vp9": Vp9,
    "video/av1": Av1,
}
"""What can be muxed, by its name on the tape."""
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
    codec: str = "opus"


@dataclass
class Counts:
    frames: int = 0
    incomplete: int = 0
    """Video frames that miss a packet; they are left out."""
    undecodable: int = 0
    """Whole video frames that build on one that is missing. A player would stop at them, or show
    noise: pictures are made of earlier ones."""
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
    if mime_type.lower() in PICTURES:
        codec = PICTURES[mime_type.lower()]()
        return _shown(ordered, codec, mappings, tape_starts_s, counts)
    raise ValueError(f"no frames are known of {mime_type}")


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


def _shown(
    packets: Iterable[RtpPacket],
    codec: PictureCodec,
    mappings: Sequence[Mapping],
    starts_s: float,
    counts: Counts,
) -> Iterator[Frame]:
    chain, assembly = Chain(), Assembly(codec)
    before = counts.incomplete
    for picture in assembly.pictures(packets):
        counts.incomplete = before + assembly.incomplete
        size = codec.size(picture.data)
        if size is not None:
            counts.width, counts.height = max(counts.width, size[0]), max(counts.height, size[1])
        if not chain.carries(picture, is_keyframe=size is not None):
            counts.undecodable += 1
            continue
        counts.frames += 1
        first = picture.first
        at = mappings[first.stretch](first.timestamp, starts_s + first.arrival_s)
        yield Frame(at, picture.data, size is not None, 0.0, codec=codec.name)
    counts.incomplete = before + assembly.incomplete
