"""The camera and the microphone of a simulated person, as aiortc tracks."""

import asyncio
import time
from fractions import Fraction

import numpy as np
from aiortc.mediastreams import MediaStreamTrack
from av import AudioFrame, VideoFrame

from app.simulation.voices import RATE, Samples

FRAME = RATE // 50
"""Samples in 20 ms, as Opus sends them."""
WIDTH, HEIGHT, FPS = 160, 120, 10
"""Small: an encoder per person runs on the machine that simulates."""


class Microphone(MediaStreamTrack):
    """Silence, and what is put on its time line with `speak`."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._began: float | None = None
        self._at = 0
        self._lines: list[tuple[int, Samples]] = []

    def speak(self, samples: Samples, at: float) -> None:
        """Says this from the monotonic moment `at` on."""
        began = self._began if self._began is not None else time.monotonic()
        self._lines.append((round((at - began) * RATE), samples))

    async def recv(self) -> AudioFrame:
        if self._began is None:
            self._began = time.monotonic()
        await _until(self._began + self._at / RATE)
        mixed = np.zeros(FRAME, np.int32)
        for start, samples in self._lines:
            offset = self._at - start
            if offset <= -FRAME:
                continue
            piece = samples[max(0, offset) : max(0, offset + FRAME)]
            place = max(0, -offset)
            mixed[place : place + len(piece)] += piece
        self._lines = [(s, x) for s, x in self._lines if s + len(x) > self._at]
        frame = AudioFrame.from_ndarray(
            np.clip(mixed, -32768, 32767).astype(np.int16).reshape(1, -1), "s16", "mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._at, Fraction(1, RATE)
        self._at += FRAME
        return frame


class Camera(MediaStreamTrack):
    """A field in the person's colour and a square that wanders over it."""

    kind = "video"

    def __init__(self, person: int) -> None:
        super().__init__()
        self._hue = 40 * person
        self._began: float | None = None
        self._count = 0

    async def recv(self) -> VideoFrame:
        if self._began is None:
            self._began = time.monotonic()
        await _until(self._began + self._count / FPS)
        planes = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
        planes[:HEIGHT] = 90
        planes[HEIGHT : HEIGHT * 5 // 4] = 60 + self._hue % 140
        planes[HEIGHT * 5 // 4 :] = 200 - self._hue % 140
        x = (self._count * 4) % (WIDTH - 24)
        y = 48 + round(30 * np.sin(self._count / 7))
        planes[y : y + 24, x : x + 24] = 220
        frame = VideoFrame.from_ndarray(planes, "yuv420p")
        frame.pts, frame.time_base = self._count * 90_000 // FPS, Fraction(1, 90_000)
        self._count += 1
        return frame


async def _until(moment: float) -> None:
    delay = moment - time.monotonic()
    if delay > 0:
        await asyncio.sleep(delay)
