"""Other people's voices in somebody's open microphone: found, and taken out of their speech.

Who sits by a loudspeaker sends everybody's voices back: quieter, later, coloured by the room, and
good enough for a speech detector. Such a copy rises and falls, band by band, as the voice in its
speaker's own track did a moment ago; one's own speech does not. So a stretch is compared with
everybody's loudness at every delay that can be (the cross-correlation between channels of Pfau,
Ellis & Stolcke 2001, "Multispeaker speech activity detection for the ICSI meeting recorder", ASRU;
Wrigley, Brown, Wan & Renals 2005, "Speech and crosstalk detection in multichannel audio", IEEE
Transactions on Speech and Audio Processing 13(1):84-91, who found it the best single feature).
Where the two are alike and the copy is the quieter one, the way of the echo is known: delay, and
attenuation in each band. What is no louder than the echo then has to be is echo; what is louder is
somebody speaking, over the echo or alone, and stays: overlaps and back-channels are kept.

Pure: the same loudness gives the same speech.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from media.audio.levels import BANDS, FRAME_MS, STEPS_PER_DB, Loudness
from media.audio.speech import Span

Decibels: TypeAlias = NDArray[np.float32]
"""(frames, bands), above the floor of `Loudness`."""


@dataclass(frozen=True)
class EchoRules:
    """Lower alike: two who happen to speak in step are taken for one (by chance 0.4 was the most in
    scripted conversations; echoes lay around 0.75). Higher: an echo in a room that rings, or below
    noise, is taken for speech.

    Lower surely_alike: a mistake is carried on. Higher: where several speak at once, their echoes
    are not known again by the way that each came a moment ago.

    Lower quieter_db: of two people who share a room the louder one may be dropped. Higher: an echo
    that the microphone's own gain has raised is taken for speech.
    Lower louder_db: echoes are left where a room rings. Higher: quiet words over an echo are lost.
    Lower latest_ms: who is far away comes back too late to be known. Higher: more chances to be
    alike by chance.
    Lower remembered_ms: the same as with a higher surely_alike. Higher: a loudspeaker turned down
    since, or a network whose delay changed, is taken for what it was.
    Lower shortest_ms: scraps of echo are left. Higher: a short "joo" over an echo is lost.
    Lower window_ms: short pieces are alike by chance. Higher: echoes of two people, one after the
    other, are not told from speech.
    """

    alike: float = 0.55
    surely_alike: float = 0.7
    quieter_db: float = 3.0
    louder_db: float = 6.0
    latest_ms: int = 1_000
    remembered_ms: int = 20_000
    shortest_ms: int = 120
    window_ms: int = 1_500

    def parameters(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class _Echo:
    """A way from somebody's voice into a microphone."""

    source: int
    delay: int
    """Frames."""
    gain: NDArray[np.float32]
    """dB in each band."""
    likeness: float


EARLIEST = 2
"""Frames by which a copy may come before its original: two clocks agree to ±40 ms."""
LOUD_BANDS = 3
"""So many of eight must be louder than the echo. Lower: a ringing window is speech. Higher: a vowel
of few harmonics is not."""
DECAY_DB = 2.0
"""By which a room's ring falls in a frame: 60 dB in 0.6 s, a living room. Lower: short answers
drown in the ring. Higher: the ends of echoes are left."""
RING = 20
"""Frames after which a ring is forgotten."""
SMOOTH = 5
"""Frames whose majority decides. Lower: scraps. Higher: ends move."""
JOINED = 8
"""Frames between two pieces of speech that are one, as in the detector. Lower: words fall apart.
Higher: echo between two words is taken along."""
UNTOUCHED = 0.85
"""Share of a stretch from which on all of it is the person's own. Lower: echo at its ends stays.
Higher: true ends are moved for single frames."""
AROUND = 100
"""Frames on each side of a stretch that tell how loud the room itself is."""


def without_echoes(
    loudness: Loudness,
    speech: Sequence[Span],
    others: Sequence[Loudness],
    rules: EchoRules | None = None,
) -> list[Span]:
    """The speech of one person without what other people's voices explain.

    `loudness` is of that person's track, `others` of everybody else's on the same clock; `speech`
    in ms, in order, apart. What comes back lies within it.
    """
    rules = rules or EchoRules()
    stretches = [_Stretch(span, *_frames(span, len(loudness))) for span in speech]
    found = [list(_echoes(loudness, each, others, rules)) for each in stretches]
    kept: list[Span] = []
    for place, each in enumerate(stretches):
        known = found[place] + list(_remembered(place, stretches, found, rules))
        kept += _kept(loudness, each, known, others, rules) if known else [each.span]
    return kept


class _Stretch(NamedTuple):
    span: Span
    first: int
    last: int
    """Frames; none where the span lies behind the end."""


def _frames(span: Span, count: int) -> tuple[int, int]:
    return span.start_ms // FRAME_MS, min(-(-span.end_ms // FRAME_MS), count)


def _remembered(
    place: int, stretches: Sequence[_Stretch], found: Sequence[Sequence[_Echo]], rules: EchoRules
) -> Iterator[_Echo]:
    """The ways by which echoes surely came in shortly before and after this stretch."""
    here = stretches[place].span
    for step in (-1, 1):
        other = place + step
        while 0 <= other < len(stretches):
            near = stretches[other].span
            if max(here.start_ms - near.end_ms, near.start_ms - here.end_ms) > rules.remembered_ms:
                break
            yield from (echo for echo in found[other] if echo.likeness >= rules.surely_alike)
            other += step


