"""Encoded frames → WebM or MP4, without transcoding.

A file's time 0 is its person's first sound or picture, not the recording's start: browsers differ
in how they treat a file that begins late (Chromium keeps its time stamps, Firefox moves them to
0), and all agree on one that begins at 0. Where 0 lies on the common clock is `zero_s`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from media.recorder.containers import DELIMITED, SIZES, WEBM, Form, can_begin
from media.recorder.ffmpeg import FfmpegWriter
from media.recorder.frame import Frame, FrameRows
from media.recorder.merging import merged
from media.recorder.scratch import Scratch
from media.recorder.webm import Pictures, WebmWriter

PICTURE_S = 1 / 30
"""How long the last picture is said to last."""


@dataclass(frozen=True)
class Extent:
    """Of one source on the common clock."""

    start_s: float
    end_s: float


@dataclass(frozen=True)
class Muxed:
    zero_s: float
    audio: Extent | None
    video: Extent | None


def mux(
    out: Scratch,
    audio: Iterator[FrameRows],
    video: Iterator[FrameRows],
    progress: Callable[[float], None],
    form: Form = WEBM,
) -> Muxed | None:
    """`audio` has no holes; `video` is of one codec. None when neither has a frame.

    `progress` is told the time reached, in seconds on the common clock.
    """
    sound, pictures = next(audio, None), _beginning(video)
    first_video = next(pictures, None)
    firsts = (sound, first_video)
    begins = [float(rows.at_s[0]) for rows in firsts if rows is not None]
    if not begins:
        return None
    zero = min(begins)
    ends = [zero, zero]
    writer = _writer(out, form, sound is not None, first_video.frame(0) if first_video else None)
    sources = (
        chain((first,), rest) if first is not None else rest
        for first, rest in zip(firsts, (audio, pictures), strict=True)
    )
    for blocks in merged(*sources):
        writer.add(replace(blocks, at_s=blocks.at_s - zero))
        for kind in (0, 1):
            own = np.flatnonzero(blocks.kind == kind)
            if len(own):
                last = own[-1]
                ends[kind] = float(blocks.at_s[last] + (blocks.duration_s[last] or PICTURE_S))
        progress(float(blocks.at_s[-1]))
    writer.end(max(ends) - zero)
    extents = (
        Extent(float(first.at_s[0]), end) if first is not None else None
        for first, end in zip(firsts, ends, strict=True)
    )
    return Muxed(zero, *extents)


def _beginning(video: Iterator[FrameRows]) -> Iterator[FrameRows]:
    """From the first picture on with which a file can begin."""
    for rows in video:
        for place in np.flatnonzero(rows.is_keyframe).tolist():
            if can_begin(rows.frame(place)):
                yield rows.take(np.arange(place, len(rows))) if place else rows
                yield from video
                return


def _writer(
    out: Scratch, form: Form, sound: bool, first: Frame | None
) -> WebmWriter | FfmpegWriter:
    """`first`: the key picture that the file begins with. What says in its head how its pictures
    are read, and MP4, are FFmpeg's."""
    if form is not WEBM or (first is not None and first.codec in DELIMITED):
        return FfmpegWriter(out, form, sound=sound, first=first)
    if first is None:
        return WebmWriter(out, sound=sound, pictures=None)
    size = SIZES[first.codec](first.data) or (0, 0)
    return WebmWriter(out, sound=sound, pictures=Pictures(first.codec, *size))
