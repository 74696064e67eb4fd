"""Everything that is measured of one meeting, in one value: with the facilitator and without. Pure.

A facilitator who gives the turns makes any group look uneven and any order look like a wheel, so
that nothing is told with them alone. *Without* means: balance over the others; changes of speaker
straight from one of the others to another, and never across a turn of the facilitator, which would
make neighbours of turns that were none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.analysis import floor, null, participation, sequence
from app.analysis.floor import Handovers, Interruptions, Kind, Passage
from app.analysis.null import Cells, Chance
from app.analysis.participation import Balance, Participation
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
    changes: int
    offsets: Spread
    """Of the changes whose time was recorded whole."""
    overlapping: float
    """Share of these whose offset is negative."""
    interruptions: int
    succeeded: int
    interrupted: Cells | None
    """Who tries to interrupt whom, beside chance; None where orders were left out."""
    order: Order
    over_time: tuple[tuple[Interval, Balance, Chance], ...]
    """Of each part of the meeting; the chance is that of the rescaled Gini."""
    chance: Mapping[str, Chance]
    """By the name of the figure; see `null`."""


@dataclass(frozen=True)
class Measures:
    everyone: Side
    others: Side
    """Without the facilitator."""
    parts: tuple[Participation, ...]
    shares: floor.Shares
    longest_silence_ms: int
    passages: Mapping[Kind, Spread]
    interruptions: Interruptions
    star: float
    star_chance: Chance


def measure(table: Talk, *, drawn: int = null.DRAWN, orders: bool = True) -> Measures:
    """`orders`: with the null hypotheses about order too, which cost most of the time."""
    talk, nobody = table.floor(), np.zeros(table.size, dtype=np.bool_)
    handed, broken = floor.handovers(table), floor.interruptions(table)
    found = floor.passages(talk)
    led = table.facilitators
    order = sequence.without_repeats(handed.speaker)
    shuffled = null.reordered(order, drawn) if orders else None
    star = sequence.star(sequence.followings(handed.speaker, table.size), led)
    return Measures(
        everyone=_side(table, nobody, handed, broken, shuffled, drawn),
        others=_side(table, led, handed, broken, shuffled, drawn),
        parts=tuple(participation.participation(table)),
        shares=floor.speech_shares(table),
        longest_silence_ms=_longest_silence(floor.passages(table)),
        passages={kind: _lengths(found, kind) for kind in Kind},
        interruptions=broken,
        star=star,
        star_chance=null.compare(star, _stars(table, len(order), drawn if orders else 0)),
    )


def _side(
    whole: Talk,
    left_out: Flags,
    handed: Handovers,
    broken: Interruptions,
    shuffled: Ints | None,
    drawn: int,
) -> Side:
    """Balance is that of those who count here; the order of speakers is that of all."""
    kept, table = ~left_out, whole.without(left_out)
    between = kept[handed.before] & kept[handed.after]
    offsets = handed.offset_ms[between & handed.is_timed]
    under = None
    if shuffled is not None:
        under = sequence.among(sequence.followings_of(shuffled, len(left_out)), left_out)
    order = _order(handed.speaker, left_out, under)
    even = participation.balance(table)
    allotted = participation.balances(null.allotted(table, drawn))
    chance = {name: null.compare(getattr(even, name), each) for name, each in allotted.items()}
    tried, succeeded = (sequence.among(each, left_out) for each in (broken.tried, broken.succeeded))
    interrupted = None
    if shuffled is not None and under is not None:
        chance |= _chances(order, left_out, shuffled, under)
        drawn_by = null.interrupted(tried, np.where(kept, whole.present_ms, 0), drawn)
        interrupted = null.compare_cells(tried, drawn_by)
    return Side(
        people=int((table.present_ms > 0).sum()),
        turns=len(table.floor().speaker),
        talk_ms=int(participation.talk_ms(table).sum()),
        backchannels=len(table.backchannels().speaker),
        balance=even,
        changes=int(between.sum()),
        offsets=spread(offsets),
        overlapping=float((offsets < 0).mean()) if len(offsets) else float("nan"),
        interruptions=int(tried.sum()),
        succeeded=int(succeeded.sum()),
        interrupted=interrupted,
        order=order,
        over_time=_over_time(table, drawn),
        chance=chance,
    )


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


def _chances(order: Order, left_out: Flags, shuffled: Ints, under: Ints) -> dict[str, Chance]:
    back, on = sequence.threes(shuffled, left_out)
    found: dict[str, tuple[float, Ints | Floats]] = {
        "reciprocity": (order.reciprocity, sequence.reciprocities(under)),
        "returns": (order.returns, sequence.returns_of(shuffled, left_out)),
        shift(sequence.BACK): (order.shifts[sequence.BACK], back),
        shift(sequence.ON): (order.shifts[sequence.ON], on),
    }
    return {
        name: null.compare(observed, values.astype(np.float64))
        for name, (observed, values) in found.items()
    }


def shift(code: str) -> str:
    """The name of the figure that counts these participation shifts."""
    return f"shift_{code}"


def _over_time(table: Talk, drawn: int) -> tuple[tuple[Interval, Balance, Chance], ...]:
    windows = min(MOST_WINDOWS, max(2, round(table.length_ms / WINDOW_MS)))
    parts = []
    for span, even in participation.over_time(table, windows):
        under = participation.balances(null.allotted(table, drawn, span))["gini_rescaled"]
        parts.append((span, even, null.compare(even.gini_rescaled, under)))
    return tuple(parts)


def spread(lengths: Ints) -> Spread:
    if not len(lengths):
        return Spread(0, None, None)
    low, middle, high = (float(each) for each in np.quantile(lengths, [0.25, 0.5, 0.75]))
    return Spread(len(lengths), middle, (low, high))


def _lengths(found: list[Passage], kind: Kind) -> Spread:
    lengths = [each.length_ms for each in found if each.kind == kind]
    return spread(np.array(lengths, dtype=np.int64))


def _longest_silence(found: list[Passage]) -> int:
    silent = (each.length_ms for each in found if each.kind in (Kind.GAP, Kind.PAUSE))
    return max(silent, default=0)


def _stars(table: Talk, length: int, drawn: int) -> Floats:
    """The facilitator's part in the changes of speaker, when the next may be any other."""
    weights, led = table.present_ms.astype(np.float64), table.facilitators
    if (weights > 0).sum() < 2 or length < 2 or not drawn:
        return np.full(drawn, np.nan)
    orders = null.walked(weights, length, drawn)
    return (led[orders[:, 1:]] | led[orders[:, :-1]]).mean(axis=1)  # type: ignore[no-any-return]
