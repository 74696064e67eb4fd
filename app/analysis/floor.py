"""Whose the floor is: who takes it from whom, with what offset, and who interrupts. Pure.

The recording holds what the media node received, not what one person heard: over the network a
listener hears the end of a turn later than it was said, so that gaps come out longer and overlaps
shorter than between people in one room (Boland et al. 2022 measured 487 ms against 135 ms for the
same pairs). Compare meetings with meetings, not milliseconds with the literature.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.analysis.table import Flags, Ints, Rows, Talk

DUAL_START_MS = 300
"""Two turns that begin within so long began at once. Lower: one who could not have heard the other
yet counts as interrupting. Higher: a quick interruption counts as an accident."""
SLIGHT_OVERLAP_MS = 500
"""Overlap up to here is an ordinary change of turn: about 40 % of them overlap a little (Heldner &
Edlund 2010). Lower: anticipating the end counts as interrupting. Higher: a real one is missed."""


class Holding(NamedTuple):
    """Each turn beside the one that holds the floor as it begins: of all turns before it the one
    that goes on for longest. Shape (meetings, turns)."""

    holder: Ints
    """Whose that is; −1 of the first turn."""
    offset_ms: Ints
    """Start of this minus end of that (Levinson & Torreira 2015); negative where they overlap."""
    takes: Flags
    """It goes on for longer than that, and holds the floor then."""
    changes: Flags
    """It takes the floor from another."""
    dual: Flags
    """It began together with that, which is another's."""
    tried: Flags
    """It interrupts that; see `Interruptions`."""
    succeeded: Flags


@dataclass(frozen=True)
class Handovers:
    """The turns that took the floor, and the changes of speaker between them."""

    speaker: Ints
    """Whose turn took the floor, in order. A turn inside another's does not take it."""
    before: Ints
    after: Ints
    """At each change of speaker: whose turn ended, and whose began."""
    offset_ms: Ints
    """Floor-transfer offset at each change."""
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
    together: Ints
    """Turns that began together with another's: rows the later. They are nobody's interruption, and
    counting them as such makes the talk look untidier than it is (Lunsford et al. 2016)."""

    @property
    def dual_starts(self) -> Ints:
        """Of each person, either way."""
        found: Ints = self.together.sum(axis=0) + self.together.sum(axis=1)
        return found


def holding(
    floor: Rows, dual_start_ms: int = DUAL_START_MS, slight_overlap_ms: int = SLIGHT_OVERLAP_MS
) -> Holding:
    """Of turns that are no back-channels."""
    who, start, end = floor.speaker, floor.start_ms, floor.end_ms
    until = _before(np.maximum.accumulate(end, axis=1), -1)
    takes = end > until
    place = np.where(takes, np.arange(who.shape[1]), 0)
    last = _before(np.maximum.accumulate(place, axis=1), 0)
    holder = np.take_along_axis(who, last, axis=1)
    since = np.take_along_axis(start, last, axis=1)
    holder[:, :1] = -1
    other = (holder != who) & (holder >= 0)
    inside = other & (start < until)
    dual = inside & (start - since <= dual_start_ms)
    tried = inside & ~dual & (np.minimum(end, until) - start > slight_overlap_ms)
    return Holding(holder, start - until, takes, takes & other, dual, tried, tried & takes)


def _before(found: Ints, first: int) -> Ints:
    """What stood there one turn earlier."""
    earlier = np.roll(found, 1, axis=1)
    earlier[:, :1] = first
    return earlier


def handovers(table: Talk) -> Handovers:
    floor = table.rows().floor()
    held = holding(floor)
    change = held.changes[0]
    starts, offsets = floor.start_ms[0][change], held.offset_ms[0][change]
    return Handovers(
        speaker=floor.speaker[0][held.takes[0]],
        before=held.holder[0][change],
        after=floor.speaker[0][change],
        offset_ms=offsets,
        is_timed=~table.across_unrecorded(starts - offsets, starts),
    )


def interruptions(
    table: Talk, dual_start_ms: int = DUAL_START_MS, slight_overlap_ms: int = SLIGHT_OVERLAP_MS
) -> Interruptions:
    """Of each turn that begins in another's: against the one that holds the floor then."""
    floor, size = table.rows().floor(), table.size
    held = holding(floor, dual_start_ms, slight_overlap_ms)
    pairs = floor.speaker * size + held.holder

    def counted(chosen: Flags) -> Ints:
        counts: Ints = np.bincount(pairs[chosen], minlength=size * size)
        return counts.reshape(size, size)

    return Interruptions(counted(held.tried), counted(held.succeeded), counted(held.dual))
