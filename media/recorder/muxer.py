"""Encoded frames → WebM or MP4, without transcoding.

A file's time 0 is its person's first sound or picture, not the recording's start: browsers differ
in how they treat a file that begins late (Chromium keeps its time stamps, Firefox moves them to
0), and all agree on one that begins at 0. Where 0 lies on the common clock is `zero_s`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import dropwhile

from media.recorder.containers import DELIMITED, SIZES, WEBM, Form, can_begin
from media.recorder.ffmpeg import FfmpegWriter
from media.recorder.frames import Frame
from media.recorder.scratch import Scratch
from media.recorder.webm import Pictures, WebmWriter

PICTURE_S = 1 / 30
"""How long the last picture is said to last."""
SMALLEST_STEP_S = 0.001
"""WebM counts milliseconds; two pictures in one of them would be one."""
TOLD_S = 1.0
"""Media time between two reports of progress."""


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
    audio: Iterator[Frame],
    video: Iterator[Frame],
    progress: Callable[[float], None],
    form: Form = WEBM,
) -> Muxed | None:
    """`audio` has no holes; `video` is of one codec. None when neither has a frame.

    `progress` is told the time reached, in seconds on the common clock.
    """
    video = dropwhile(lambda frame: not can_begin(frame), video)
    first_audio, first_video = next(audio, None), next(video, None)
    begins = [frame.at_s for frame in (first_audio, first_video) if frame is not None]
    if not begins:
        return None
    zero = told = min(begins)
    ends = [zero, zero]
    writer = _writer(out, form, first_audio is not None, first_video)
    for at, kind, frame in _merged(first_audio, audio, first_video, video):
        writer.add(kind, at - zero, frame)
        ends[kind] = at + (frame.duration_s or PICTURE_S)
        if at >= told:
            progress(at)
            told = at + TOLD_S
    writer.end(max(ends) - zero)
    extents = (
        Extent(first.at_s, end) if first is not None else None
        for first, end in zip((first_audio, first_video), ends, strict=True)
    )
    return Muxed(zero, *extents)


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


def _merged(
    sound: Frame | None, sounds: Iterator[Frame], picture: Frame | None, pictures: Iterator[Frame]
) -> Iterator[tuple[float, int, Frame]]:
    """By time, sound (0) before pictures (1). Pictures that would share a millisecond get one of
    their own."""
    last = float("-inf")
    at = picture.at_s if picture is not None else 0.0
    while sound is not None or picture is not None:
        if picture is None or (sound is not None and sound.at_s <= at):
            assert sound is not None
            yield sound.at_s, 0, sound
            sound = next(sounds, None)
        else:
            yield at, 1, picture
            last, picture = at, next(pictures, None)
            if picture is not None:
                at = max(picture.at_s, last + SMALLEST_STEP_S)
