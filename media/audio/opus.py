"""Opus packets: how long they last, what stands in for one that is missing, and their sound."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from media.audio.libopus import MUSIC, OpusDecoder, OpusEncoder

Samples: TypeAlias = NDArray[np.float32]
"""Mono, at `SOUND_RATE`, full scale ±1."""

RATE = 48_000
"""RTP time and file time of Opus, whatever was sampled (RFC 7587 §4.1)."""
SOUND_RATE = 24_000
"""At which sound is decoded, mixed and measured. Lower: the mix-down's s and f are dull; 16 kHz
would leave 8 kHz of sound. Higher: work for what few voices and no laptop's microphone have."""
LOOKAHEAD = 312
"""Samples at 48 kHz (6.5 ms) by which libopus's sound comes after what was put in."""
SILENCE_20_MS = b"\xf8\xff\xfe"
"""One frame of digital silence (CELT, full band; RFC 6716 §3.1)."""
SILENCE_2_5_MS = b"\xe0\xff\xfe"
SILENCE_100_MS = b"\xfb\x05" + 5 * SILENCE_20_MS[1:]
"""Five of them in one packet (code 3, §3.2.5)."""
LONGEST_S = 0.12
"""Of one packet (§3.2.5)."""
EMPTY_BYTES = 2
"""A packet of so few bytes has no sound in it: it keeps a pause (DTX), or one was lost."""
_FRAME_MS = {
    "silk": (10.0, 20.0, 40.0, 60.0),
    "hybrid": (10.0, 20.0),
    "celt": (2.5, 5.0, 10.0, 20.0),
}


def _frame_ms(toc: int) -> float:
    config = toc >> 3
    if config < 12:
        return _FRAME_MS["silk"][config & 3]
    if config < 16:
        return _FRAME_MS["hybrid"][config & 1]
    return _FRAME_MS["celt"][config & 3]


_FRAME_S = [_frame_ms(toc) / 1000 for toc in range(256)]
_COUNTS = (1, 2, 2)


def duration_s(packet: bytes) -> float:
    """How long a packet lasts, from its first two bytes (RFC 6716 §3.1, §3.2.5); 0 if empty."""
    if not packet:
        return 0.0
    code = packet[0] & 3
    count = _COUNTS[code] if code < 3 else (packet[1] & 0x3F if len(packet) > 1 else 0)
    return _FRAME_S[packet[0]] * count


def missing_after(packet: bytes, count: int = 1) -> bytes:
    """Frames like the packet's, without content: a decoder then goes on with what it heard, and in
    a pause with the noise of the room.

    An empty frame is how Opus itself says "lost, or nothing to send" (RFC 6716 §3.2.1).
    """
    if count == 1:
        return bytes([packet[0] & 0xFC])
    return bytes([packet[0] & 0xFC | 3, count])


class Decoder:
    """Packets in their order, without holes, → samples. The first 6.5 ms are left out."""

    def __init__(self, rate: int = SOUND_RATE) -> None:
        self._rate = rate
        self._decoder = OpusDecoder(rate)
        self._skip = LOOKAHEAD * rate // RATE
        self.damaged = 0

    def decode(self, packet: bytes) -> Samples:
        """What cannot be decoded is counted and comes out as silence of its length."""
        try:
            samples = self._decoder.decode(packet).copy()
        except ValueError:
            self.damaged += 1
            samples = np.zeros(round(duration_s(packet) * self._rate), np.float32)
        return samples[self.skipped(len(samples)) :] if self._skip else samples

    def skipped(self, count: int) -> int:
        """How many of the next `count` samples are left out."""
        skipped = min(self._skip, count)
        self._skip -= skipped
        return skipped


class Encoder:
    """Samples → Opus packets, each with its length. Silence is written, not encoded."""

    FRAME = SOUND_RATE // 50
    BITRATE_BPS = 40_000
    """Lower: voices over one another are muddy. Higher: a larger file, nothing heard."""
    QUIETENS = 5
    """Frames of silence that are encoded, so that the decoder knows of it, before the rest is only
    written. CELT forgets within one; the others let a filter run out."""

    def __init__(self) -> None:
        self._encoder = OpusEncoder(SOUND_RATE, MUSIC, self.BITRATE_BPS, complexity=0)
        self._quiet = 0

    def encode(self, samples: Samples) -> list[tuple[bytes, float]]:
        """`samples` is a whole number of frames. Each packet with its seconds."""
        frames = np.ascontiguousarray(samples, np.float32).reshape(-1, self.FRAME)
        made: list[tuple[bytes, float]] = []
        for frame, loud in zip(frames, np.any(frames, axis=1).tolist(), strict=True):
            self._quiet = 0 if loud else self._quiet + 1
            if self._quiet > self.QUIETENS:
                made.append((SILENCE_20_MS, 0.02))
            else:
                made.append((self._encoder.encode(frame), 0.02))
        return made

    def silence(self, frames: int) -> list[tuple[bytes, float]]:
        """So many frames of it, in as few packets as possible."""
        first = min(frames, max(self.QUIETENS - self._quiet, 0))
        made = self.encode(np.zeros(first * self.FRAME, np.float32)) if first else []
        self._quiet += frames - first
        many, few = divmod(frames - first, 5)
        return made + many * [(SILENCE_100_MS, 0.1)] + few * [(SILENCE_20_MS, 0.02)]
