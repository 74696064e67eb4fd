"""When people speak, beside one another: the figures of one meeting, or of each of many that chance
made of it, by the same functions. Pure."""

from collections.abc import Mapping

import numpy as np

from app.analysis.floor import Holding, holding
from app.analysis.silence import KINDS, Passages, Shares, passages, speech
from app.analysis.table import Flags, Floats, Ints, Rows, Talk

Figures = Mapping[str, Ints | Floats]
"""By their name, a value for each meeting; NaN where it has none."""


def figures(turns: Rows, table: Talk) -> tuple[Figures, Figures]:
    """With everybody, and without the facilitator: what lies or leads straight from one of the
    others to another. `table`: the meeting that the turns are of, or were made from."""
    floor = turns.floor()
    held, between, spoken = holding(floor), passages(floor, table), speech(turns, table)
    led = table.facilitators
    apart = ~led[floor.speaker] & ~led[held.holder]
    anybody = np.ones(apart.shape, dtype=np.bool_)
    return (
        _of_shares(spoken.everyone, spoken.longest_ms)
        | _of_floor(floor, held, anybody, table)
        | _of_passages(between, np.ones(len(between.kind), dtype=np.bool_), len(anybody)),
        _of_shares(spoken.others, spoken.longest_others_ms)
        | _of_floor(floor, held, apart, table)
        | _of_passages(between, ~between.is_led, len(anybody)),
    )


def _of_shares(shares: Shares, longest_ms: Ints) -> dict[str, Ints | Floats]:
    return shares._asdict() | {"longest_silence_ms": longest_ms}


def _of_floor(floor: Rows, held: Holding, chosen: Flags, table: Talk) -> dict[str, Ints | Floats]:
    changes = held.changes & chosen
    timed = changes & ~table.across_unrecorded(floor.start_ms - held.offset_ms, floor.start_ms)
    meeting, rows = np.nonzero(timed)[0], len(changes)
    overlapping = np.full(rows, np.nan)
    each = timed.sum(axis=1)
    np.divide((timed & (held.offset_ms < 0)).sum(axis=1), each, out=overlapping, where=each > 0)
    counts = {
        "changes": changes,
        "interruptions": held.tried & chosen,
        "succeeded": held.succeeded & chosen,
        "dual_starts": held.dual & chosen,
    }
    return {
        **{name: flags.sum(axis=1) for name, flags in counts.items()},
        "offset_median_ms": medians(meeting, held.offset_ms[timed], rows),
        "overlapping": overlapping,
    }


def _of_passages(found: Passages, chosen: Flags, rows: int) -> dict[str, Ints | Floats]:
    cell = (found.meeting * len(KINDS) + found.kind)[chosen]
    lengths = (found.end_ms - found.start_ms)[chosen]
    counts = np.bincount(cell, minlength=rows * len(KINDS)).reshape(rows, -1)
    middles = medians(cell, lengths, rows * len(KINDS)).reshape(rows, -1)
    named: dict[str, Ints | Floats] = {}
    for place, kind in enumerate(KINDS):
        named |= {count_of(kind): counts[:, place], median_of(kind): middles[:, place]}
    return named


def count_of(kind: str) -> str:
    """The name of the figure that counts these passages."""
    return f"{kind}_count"


def median_of(kind: str) -> str:
    return f"{kind}_median_ms"


def medians(group: Ints, values: Ints, groups: int) -> Floats:
    """Of the values of each group, whose numbers count from 0; NaN of one that has none."""
    found = np.full(groups, np.nan)
    if not len(values):
        return found
    low = values.min()
    bits = int(values.max() - low).bit_length()
    keys = np.sort(group << bits | (values - low))
    counts = np.bincount(group, minlength=groups)
    first = np.cumsum(counts) - counts
    there = counts > 0
    halves = [(keys[(first + (counts - odd) // 2)[there]] & (1 << bits) - 1) for odd in (0, 1)]
    found[there] = (halves[0] + halves[1]) / 2 + low
    return found