def _kept(
    loudness: Loudness,
    stretch: _Stretch,
    echoes: Sequence[_Echo],
    others: Sequence[Loudness],
    rules: EchoRules,
) -> list[Span]:
    span, first, last = stretch
    if first >= last:
        return [span]
    heard = _decibels(loudness, first, last)
    expected = _room(loudness, first, last)
    for echo in echoes:
        expected = np.maximum(expected, _rung(echo, first, last, others))
    louder = np.count_nonzero(heard > expected + rules.louder_db, axis=1) >= LOUD_BANDS
    own = _majority(louder)
    if own.mean() >= UNTOUCHED:
        return [span]
    return _pieces(own, span, first, rules.shortest_ms)


def _echoes(
    loudness: Loudness, stretch: _Stretch, others: Sequence[Loudness], rules: EchoRules
) -> Iterator[_Echo]:
    """The ways by which others' voices came in here, as far as they can be told."""
    _, first, last = stretch
    for start, end in _windows(first, last, rules.window_ms // FRAME_MS) if first < last else ():
        heard = _decibels(loudness, start, end)
        loudest = float(heard.mean(axis=1).max())
        for source, other in enumerate(others):
            latest = rules.latest_ms // FRAME_MS
            before = _decibels(other, start - latest, end + EARLIEST)
            if before.mean(axis=1).max() < loudest + rules.quieter_db:
                continue
            likeness, delay = _likeness(heard, before, latest)
            if likeness < rules.alike:
                continue
            original = _decibels(other, start - delay, end - delay)
            gain = _gain(heard, original)
            if gain.mean() <= -rules.quieter_db:
                yield _Echo(source, delay, gain, likeness)


def _windows(first: int, last: int, length: int) -> Iterator[tuple[int, int]]:
    """Stretches of at least `length` frames that cover the span; a short one is looked at with what
    lies around it."""
    count = max(round((last - first) / length), 1)
    step = (last - first) / count
    for number in range(count):
        start, end = first + round(number * step), first + round((number + 1) * step)
        wider = max(length - (end - start), 0)
        yield start - wider // 2, end + wider - wider // 2


def _likeness(heard: Decibels, before: Decibels, latest: int) -> tuple[float, int]:
    """The highest correlation over all delays, each band about its own mean, and that delay."""
    count = len(heard)
    shifted = sliding_window_view(before, count, axis=0)  # (delays, bands, frames)
    centred = heard - heard.mean(axis=0)
    together = np.einsum("dbf,fb->d", shifted, centred)
    sums = np.cumsum(np.pad(before, ((1, 0), (0, 0))), axis=0, dtype=np.float64)
    squares = np.cumsum(np.pad(np.square(before), ((1, 0), (0, 0))), axis=0, dtype=np.float64)
    total, square = sums[count:] - sums[:-count], squares[count:] - squares[:-count]
    spread = (square - np.square(total) / count).sum(axis=1) * float(np.square(centred).sum())
    likeness = together / np.sqrt(np.maximum(spread, 1e-6))
    best = int(np.argmax(likeness))
    return float(likeness[best]), latest - best


def _gain(heard: Decibels, original: Decibels) -> NDArray[np.float32]:
    """How much quieter each band came back, by the louder half of the original."""
    level = original.mean(axis=1)
    loud = level >= np.median(level)
    gain: NDArray[np.float32] = np.median(heard[loud] - original[loud], axis=0)
    return gain


def _rung(echo: _Echo, first: int, last: int, others: Sequence[Loudness]) -> Decibels:
    """How loud the echo is in each frame, with the ring of what came before."""
    came = _decibels(others[echo.source], first - echo.delay - RING, last - echo.delay)
    ring = sliding_window_view(came, RING + 1, axis=0)  # (frames, bands, ring)
    fall = np.arange(RING, -1, -1, dtype=np.float32) * DECAY_DB
    rung: Decibels = (ring - fall).max(axis=2) + echo.gain
    return rung


def _room(loudness: Loudness, first: int, last: int) -> Decibels:
    """The noise of the room: what is there most of the time when little is."""
    around = _decibels(loudness, first - AROUND, last + AROUND)
    noise = np.percentile(around, 20, axis=0).astype(np.float32)
    return np.broadcast_to(noise, (last - first, BANDS))


def _majority(each: NDArray[np.bool_]) -> NDArray[np.bool_]:
    padded = np.pad(each.astype(np.int64), SMOOTH // 2, mode="edge")
    votes: NDArray[np.int64] = sliding_window_view(padded, SMOOTH).sum(axis=1)
    return votes > SMOOTH // 2


def _pieces(own: NDArray[np.bool_], span: Span, first: int, shortest_ms: int) -> list[Span]:
    edges = np.flatnonzero(np.diff(np.pad(own.astype(np.int8), 1)))
    joined: list[list[int]] = []
    for begin, end in edges.reshape(-1, 2).tolist():
        if joined and begin - joined[-1][1] <= JOINED:
            joined[-1][1] = end
        else:
            joined.append([begin, end])
    pieces = []
    for begin, end in joined:
        start_ms = max((first + begin) * FRAME_MS, span.start_ms)
        end_ms = min((first + end) * FRAME_MS, span.end_ms)
        if end_ms - start_ms >= shortest_ms:
            pieces.append(Span(start_ms, end_ms))
    return pieces


def _decibels(loudness: Loudness, start: int, end: int) -> Decibels:
    """Silence before the first frame and after the last."""
    found: Decibels = loudness[max(start, 0) : max(end, 0)].astype(np.float32)
    found /= np.float32(STEPS_PER_DB)
    missing = (end - start) - len(found)
    if not missing:
        return found
    before = min(max(-start, 0), end - start)
    return np.pad(found, ((before, missing - before), (0, 0)))
