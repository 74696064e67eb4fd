"""Packets of one tape → encoded frames on the common clock, without decoding them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from media.recorder import vp8_rows
from media.recorder.av1 import Av1
from media.recorder.h264 import H264
from media.recorder.packets import Losses
from media.recorder.pictures import Assembly, Chain, PictureCodec
from media.recorder.rows import Rows
from media.recorder.timeline import Mapping, captured
from media.recorder.vp8 import Vp8
from media.recorder.vp9 import Vp9

PICTURES: Map[str, Callable[[], PictureCodec]] = {
    "video/vp8": Vp8,
    "video/h264": H264,
    "video/vp9": Vp9,
    "video/av1": Av1,
}
"""What can be muxed, by its name on the tape."""
NOTHING_SENT = "nothing_sent"
"""Lost on the way, muted, or the device gave nothing."""


class Frame(NamedTuple):
    at_s: float
    """Capture of its first sample or its picture, seconds on the common clock."""
    data: bytes
    is_keyframe: bool
    duration_s: float
    """Of audio, from the packet itself; 0 for video, whose frames last until the next."""
    hole: str = NOTHING_SENT
    """Why time is missing before it, if it is."""
    codec: str = "opus"
    silent: bool = False
    """Put there to fill a gap: nobody needs to decode it."""


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
    ordered: Iterable[Rows], mime_type: str, mappings: Sequence[Mapping], counts: Counts
) -> Iterator[Frame]:
    """Pictures. `counts` is filled while they are taken. Raises ValueError for an unknown codec."""
    if mime_type.lower() not in PICTURES:
        raise ValueError(f"no frames are known of {mime_type}")
    return _shown(captured(ordered, mappings), PICTURES[mime_type.lower()](), counts)


def _shown(placed: Iterable[Rows], codec: PictureCodec, counts: Counts) -> Iterator[Frame]:
    carried, assembly = Chain(), Assembly(codec)
    before = counts.incomplete
    if isinstance(codec, Vp8):
        found = vp8_rows.pictures(placed, assembly)
    else:
        found = assembly.pictures(chain.from_iterable(each.packets() for each in placed))
    for picture in found:
        size = codec.size(picture.data)
        if size is not None:
            counts.width, counts.height = max(counts.width, size[0]), max(counts.height, size[1])
        if carried.carries(picture, is_keyframe=size is not None):
            counts.frames += 1
            yield Frame(picture.at_s, picture.data, size is not None, 0.0, codec=codec.name)
        else:
            counts.undecodable += 1
    counts.incomplete = before + assembly.incomplete
