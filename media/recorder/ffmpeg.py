"""Files whose head says how the pictures in them are read (MP4, and WebM of AV1), by FFmpeg."""

from fractions import Fraction

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Stream

from media.audio.opus import LOOKAHEAD, RATE
from media.recorder.containers import Form, read_alone
from media.recorder.frame import Frame
from media.recorder.merging import Blocks
from media.recorder.scratch import Scratch

REPEATABLE = {"fflags": "+bitexact"}
"""The same frames give the same bytes: no random segment id, no date."""
MICROSECOND = Fraction(1, 1_000_000)
LOOKAHEAD_US = LOOKAHEAD * 1_000_000 // RATE
TICK = Fraction(1, 90_000)
BUFFER_BYTES = 1 << 18
"""Written at a time. Lower: each piece is encrypted for itself, which costs too. Higher: memory."""


class FfmpegWriter:
    """Frames in the order of time, written by FFmpeg; `first` is the first picture, a key one."""

    def __init__(self, out: Scratch, form: Form, *, sound: bool, first: Frame | None) -> None:
        self._target = av.open(
            out,
            "w",
            format=form.name,
            options=REPEATABLE | dict(form.options),
            buffer_size=BUFFER_BYTES,
            io_open=lambda *_: out.view(),
        )
        self._streams: list[Stream | None] = [
            _add_opus(self._target) if sound else None,
            _add_pictures(self._target, first) if first is not None else None,
        ]
        self._target.start_encoding()

    def add(self, blocks: Blocks) -> None:
        """As `WebmWriter.add`."""
        columns = (blocks.kind, blocks.at_s, blocks.is_keyframe, blocks.duration_s)
        each = zip(*(column.tolist() for column in columns), blocks.data, strict=True)
        for kind, at_s, is_keyframe, duration_s, data in each:
            stream = self._streams[kind]
            assert stream is not None
            packet: av.Packet[Stream] = av.Packet(data)
            packet.stream, packet.time_base = stream, MICROSECOND
            packet.pts = packet.dts = round(at_s * 1e6) - (0 if kind else LOOKAHEAD_US)
            packet.duration = round(duration_s * 1e6)
            packet.is_keyframe = is_keyframe
            self._target.mux_one(packet)

    def end(self, at_s: float) -> None:
        """Moves the index to the front, for which it reads back what it wrote. Counts how long the
        file lasts by itself."""
        self._target.close()


def _add_opus(target: OutputContainer) -> Stream:
    """A mono Opus stream with its header. Its encoder stays unused."""
    stream = target.add_stream("libopus", rate=RATE)
    assert isinstance(stream, AudioStream)
    context = stream.codec_context
    assert isinstance(context, AudioCodecContext)
    context.layout, context.format, context.bit_rate = "mono", "s16", 48_000
    return stream


def _add_pictures(target: OutputContainer, first: Frame) -> Stream:
    """The stream that begins with this key frame."""
    with read_alone(first) as source:
        stream = target.add_stream_from_template(source.streams.video[0], opaque=True)
    stream.time_base = TICK
    return stream
