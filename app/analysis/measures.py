"""Everything that is measured of one meeting, in one value: with the facilitator and without. Pure.

A facilitator who gives the turns makes any group look uneven and any order look like a wheel, so
that nothing is told with them alone. *Without* means: balance over the others; changes of speaker
straight from one of the others to another, and never across a turn of the facilitator, which would
make neighbours of turns that were none; silence and overlap as `silence` says.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.analysis import comparable, floor, null, participation, sequence, shifted, silence, timing
from app.analysis.floor import Handovers, Interruptions
from app.analysis.null import Cells, Chance, Chances
from app.analysis.participation import Balance, Participation
from app.analysis.silence import KINDS, Kind, Passages
from app.analysis.table import Flags, Floats, Ints, Talk
from app.kit.intervals import Interval

WINDOW_MS = 600_000
"""Parts of the meeting whose balance is shown. Lower: a single long turn fills a part. Higher: a
round and the talk after it are one part."""
MOST_WINDOWS = 24


@dataclass(frozen=True)
class Spread:
    """Of lengths or offsets, ms. None where there are none."""

    count: int
    median_ms: float | None
    quartiles_ms: tuple[float, float] | None


@dataclass(frozen=True)
class Order:
    """Who follows whom. Matrices: rows the earlier speaker, columns the next, everybody in the
    order of the roster; zeros where somebody is left out."""

    followings: Ints
    row_shares: Floats
    expected: Floats
    cells: Cells | None
    """Of the changes, beside chance; None where orders were left out."""
    shifts: Mapping[str, int]
    reciprocity: float
    returns: float


@dataclass(frozen=True)
class Side:
    """The meeting with everybody, or with everybody but the facilitator."""

    people: int
    turns: int
    talk_ms: int
    backchannels: int
    balance: Balance
    timing: Mapping[str, float | int]
    """When people speak beside one another, by the name of the figure; see `timing`."""
    comparable: Mapping[str, float]
    """Between groups and meetings of any size and length, by the name of the figure."""
    passages: Mapping[Kind, Spread]
    interrupted: Cells | None
    """Who tries to interrupt whom, beside chance; None where orders were left out."""
    order: Order
    over_time: tuple[tuple[Interval, Balance, Chance], ...]
    """Of each part of the meeting; the chance is that of the rescaled Gini. None without draws."""
    chance: Chances
    """See `null`."""
    drawn: Mapping[str, Floats]
    """What `chance` sums up: the figure in each draw."""


@dataclass(frozen=True)
class Measures:
    everyone: Side
    others: Side
    """Without the facilitator."""
    parts: tuple[Participation, ...]
    interruptions: Interruptions
    star: float
    star_to_chance: float
    """Over what it would be if the next were any other."""
    star_chance: Chances
    """Of `star` and of `star_to_chance`."""
    star_drawn: Mapping[str, Floats]


@dataclass(frozen=True)
class _Timed:
    """One side's part of what `Side` says of timing."""

    figures: Mapping[str, float | int]
    overlap: float
    """What it would be if nobody heeded anybody; see `shifted.independent`."""
    passages: Mapping[Kind, Spread]
    moved: timing.Figures
    """The same figures of each meeting by chance; none where these are left out."""


def measure(table: Talk, *, drawn: int = null.DRAWN, orders: bool = True) -> Measures:
    """`orders`: with the null hypotheses about order and timing too, which cost most. `drawn`: 0
    leaves out all of them, and the parts of the meeting."""
    handed, broken = floor.handovers(table), floor.interruptions(table)
    order = sequence.without_repeats(handed.speaker)
    shuffled = null.reordered(order, drawn, table.number) if orders else None
    star = sequence.star(sequence.followings(handed.speaker, table.size), table.facilitators)
    scale = comparable.star_by_chance(table) or float("nan")
    stars = null.stars(table, len(order), drawn if orders else 0)
    wheel = {"star": stars, "star_to_chance": stars / scale}
    nobody = np.zeros(table.size, dtype=np.bool_)
    everyone, others = (
        _side(table, left_out, handed, broken, timed, shuffled, drawn)
        for left_out, timed in zip(
            (nobody, table.facilitators), _timed(table, drawn if orders else 0), strict=True
        )
    )
    return Measures(
        everyone=everyone,
        others=others,
        parts=tuple(participation.participation(table)),
        interruptions=broken,
        star=star,
        star_to_chance=star / scale,
        star_chance=null.compare_each({"star": star, "star_to_chance": star / scale}, wheel),
        star_drawn=wheel,
    )


def _timed(table: Talk, drawn: int) -> list[_Timed]:
    rows = table.rows()
    found = silence.passages(rows.floor(), table)
    moved: tuple[timing.Figures, timing.Figures] = ({}, {})
    if drawn:
        moved = shifted.figures(table, drawn)
    observed, by_chance = timing.figures(rows, table), shifted.independent(table)
    sides = (np.ones(len(found.kind), dtype=np.bool_), ~found.is_led)
    return [
        _Timed(
            {name: value[0].item() for name, value in figures.items()},
            chance,
            {kind: _lengths(found, side, place) for place, kind in enumerate(KINDS)},
            under,
        )
        for figures, chance, side, under in zip(observed, by_chance, sides, moved, strict=True)
    ]


