"""Packets of one tape → encoded frames on the common clock, without decoding them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from media.recorder import vp8_rows
from media.recorder.av1 import Av1
from media.recorder.frame import FrameRows
from media.recorder.h264 import H264
from media.recorder.packets import Losses
from media.recorder.pictures import Assembly, Chain, PictureCodec, in_columns
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
) -> Iterator[FrameRows]:
    """Pictures. `counts` is filled while they are taken. Raises ValueError for an unknown codec."""
    if mime_type.lower() not in PICTURES:
        raise ValueError(f"no frames are known of {mime_type}")
    return _shown(captured(ordered, mappings), PICTURES[mime_type.lower()](), counts)


def _shown(placed: Iterable[Rows], codec: PictureCodec, counts: Counts) -> Iterator[FrameRows]:
    carried, assembly = Chain(), Assembly(codec)
    before = counts.incomplete
    if isinstance(codec, Vp8):
        found = vp8_rows.pictures(placed, assembly)
    else:
        packets = chain.from_iterable(each.packets() for each in placed)
        found = in_columns(assembly.pictures(packets))
    for rows in found:
        sizes = _sizes(codec, rows.data)
        for width, height in {size for size in sizes if size is not None}:
            counts.width, counts.height = max(counts.width, width), max(counts.height, height)
        keys = np.array([size is not None for size in sizes], bool)
        shown = carried.carried(rows, keys)
        made = FrameRows(rows.at_s, rows.data, keys, np.zeros(len(keys)), codec.name)
        count = int(np.count_nonzero(shown))
        counts.frames += count
        counts.undecodable += len(keys) - count
        if count:
            yield made if count == len(keys) else made.take(np.flatnonzero(shown))
    counts.incomplete = before + assembly.incomplete


def _sizes(codec: PictureCodec, pictures: Sequence[bytes]) -> list[tuple[int, int] | None]:
    """Of VP8 most pictures tell by one bit that they are no key frames."""
    if isinstance(codec, Vp8):
        return [None if picture[0] & 1 else codec.size(picture) for picture in pictures]
    return [codec.size(picture) for picture in pictures]
