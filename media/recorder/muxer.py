"""Encoded frames → WebM or MP4, without transcoding.

A file's time 0 is its person's first sound or picture, not the recording's start: browsers differ
in how they treat a file that begins late (Chromium keeps its time stamps, Firefox moves them to
0), and all agree on one that begins at 0. Where 0 lies on the common clock is `zero_s`.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, dropwhile
from typing import Literal

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Stream

from media.audio.opus import RATE
from media.recorder.containers import WEBM, Form, add_pictures, can_begin, container
from media.recorder.frames import Frame
from media.recorder.scratch import Scratch

MICROSECOND = Fraction(1, 1_000_000)
PICTURE_S = 1 / 30
"""How long the last picture is said to last."""
SMALLEST_STEP_S = 0.001
"""WebM counts milliseconds; two pictures in one of them would be one."""

Tagged = tuple[float, Literal[0, 1], Frame]


@dataclass
class Extent:
    """Of one source on the common clock."""

    start_s: float
    end_s: float
    frames: int = 0


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
    zero = min(begins)
    extents: list[Extent | None] = [None, None]
    with container(out, form) as target:
        streams: list[Stream | None] = [
            add_opus(target) if first_audio else None,
            add_pictures(target, first_video) if first_video else None,
        ]
        target.start_encoding()
        merged = heapq.merge(_tagged(first_audio, audio, 0), _tagged(first_video, video, 1))
        for at, kind, frame in _stepping(merged):
            stream, extent = streams[kind], extents[kind]
            assert stream is not None
            target.mux_one(_packet(stream, at - zero, frame))
            if extent is None:
                extent = extents[kind] = Extent(at, at)
            extent.end_s = at + (frame.duration_s or PICTURE_S)
            extent.frames += 1
            progress(at)
    return Muxed(zero, extents[0], extents[1])


def add_opus(target: OutputContainer) -> AudioStream:
    """A mono Opus stream with its header. Its encoder may stay unused."""
    stream = target.add_stream("libopus", rate=RATE)
    assert isinstance(stream, AudioStream)
    context = stream.codec_context
    assert isinstance(context, AudioCodecContext)
    context.layout, context.format, context.bit_rate = "mono", "s16", 48_000
    return stream


def _tagged(first: Frame | None, rest: Iterator[Frame], kind: Literal[0, 1]) -> Iterator[Tagged]:
    for frame in chain([first] if first else [], rest):
        yield frame.at_s, kind, frame


def _stepping(frames: Iterator[Tagged]) -> Iterator[Tagged]:
    """Pictures that would share a millisecond get one of their own."""
    last = float("-inf")
    for at, kind, frame in frames:
        if kind == 1:
            at = last = max(at, last + SMALLEST_STEP_S)
        yield at, kind, frame


def _packet(stream: Stream, at_s: float, frame: Frame) -> "av.Packet[Stream]":
    packet: av.Packet[Stream] = av.Packet(frame.data)
    packet.stream = stream
    packet.time_base = MICROSECOND
    packet.pts = packet.dts = round(at_s * 1e6)
    packet.duration = round(frame.duration_s * 1e6)
    packet.is_keyframe = frame.is_keyframe
    return packet
