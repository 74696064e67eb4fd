"""One person's finished file as clips of speech on the recording's time line."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from media.audio.opus import Samples
from media.audio.speech import MODEL_RATE, Span, SpeechDetector, Thresholds
from media.sound_file import Heard, sound

LONGEST_MS = 300_000
"""Of one clip. Lower: words at the seams are cut. Higher: memory, 20 MB for five minutes."""
AROUND_MS = 200
"""Sound taken along before and after. Lower: first sounds are missed. Higher: neighbours are
heard."""
PER_MS = MODEL_RATE // 1000


class Clip(NamedTuple):
    start_ms: int
    samples: Samples
    """16 kHz."""


def voice(path: Path, data_key: bytes, file_start_ms: int) -> Iterator[Heard]:
    """The file's sound at 16 kHz, on the recording's time line."""
    for at, samples in sound(path, data_key, MODEL_RATE):
        yield Heard(at + file_start_ms * PER_MS, samples)


def speech(heard: Iterable[Heard]) -> list[Span]:
    """Where the person speaks, for one of whom no turns are known."""
    detector, spans, reached = SpeechDetector(Thresholds()), list[Span](), 0
    for at, samples in heard:
        if at > reached:
            spans += detector.add(None, at - reached)
            reached = at
        samples = samples[reached - at :]
        spans += detector.add(samples, len(samples))
        reached += len(samples)
    return [*spans, *detector.finish()]


def clips(heard: Iterable[Heard], spans: Sequence[Span]) -> Iterator[Clip]:
    """The sound of each span with a little around it; long ones in pieces. Spans in order."""
    frames = iter(heard)
    held: list[Heard] = []
    for start_ms, end_ms in _pieces(spans):
        start, end = start_ms * PER_MS, end_ms * PER_MS
        held = [each for each in held if each.at + len(each.samples) > start]
        while not held or held[-1].at < end:
            following = next(frames, None)
            if following is None:
                break
            held.append(following)
        samples = np.zeros(end - start, np.float32)
        for at, part in held:
            first, last = max(at, start), min(at + len(part), end)
            if first < last:
                samples[first - start : last - start] = part[first - at : last - at]
        yield Clip(start_ms, samples)


def _pieces(spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    for span in spans:
        start_ms, end_ms = max(span.start_ms - AROUND_MS, 0), span.end_ms + AROUND_MS
        for begin in range(start_ms, end_ms, LONGEST_MS):
            yield begin, min(begin + LONGEST_MS, end_ms)
