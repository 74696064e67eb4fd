"""How the floor moved: silence and overlap by type, offsets, interruptions. Pure.

The recording holds what the media node received, not what one person heard: over the network a
listener hears the end of a turn later than it was said, so that gaps come out longer and overlaps
shorter than between people in one room (Boland et al. 2022 measured 487 ms against 135 ms for the
same pairs). Compare meetings with meetings, not milliseconds with the literature.

Time of which nothing was recorded is neither silence nor speech, and what lies across it has no
length that anybody knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from app.analysis.table import Flags, Ints, Talk

DUAL_START_MS = 300
"""Two turns that begin within so long began at once. Lower: one who could not have heard the other
yet counts as interrupting. Higher: a quick interruption counts as an accident."""
SLIGHT_OVERLAP_MS = 500
"""Overlap up to here is an ordinary change of turn: about 40 % of them overlap a little (Heldner &
Edlund 2010). Lower: anticipating the end counts as interrupting. Higher: a real one is missed."""


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


class Passage(NamedTuple):
    """What lies between two stretches in which exactly one person speaks."""

    kind: Kind
    start_ms: int
    end_ms: int
    before: int
    after: int

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


@dataclass(frozen=True)
class Shares:
    """Parts of the meeting in which nobody, exactly one, or several spoke; together 1."""

    silence: float
    single: float
    overlap: float


@dataclass(frozen=True)
class Handovers:
    """The turns that took the floor, and the changes of speaker between them."""

    speaker: Ints
    """Whose turn took the floor, in order. A turn inside another's does not take it."""
    before: Ints
    after: Ints
    """At each change of speaker: whose turn ended, and whose began."""
    offset_ms: Ints
    """Floor-transfer offset at each change: start of the next minus end of the last (Levinson &
    Torreira 2015); negative where they overlap."""
    is_timed: Flags
    """Whether all of that time was recorded; else the offset says nothing."""


@dataclass(frozen=True)
class Interruptions:
    """Who began to speak in whose turn. Rows: who did; columns: to whom."""

    tried: Ints
    """A turn (no back-channel) that begins in another's, after its beginning by more than
    `DUAL_START_MS`, and overlaps it by more than `SLIGHT_OVERLAP_MS`."""
    succeeded: Ints
    """Of those, the ones where the other stops first (Jayagopi et al. 2009)."""
    dual_starts: Ints
    """Per person: turns that began together with another's. They are nobody's interruption, and
    counting them as such makes the talk look untidier than it is (Lunsford et al. 2016)."""


def speech_shares(table: Talk) -> Shares:
    """Of the recorded time; back-channels are speech."""
    turns, cut = len(table.speaker), len(table.unrecorded)
    lost = np.array(table.unrecorded, dtype=np.int64).reshape(cut, 2)
    times = np.concatenate([table.start_ms, table.end_ms, lost[:, 0], lost[:, 1]])
    times = np.concatenate([times, [0, table.length_ms]])
    steps = np.zeros((2, len(times)), dtype=np.int64)
    steps[0, : 2 * turns] = np.repeat([1, -1], turns)
    steps[1, 2 * turns : 2 * (turns + cut)] = np.repeat([1, -1], cut)
    order = np.argsort(times, kind="stable")
    voices, off = np.cumsum(steps[:, order], axis=1)[:, :-1]
    lengths = np.where(off, 0, np.diff(times[order]))
    whole = int(lengths.sum())
    if not whole:
        return Shares(1.0, 0.0, 0.0)
    silence, single = lengths[voices == 0].sum(), lengths[voices == 1].sum()
    return Shares(
        float(silence / whole),
        float(single / whole),
        float((whole - silence - single) / whole),
    )


def passages(table: Talk) -> list[Passage]:
    """Every passage between two solo stretches that was recorded whole, in order. What comes before
    the first and after the last is silence of nobody's."""
    found: list[Passage] = []
    before, start = -1, 0  # the last solo speaker, and where their solo stretch ended
    silent = overlapped = False
    for begin, end, active in _stretches(table):
        if len(active) == 1:
            (who,) = active
            if before >= 0 and (who != before or silent or overlapped):
                kind = _kind(silent, overlapped, who == before)
                found.append(Passage(kind, start, begin, before, who))
            before, start, silent, overlapped = who, end, False, False
        elif active:
            overlapped = True
        else:
            silent = True
    edges = np.array([(each.start_ms, each.end_ms) for each in found], dtype=np.int64)
    across = table.across_unrecorded(*edges.reshape(-1, 2).T)
    return [each for each, cut in zip(found, across.tolist(), strict=True) if not cut]


def _kind(silent: bool, overlapped: bool, same: bool) -> Kind:
    if silent and overlapped:
        return Kind.MIXED
    if overlapped:
        return Kind.OVERLAP_WITHIN if same else Kind.OVERLAP_BETWEEN
    return Kind.PAUSE if same else Kind.GAP


def _stretches(table: Talk) -> Iterator[tuple[int, int, list[int]]]:
    """The time line cut wherever somebody begins or stops: start, end, who speaks."""
    count = len(table.speaker)
    times = np.concatenate([table.start_ms, table.end_ms])
    steps = np.repeat([1, -1], count)
    who = np.concatenate([table.speaker, table.speaker])
    order = np.argsort(times, kind="stable")
    voices: dict[int, int] = {}
    last = 0
    columns = (times[order].tolist(), steps[order].tolist(), who[order].tolist())
    for at, step, person in zip(*columns, strict=True):
        if at > last and (voices or last):
            yield last, at, list(voices)
        voices[person] = voices.get(person, 0) + step
        if not voices[person]:
            del voices[person]
        last = at


def handovers(table: Talk) -> Handovers:
    """A turn takes the floor if it goes on for longer than the turns before it."""
    floor = table.floor()
    took: list[int] = []
    held_until = -1
    for number, end in enumerate(floor.end_ms.tolist()):
        if end > held_until:
            took.append(number)
            held_until = end
    chain = floor.speaker[took]
    change = chain[1:] != chain[:-1]
    ends, starts = floor.end_ms[took][:-1][change], floor.start_ms[took][1:][change]
    timed = ~table.across_unrecorded(ends, starts)
    return Handovers(chain, chain[:-1][change], chain[1:][change], starts - ends, timed)


def interruptions(
    table: Talk, dual_start_ms: int = DUAL_START_MS, slight_overlap_ms: int = SLIGHT_OVERLAP_MS
) -> Interruptions:
    """Of each turn that begins in another's: against the one that holds the floor then."""
    floor = table.floor()
    tried = np.zeros((table.size, table.size), dtype=np.int64)
    succeeded, dual = tried.copy(), np.zeros(table.size, dtype=np.int64)
    holder, held_from, held_until = -1, 0, -1
    columns = (floor.speaker.tolist(), floor.start_ms.tolist(), floor.end_ms.tolist())
    for who, start, end in zip(*columns, strict=True):
        if start < held_until and who != holder:
            if start - held_from <= dual_start_ms:
                dual[[who, holder]] += 1
            elif min(end, held_until) - start > slight_overlap_ms:
                tried[who, holder] += 1
                succeeded[who, holder] += held_until < end
        if end > held_until:
            holder, held_from, held_until = who, start, end
    return Interruptions(tried, succeeded, dual)
