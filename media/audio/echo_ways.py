"""The ways by which other people's voices come into somebody's open microphone.

Who sits by a loudspeaker sends everybody's voices back: quieter, later, coloured by the room, and
good enough for a speech detector. Such a copy rises and falls, band by band, as the voice in its
speaker's own track did a moment ago; one's own speech does not. So a stretch is compared with
everybody's loudness at every delay that can be (the cross-correlation between channels of Pfau,
Ellis & Stolcke 2001, "Multispeaker speech activity detection for the ICSI meeting recorder", ASRU;
Wrigley, Brown, Wan & Renals 2005, "Speech and crosstalk detection in multichannel audio", IEEE
Transactions on Speech and Audio Processing 13(1):84-91, who found it among the best features).
Where the two are alike and the copy is the quieter one, the way of the echo is known: a delay, and
a gain in each band, as in Faller & Chen 2005, "Suppressing acoustic echo in a spectral envelope
space", IEEE Transactions on Speech and Audio Processing 13(5):1048-1062.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from media.audio.levels import FRAME_MS, STEPS_PER_DB, Loudness
from media.audio.speech import Span

Decibels: TypeAlias = NDArray[np.float32]
"""(frames, bands), above the floor of `Loudness`."""


@dataclass(frozen=True)
class EchoRules:
    """Lower alike: two who happen to speak in step are taken for one (by chance 0.48 was the most
    in 613 windows of scripted conversations; echoes lay around 0.75). Higher: an echo in a room
    that rings, or below noise, is taken for speech.
    Lower surely_alike: a mistake is carried on. Higher: where several speak at once, their echoes
    are not known again by the way that each came a moment ago.
    Lower quieter_db: of two people who share a room the louder one may be dropped. Higher: an echo
    that the microphone's own gain has raised is taken for speech.
    Lower latest_ms: who is far away comes back too late to be known. Higher: more chances to be
    alike by chance.
    Lower remembered_ms: the same as with a higher surely_alike. Higher: a loudspeaker turned down
    since, or a network whose delay changed, is taken for what it was.
    Lower window_ms: short pieces are alike by chance. Higher: echoes of two people, one after the
    other, are not told from speech.

    Lower own_db: echoes are left where a room rings. Higher: quiet words over an echo are lost.
    Lower unsure_db: echo before and after somebody's own words is taken along. Higher: first and
    last sounds, which are softer than the word, are lost in an echo.
    Lower shortest_ms: scraps of echo are left. Higher: a short "joo" over an echo is lost.
    """

    alike: float = 0.55
    surely_alike: float = 0.7
    quieter_db: float = 3.0
    latest_ms: int = 1_000
    remembered_ms: int = 20_000
    window_ms: int = 1_500
    own_db: float = 5.0
    unsure_db: float = 1.5
    shortest_ms: int = 120

    def parameters(self) -> dict[str, Any]:
        return asdict(self)


class Way(NamedTuple):
    """From somebody's voice into a microphone."""

    source: int
    delay: int
    """Frames."""
    gain: NDArray[np.float32]
    """dB in each band."""
    likeness: float


class Stretch(NamedTuple):
    """Of what the detector took for speech."""

    span: Span
    first: int
    last: int
    """Frames; none where the span lies behind the end."""


EARLIEST = 2
"""Frames by which a copy may come before its original: two clocks agree to ±40 ms."""
AROUND = 100
"""Frames on each side of a stretch that tell how loud the room itself is."""
STILL = 0.1
"""Share of a copy's movement. What moves less has nothing to explain it with. Lower: rounding in a
voice that stands still looks like a voice. Higher: faint echoes over much noise are not known."""
HEARD_OF = 2
"""So many people must have come out of a loudspeaker before it is thought to give back everybody.
Lower: a neighbour in the same room is taken for a loudspeaker. Higher: in small groups, who says
only short words is never known."""


def ways(
    loudness: Loudness, stretches: Sequence[Stretch], others: Sequence[Loudness], rules: EchoRules
) -> list[list[Way]]:
    """For each stretch the ways by which others' voices may have come into it; none: none did.

    Those seen in it, or surely seen shortly before or after it; and whoever was not seen comes as
    the others do once `HEARD_OF` of them did: a loudspeaker plays them all.
    """
    seen = [list(_seen(loudness, each, others, rules)) for each in stretches]
    found = []
    for place in range(len(stretches)):
        known = seen[place] + list(_remembered(place, stretches, seen, rules))
        found.append(known + list(_as_the_others(known, len(others), rules)))
    return found


def decibels(loudness: Loudness, start: int, end: int) -> Decibels:
    """Silence before the first frame and after the last."""
    found: Decibels = loudness[max(start, 0) : max(end, 0)].astype(np.float32)
    found /= np.float32(STEPS_PER_DB)
    missing = (end - start) - len(found)
    if not missing:
        return found
    before = min(max(-start, 0), end - start)
    return np.pad(found, ((before, missing - before), (0, 0)))


