"""How much time each code holds, through a meeting or from meeting to meeting of a series: with
everybody's turns, and without those of whoever led that day. Pure.

The parts are the same on both sides; shares without the facilitator are of what the others said
that was coded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.analysis.table import Floats, Ints
from app.content import counts
from app.content.table import Coded

WINDOW_MS = 300_000
"""Parts of a meeting. Lower: single long turns jump. Higher: a round vanishes."""


class Part(NamedTuple):
    """Of one meeting, or all meetings at one place of their series."""

    ordinal: int
    start_ms: int | None = None
    end_ms: int | None = None
    """None of whole meetings."""


@dataclass(frozen=True)
class River:
    parts: Sequence[Part]
    ms: Ints
    """Parts × codes. A turn with several codes counts whole for each."""
    of_ms: Ints
    """Of each part all that was coded."""

    @property
    def share_of_time(self) -> Floats:
        return counts.shares(self.ms, self.of_ms)

    @property
    def widths(self) -> Ints | Floats:
        """Time in one meeting; in a series shares, for its meetings are not of one length."""
        whole = any(part.end_ms is None for part in self.parts)
        return np.nan_to_num(self.share_of_time) if whole else self.ms


def both(coded: Coded) -> tuple[River, River]:
    """With the facilitator and without."""
    if len(coded.meetings) == 1:
        return _of_meeting(coded), _of_meeting(coded.only(~coded.is_facilitator))
    return _of_series(coded)


def _of_meeting(coded: Coded) -> River:
    (sitting,) = coded.meetings
    windows = max(2, round(sitting.length_ms / WINDOW_MS))
    edges = np.linspace(0, sitting.length_ms, windows + 1).round().astype(np.int64)
    ends = zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    parts = [Part(sitting.ordinal, *each) for each in ends]
    return River(parts, *counts.over_time(coded, edges))


def _of_series(coded: Coded) -> tuple[River, River]:
    """Of each place in the series the others' turns are counted apart from the facilitators'."""
    ordinals = np.unique(coded.ordinal[coded.is_coded])
    place, size = np.searchsorted(ordinals, coded.ordinal), len(ordinals)
    found = counts.tally(coded, 2 * place + coded.is_facilitator, 2 * size)
    ms, of_ms = found.ms.reshape(size, 2, coded.codes), found.of_ms.reshape(size, 2)
    parts = [Part(ordinal) for ordinal in ordinals.tolist()]
    return River(parts, ms.sum(axis=1), of_ms.sum(axis=1)), River(parts, ms[:, 0], of_ms[:, 0])
