"""Whose voice leads, from the waveforms. Pure.

Speaking turns are not asked: they are for study, and rest on a consent of their own. The outline of
a tile says no more than what is heard.
"""

from collections.abc import Mapping, Sequence
from typing import Any

LOUD = 6
"""Of 128: quieter is nobody's voice. Lower: a fan is outlined. Higher: quiet people are not."""
WINDOW = 5
"""Pixels of the waveform heard together: half a second. Lower: the outline flickers."""
HOLD = 8
"""Pixels that a leader keeps after falling silent, or while another is only a little louder."""
CLEARLY = 1.5


def loudness(peaks: Mapping[str, Any]) -> list[int]:
    """Of each pixel, 0 … 128; `peaks` in audiowaveform's JSON."""
    data = peaks["data"]
    return [max(-low, high) for low, high in zip(data[::2], data[1::2], strict=True)]


def leaders(voices: Sequence[Sequence[int]], pixel_s: float) -> list[tuple[float, int]]:
    """From when on whose voice leads; -1 while nobody speaks."""
    told: list[tuple[float, int]] = [(0.0, -1)]
    leader, quiet = -1, 0
    for pixel in range(max(map(len, voices), default=0)):
        heard = [sum(voice[max(pixel - WINDOW + 1, 0) : pixel + 1]) / WINDOW for voice in voices]
        best = max(range(len(heard)), key=heard.__getitem__)
        if leader >= 0 and heard[leader] >= LOUD:
            quiet = 0
            best = best if heard[best] > CLEARLY * heard[leader] else leader
        elif heard[best] < LOUD:
            quiet += 1
            best = leader if quiet < HOLD else -1
        if best != leader:
            leader, quiet = best, 0
            told.append((max(pixel - WINDOW // 2, 0) * pixel_s, leader))
    return told
