"""Opus packets: how long they last, what stands in for one that is missing, and their sound."""

from collections.abc import Iterator
from fractions import Fraction
from typing import TypeAlias

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]
"""Mono, 48 kHz, full scale ±1."""

RATE = 48_000
"""RTP time and decoding of Opus, whatever was sampled (RFC 7587 §4.1)."""
LOOKAHEAD = 312
"""Samples (6.5 ms) by which libopus's sound comes after what was put in; a decoder skips them."""
SILENCE_20_MS = b"\xf8\xff\xfe"
"""One frame of digital silence (CELT, full band; RFC 6716 §3.1)."""
SILENCE_2_5_MS = b"\xe0\xff\xfe"
OpusPacket: TypeAlias = "av.Packet[AudioStream]"
_FRAME_MS = {
    "silk": (10.0, 20.0, 40.0, 60.0),
    "hybrid": (10.0, 20.0),
    "celt": (2.5, 5.0, 10.0, 20.0),
}


def duration_s(packet: bytes) -> float:
    """How long a packet lasts, from its first two bytes (RFC 6716 §3.1, §3.2.5); 0 if empty."""
    if not packet:
        return 0.0
    config, code = packet[0] >> 3, packet[0] & 3
    if config < 12:
        frame_ms = _FRAME_MS["silk"][config & 3]
    elif config < 16:
        frame_ms = _FRAME_MS["hybrid"][config & 1]
    else:
        frame_ms = _FRAME_MS["celt"][config & 3]
    count = (1, 2, 2)[code] if code < 3 else (packet[1] & 0x3F if len(packet) > 1 else 0)
    return frame_ms * count / 1000


def missing_after(packet: bytes) -> bytes:
    """One frame like the packet's, without content: a decoder then goes on with what it heard.

    An empty frame is how Opus itself says "lost, or nothing to send" (RFC 6716 §3.2.1).
    """
    return bytes([packet[0] & 0xFC])


class Decoder:
    """Packets in their order, without holes, → samples. The first 6.5 ms are left out."""

    def __init__(self) -> None:
        context = av.CodecContext.create("libopus", "r")
        assert isinstance(context, AudioCodecContext)
        context.sample_rate = RATE
        context.layout = "mono"
        self._context = context
        self._skip = LOOKAHEAD
        self.damaged = 0

    def decode(self, packet: bytes) -> Samples:
        """What cannot be decoded is counted and comes out as silence of its length."""
        try:
            parts = [f.to_ndarray()[0] for f in self._context.decode(av.Packet(packet))]
        except av.FFmpegError:
            self.damaged += 1
            parts = [np.zeros(round(duration_s(packet) * RATE), np.int16)]
        samples = np.concatenate(parts) if parts else np.zeros(0, np.int16)
        skipped = min(self._skip, len(samples))
        self._skip -= skipped
        return np.multiply(samples[skipped:], 1 / 32768, dtype=np.float32)


class Encoder:
    """Samples → Opus packets of 20 ms, each with its time in samples."""

    FRAME = 960

    def __init__(self, context: AudioCodecContext) -> None:
        self._context = context
        self._at = 0

    def encode(self, samples: Samples) -> Iterator[OpusPacket]:
        """`samples` is a whole number of frames."""
        whole = np.clip(samples * 32767, -32768, 32767).astype(np.int16)
        for start in range(0, len(whole), self.FRAME):
            part = whole[start : start + self.FRAME]
            frame = av.AudioFrame.from_ndarray(part[None], format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, self._at
            frame.time_base = Fraction(1, RATE)
            self._at += len(part)
            yield from self._context.encode(frame)

    def finish(self) -> Iterator[OpusPacket]:
        yield from self._context.encode(None)