def _side(
    whole: Talk,
    left_out: Flags,
    handed: Handovers,
    broken: Interruptions,
    timed: _Timed,
    shuffled: Ints | None,
    drawn: int,
) -> Side:
    """Balance is that of those who count here; order and timing are those of all."""
    kept, table = ~left_out, whole.without(left_out)
    matrices = interrupted = None
    if shuffled is not None:
        matrices = sequence.among(sequence.followings_of(shuffled, len(left_out)), left_out)
        tried = sequence.among(broken.tried, left_out)
        present = np.where(kept, whole.present_ms, 0)
        under = null.interrupted(tried, present, drawn, whole.number)
        interrupted = null.compare_cells(tried, under)
    order = _order(handed.speaker, left_out, matrices)
    even, people = participation.balance(table), int((table.present_ms > 0).sum())
    scales = comparable.scales(even.people, people, table.recorded_ms, timed.overlap)
    told = _told(even, timed.figures, order)
    by_chance = _drawn(table, left_out, timed.moved, shuffled, matrices, drawn)
    for name, (figure, times) in scales.items():
        told[name] = told[figure] * times
        if figure in by_chance:
            by_chance[name] = by_chance[figure] * times
    return Side(
        people=people,
        turns=len(table.floor().speaker),
        talk_ms=int(participation.talk_ms(table).sum()),
        backchannels=len(table.backchannels().speaker),
        balance=even,
        timing=timed.figures,
        comparable={name: told[name] for name in scales},
        passages=timed.passages,
        interrupted=interrupted,
        order=order,
        over_time=_over_time(table, drawn),
        chance=null.compare_each(told, by_chance),
        drawn=by_chance,
    )


def _told(even: Balance, timed: Mapping[str, float | int], order: Order) -> dict[str, float]:
    """What has a chance, by the name of the figure."""
    balance = {name: getattr(even, name) for name in participation.WEIGHED}
    shifts = {sequence.shift(code): count for code, count in order.shifts.items()}
    return {
        **balance,
        **timed,
        "reciprocity": order.reciprocity,
        "returns": order.returns,
        **shifts,
    }


def _drawn(
    table: Talk,
    left_out: Flags,
    moved: timing.Figures,
    shuffled: Ints | None,
    matrices: Ints | None,
    drawn: int,
) -> dict[str, Floats]:
    """The same of each draw. `matrices`: those of the orders that were shuffled."""
    held = null.allotted(table, drawn)
    found: dict[str, Ints | Floats] = {**participation.balances(held, table.stayed()), **moved}
    if shuffled is not None and matrices is not None:
        back, on = sequence.threes(shuffled, left_out)
        found["reciprocity"] = sequence.reciprocities(matrices)
        found["returns"] = sequence.returns_of(shuffled, left_out)
        found |= {sequence.shift(sequence.BACK): back, sequence.shift(sequence.ON): on}
    return {name: values.astype(np.float64) for name, values in found.items()}


def _order(chain: Ints, left_out: Flags, under: Ints | None) -> Order:
    """`under`: the same matrix of each order by chance."""
    matrix = sequence.among(sequence.followings(chain, len(left_out)), left_out)
    changes = sequence.off_diagonal(matrix)
    order, answers = sequence.without_repeats(chain).tolist(), sequence.answers(chain)
    shifts = sequence.shifts(order, answers, left_out)
    return Order(
        matrix,
        sequence.row_normalised(changes),
        sequence.expected(matrix),
        None if under is None else null.compare_cells(changes, under),
        {sequence.BACK: 0, sequence.ON: 0} | shifts,
        sequence.reciprocity(matrix),
        sequence.returns(chain, left_out),
    )


def _over_time(table: Talk, drawn: int) -> tuple[tuple[Interval, Balance, Chance], ...]:
    if not drawn:
        return ()
    windows = min(MOST_WINDOWS, max(2, round(table.length_ms / WINDOW_MS)))
    parts = []
    for span, even in participation.over_time(table, windows):
        held = null.allotted(table, drawn, span)
        under = participation.balances(held, table.stayed(span))["gini_rescaled"]
        parts.append((span, even, null.compare(even.gini_rescaled, under)))
    return tuple(parts)


def spread(lengths: Ints) -> Spread:
    if not len(lengths):
        return Spread(0, None, None)
    low, middle, high = (float(each) for each in np.quantile(lengths, [0.25, 0.5, 0.75]))
    return Spread(len(lengths), middle, (low, high))


def _lengths(found: Passages, side: Flags, kind: int) -> Spread:
    chosen = side & (found.kind == kind)
    return spread((found.end_ms - found.start_ms)[chosen])
