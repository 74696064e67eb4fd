"""Silence and overlap: their shares of the time, and what lies between the speech of one and of
the next, by type. Pure.

*Without the facilitator* is no meeting from which they are thought away: then all their turns would
be the others' silence. Shares are those of the time in which no facilitator has a turn: in how much
of it nobody of the others speaks, one, or several; the facilitator's back-channels are left out.
Of passages and silences only those count at whose two sides, and in which, no facilitator speaks.

Time of which nothing was recorded is neither silence nor speech, and what lies across it has no
length that anybody knows.
"""

from enum import StrEnum
from typing import NamedTuple

import numpy as np

from app.analysis.table import Flags, Floats, Ints, Rows, Talk


class Kind(StrEnum):
    """Heldner & Edlund 2010 (Journal of Phonetics 38:555), between two stretches of one voice."""

    GAP = "gap"
    """Nobody speaks, then another goes on. Of length 0 when one begins as the other ends."""
    PAUSE = "pause"
    """Nobody speaks, then the same one goes on. Of pauses shorter than the index bridges, none."""
    OVERLAP_BETWEEN = "overlap_between"
    """Several speak, and then another than before."""
    OVERLAP_WITHIN = "overlap_within"
    """Several speak, and then the same one as before."""
    MIXED = "mixed"
    """Silence and overlap touch: several began or stopped at the same moment."""


KINDS = tuple(Kind)


class Shares(NamedTuple):
    """Parts of the time in which nobody, exactly one, or several speak; together 1. NaN where there
    is no time. Shape (meetings,)."""

    silence: Floats
    single: Floats
    overlap: Floats


class Speech(NamedTuple):
    everyone: Shares
    """Of the recorded time; back-channels are speech."""
    others: Shares
    longest_ms: Ints
    """The longest silence between speech that was recorded whole; 0 if there is none."""
    longest_others_ms: Ints


class Passages(NamedTuple):
    """What lies between two stretches in which exactly one person speaks, in order. What comes
    before the first and after the last is silence of nobody's. Shape (passages,)."""

    meeting: Ints
    """The row."""
    kind: Ints
    """A place in `KINDS`."""
    start_ms: Ints
    end_ms: Ints
    before: Ints
    after: Ints
    is_led: Flags
    """A facilitator speaks before it, in it or after it."""


class _Edges(NamedTuple):
    """Where somebody begins or stops, in order. Shape (meetings, edges)."""

    at_ms: Ints
    who: Ints
    step: Ints
    """1: begins; −1: stops."""
    is_backchannel: Flags


def _edges(turns: Rows, size: int) -> _Edges:
    """Sorted as numbers, the moment in the upper bits, which is many times as fast as sorting an
    order of them."""
    bits = size.bit_length() + 2
    code = turns.speaker << 2 | turns.is_backchannel << 1
    keys = np.concatenate([turns.end_ms << bits | code, turns.start_ms << bits | code | 1], axis=1)
    keys.sort(axis=1)
    code = keys & (1 << bits) - 1
    return _Edges(keys >> bits, code >> 2, (code & 1) * 2 - 1, (code & 2) > 0)


def _between(steps: Ints) -> Ints:
    """After each edge but the last: how many speak, of those whose steps these are."""
    found: Ints = np.cumsum(steps, axis=1)[:, :-1]
    return found


def speech(turns: Rows, table: Talk) -> Speech:
    """`table`: the meeting that the turns are of, or that chance made them from."""
    edges, led = _edges(turns, table.size), table.facilitators
    lengths = np.diff(table.recorded_before(edges.at_ms), axis=1)
    by_led = led[edges.who]
    voices, others = _between(edges.step), _between(edges.step * ~by_led)
    led_turns = _between(edges.step * (by_led & ~edges.is_backchannel))
    whole = np.full(len(lengths), table.recorded_ms)
    free = np.where(led_turns > 0, 0, lengths)
    silent = np.where((voices == 0) & (lengths == np.diff(edges.at_ms, axis=1)), lengths, 0)
    apart = np.where(by_led[:, :-1] | by_led[:, 1:], 0, silent)
    return Speech(
        _shares(lengths, voices, whole),
        _shares(free, others, whole - (lengths - free).sum(axis=1)),
        silent.max(axis=1, initial=0),
        apart.max(axis=1, initial=0),
    )


def _shares(lengths: Ints, voices: Ints, whole: Ints) -> Shares:
    single = np.where(voices == 1, lengths, 0).sum(axis=1)
    overlap = np.where(voices > 1, lengths, 0).sum(axis=1)
    parts = np.full((3, len(whole)), np.nan)
    np.divide([whole - single - overlap, single, overlap], whole, out=parts, where=whole > 0)
    return Shares(*parts)


def passages(floor: Rows, table: Talk) -> Passages:
    """Every passage that was recorded whole, between turns that are no back-channels."""
    edges = _edges(floor, table.size)
    real = np.diff(edges.at_ms, axis=1) > 0
    meeting = np.nonzero(real)[0]
    begin, end = edges.at_ms[:, :-1][real], edges.at_ms[:, 1:][real]
    voices = _between(edges.step)[real]
    speaker = _between(edges.step * edges.who)[real]
    led = _between(edges.step * table.facilitators[edges.who])[real] > 0
    solo = np.flatnonzero(voices == 1)
    one, two = solo[:-1], solo[1:]
    silent, several, are_led = (_any(each, one, two) for each in (voices == 0, voices > 1, led))
    same = speaker[one] == speaker[two]
    kept = (meeting[one] == meeting[two]) & (~same | silent | several)
    kept &= ~table.across_unrecorded(end[one], begin[two])
    silence = np.where(same, KINDS.index(Kind.PAUSE), KINDS.index(Kind.GAP))
    within, between = KINDS.index(Kind.OVERLAP_WITHIN), KINDS.index(Kind.OVERLAP_BETWEEN)
    kind = np.where(several, np.where(same, within, between), silence)
    kind[silent & several] = KINDS.index(Kind.MIXED)
    one, two, is_led = one[kept], two[kept], (are_led | led[one] | led[two])[kept]
    sides = end[one], begin[two], speaker[one], speaker[two]
    return Passages(meeting[one], kind[kept], *sides, is_led)


def _any(flags: Flags, one: Ints, two: Ints) -> Flags:
    """Whether some stretch between these two has it."""
    counts = np.cumsum(flags)
    found: Flags = counts[two] - flags[two] > counts[one]
    return found