def room(loudness: Loudness, first: int, last: int) -> NDArray[np.float32]:
    """The noise of the room in each band: what is there most of the time when little is. (Browsers
    send nothing in a pause: that tells nothing of the room.)"""
    around = decibels(loudness, first - AROUND, last + AROUND)
    sent = around[around.any(axis=1)]
    return np.percentile(sent if len(sent) else around, 20, axis=0).astype(np.float32)


def _seen(
    loudness: Loudness, stretch: Stretch, others: Sequence[Loudness], rules: EchoRules
) -> Iterator[Way]:
    """The ways by which others' voices came in here, as far as they can be told."""
    _, first, last = stretch
    latest = rules.latest_ms // FRAME_MS
    for start, end in _windows(first, last, rules.window_ms // FRAME_MS) if first < last else ():
        heard = decibels(loudness, start, end)
        loudest = float(heard.mean(axis=1).max())
        noise = room(loudness, start, end)
        for source, other in enumerate(others):
            before = decibels(other, start - latest, end + EARLIEST)
            if before.mean(axis=1).max() < loudest + rules.quieter_db:
                continue
            likeness, delay = _likeness(*_above(noise, heard, before), latest)
            if likeness < rules.alike:
                continue
            gain = _gain(heard, decibels(other, start - delay, end - delay))
            if gain.mean() <= -rules.quieter_db:
                yield Way(source, delay, gain, likeness)


def _windows(first: int, last: int, length: int) -> Iterator[tuple[int, int]]:
    """Stretches of at least `length` frames that cover the span; a short one is looked at with what
    lies around it."""
    count = max(round((last - first) / length), 1)
    step = (last - first) / count
    for number in range(count):
        start, end = first + round(number * step), first + round((number + 1) * step)
        wider = max(length - (end - start), 0)
        yield start - wider // 2, end + wider - wider // 2


def _above(
    noise: NDArray[np.float32], heard: Decibels, before: Decibels
) -> tuple[Decibels, Decibels]:
    """Both without what noise would hide: as far below its loudest as the room lies below the
    copy's, an original cannot be heard in the copy."""
    reach = np.maximum(heard.max(axis=0) - noise, 0)
    return np.maximum(heard, noise), np.maximum(before, before.max(axis=0) - reach)


def _likeness(heard: Decibels, before: Decibels, latest: int) -> tuple[float, int]:
    """The highest correlation over all delays, each band about its own mean, and that delay."""
    count = len(heard)
    shifted = sliding_window_view(before, count, axis=0)  # (delays, bands, frames)
    centred = heard - heard.mean(axis=0)
    moved = max(float(np.square(centred).sum()), 1e-3)
    together = np.einsum("dbf,fb->d", shifted, centred)
    sums = np.cumsum(np.pad(before, ((1, 0), (0, 0))), axis=0, dtype=np.float64)
    squares = np.cumsum(np.pad(np.square(before), ((1, 0), (0, 0))), axis=0, dtype=np.float64)
    total, square = sums[count:] - sums[:-count], squares[count:] - squares[:-count]
    spread = (square - np.square(total) / count).sum(axis=1)
    likeness = together / np.sqrt(np.maximum(spread, STILL * moved) * moved)
    best = int(np.argmax(likeness))
    return float(likeness[best]), latest - best


def _gain(heard: Decibels, original: Decibels) -> NDArray[np.float32]:
    """How much quieter each band came back, by the louder half of the original."""
    level = original.mean(axis=1)
    loud = level >= np.median(level)
    gain: NDArray[np.float32] = np.median(heard[loud] - original[loud], axis=0)
    return gain


def _remembered(
    place: int, stretches: Sequence[Stretch], seen: Sequence[Sequence[Way]], rules: EchoRules
) -> Iterator[Way]:
    """The ways by which echoes surely came in shortly before and after this stretch."""
    here = stretches[place].span
    for step in (-1, 1):
        other = place + step
        while 0 <= other < len(stretches):
            near = stretches[other].span
            if max(here.start_ms - near.end_ms, near.start_ms - here.end_ms) > rules.remembered_ms:
                break
            yield from (way for way in seen[other] if way.likeness >= rules.surely_alike)
            other += step


def _as_the_others(known: Sequence[Way], people: int, rules: EchoRules) -> Iterator[Way]:
    """Who says only short words is never alike for long enough to be known by them."""
    sure = [way for way in known if way.likeness >= rules.surely_alike]
    if len({way.source for way in sure}) < HEARD_OF:
        return
    gain = np.median([way.gain for way in sure], axis=0)
    delay = int(np.median([way.delay for way in sure])) - EARLIEST
    for source in set(range(people)) - {way.source for way in known}:
        yield Way(source, delay, gain, rules.surely_alike)
