"""Other people's voices in somebody's open microphone, taken out of their speech.

By the ways on which echoes came in (`echo_ways`) it is known how loud, band by band and frame by
frame, they can be: the voice in its speaker's own track, later, quieter, and ringing on as rooms do
(Favrot, Faller & Kuech 2012, "Modeling late reverberation in acoustic echo suppression", IWAENC).
What is no louder than that, or than the room's noise, is nobody's speech here. What is louder is
somebody speaking, over the echo or alone, and stays: overlaps and back-channels are kept. (That
energy across channels tells them apart more reliably than likeness was found by Boakye & Stolcke
2006, "Improved speech activity detection using cross-channel features for recognition of multiparty
meetings", Interspeech.) Words begin and end more softly than they are: from where somebody surely
speaks it reaches as far as anything is left unexplained.

Pure: the same loudness gives the same speech.
"""

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from media.audio.echo_ways import Decibels, EchoRules, Stretch, Way, decibels, room, ways
from media.audio.levels import FRAME_MS, Loudness
from media.audio.speech import Span

MOST_DB = 15.0
"""So much at most counts what one band has above the echo. Lower: few harmonics are no voice.
Higher: a whistle is one."""
DECAY_DB = 2.0
"""By which a room's ring falls in a frame: 60 dB in 0.6 s, a living room. Lower: short answers
drown in the ring. Higher: the ends of echoes are left."""
RING = 20
"""Frames after which a ring is forgotten."""
SMOOTH = 5
"""Frames whose mean decides. Lower: scraps. Higher: ends move, single syllables are lost."""
JOINED = 8
"""Frames between two pieces of speech that are one, as in the detector. Lower: words fall apart.
Higher: echo between two words is taken along."""


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
    stretches = [Stretch(span, *_frames(span, len(loudness))) for span in speech]
    kept: list[Span] = []
    for stretch, known in zip(stretches, ways(loudness, stretches, others, rules), strict=True):
        kept += _kept(loudness, stretch, known, others, rules) if known else [stretch.span]
    return kept


def _frames(span: Span, count: int) -> tuple[int, int]:
    return span.start_ms // FRAME_MS, min(-(-span.end_ms // FRAME_MS), count)


def _kept(
    loudness: Loudness,
    stretch: Stretch,
    known: Sequence[Way],
    others: Sequence[Loudness],
    rules: EchoRules,
) -> list[Span]:
    span, first, last = stretch
    if first >= last:
        return [span]
    expected = np.broadcast_to(room(loudness, first, last), (last - first, loudness.shape[1]))
    for way in known:
        expected = np.maximum(expected, _rung(way, first, last, others))
    above = np.clip(decibels(loudness, first, last) - expected, 0, MOST_DB).mean(axis=1)
    own = _reaching(_smooth(above), rules.own_db, rules.unsure_db)
    return _pieces(own, span, first, rules.shortest_ms)


def _rung(way: Way, first: int, last: int, others: Sequence[Loudness]) -> Decibels:
    """How loud the echo is in each frame, with the ring of what came before."""
    came = decibels(others[way.source], first - way.delay - RING, last - way.delay)
    ring = sliding_window_view(came, RING + 1, axis=0)  # (frames, bands, ring)
    fall = np.arange(RING, -1, -1, dtype=np.float32) * DECAY_DB
    rung: Decibels = (ring - fall).max(axis=2) + way.gain
    return rung


def _smooth(each: NDArray[np.float32]) -> NDArray[np.float32]:
    padded = np.pad(each, SMOOTH // 2, mode="edge")
    means: NDArray[np.float32] = sliding_window_view(padded, SMOOTH).mean(axis=1)
    return means


def _reaching(above: NDArray[np.float32], sure: float, unsure: float) -> NDArray[np.bool_]:
    """Where it is at least `unsure`, without a break from where it is `sure`."""
    own = np.zeros(len(above), bool)
    for begin, end in _runs(above >= unsure):
        own[begin:end] = above[begin:end].max() >= sure
    return own


def _runs(each: NDArray[np.bool_]) -> list[list[int]]:
    """[begin, end] of where it holds."""
    edges = np.flatnonzero(np.diff(np.pad(each.astype(np.int8), 1)))
    runs: list[list[int]] = edges.reshape(-1, 2).tolist()
    return runs


def _pieces(own: NDArray[np.bool_], span: Span, first: int, shortest_ms: int) -> list[Span]:
    joined: list[list[int]] = []
    for begin, end in _runs(own):
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
