"""Everything that is measured of one meeting, in one value: with the facilitator and without. Pure.

A facilitator who gives the turns makes any group look uneven and any order look like a wheel, so
that nothing is told with them alone. *Without* means: balance over the others; changes of speaker
straight from one of the others to another, and never across a turn of the facilitator, which would
make neighbours of turns that were none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from app.analysis import floor, null, participation, sequence
from app.analysis.floor import Handovers, Interruptions, Kind, Passage
from app.analysis.null import Chance
from app.analysis.participation import Balance, Participation
from app.analysis.table import Flags, Floats, Ints, Span, Talk

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
class Side:
    """The meeting with everybody, or with everybody but the facilitator."""

    people: int
    turns: int
    talk_ms: int
    backchannels: int
    balance: Balance
    offsets: Spread
    overlapping: float
    """Share of the changes of speaker whose offset is negative."""
    interruptions: int
    succeeded: int
    reciprocity: float
    returns: float
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
    followings: Ints
    row_shares: Floats
    expected: Floats
    star: float
    star_chance: Chance
    shifts: Mapping[str, int]
    over_time: tuple[tuple[Span, Balance, Balance], ...]
    """Of each part of the meeting: with everybody, and without the facilitator."""


def measure(table: Talk, *, drawn: int = null.DRAWN, orders: bool = True) -> Measures:
    """`orders`: with the null hypotheses about order too, which cost most of the time."""
    talk, nobody = table.floor(), np.zeros(table.size, dtype=np.bool_)
    handed, broken = floor.handovers(table), floor.interruptions(table)
    found = floor.passages(talk)
    matrix = sequence.followings(handed.speaker, table.size)
    led = table.facilitators
    shuffled = _shuffled(handed.speaker, drawn) if orders else None
    windows = min(MOST_WINDOWS, max(2, round(table.length_ms / WINDOW_MS)))
    with_all = participation.over_time(table, windows)
    without = participation.over_time(table.without_facilitators(), windows)
    order = sequence.without_repeats(handed.speaker)
    star = sequence.star(matrix, led)
    return Measures(
        everyone=_side(table, nobody, handed, broken, shuffled, drawn),
        others=_side(table.without_facilitators(), led, handed, broken, shuffled, drawn),
        parts=tuple(participation.participation(table)),
        shares=floor.speech_shares(table),
        longest_silence_ms=_longest_silence(floor.passages(table)),
        passages={kind: _lengths(found, kind) for kind in Kind},
        interruptions=broken,
        followings=matrix,
        row_shares=sequence.row_normalised(sequence.off_diagonal(matrix)),
        expected=sequence.expected(matrix),
        star=star,
        star_chance=null.compare(star, _stars(table, len(order), drawn if orders else 0)),
        shifts=sequence.shifts(order.tolist(), sequence.answers(handed.speaker)),
        over_time=tuple(
            (span, one, other) for (span, one), (_, other) in zip(with_all, without, strict=True)
        ),
    )


def _side(
    table: Talk,
    left_out: Flags,
    handed: Handovers,
    broken: Interruptions,
    shuffled: Ints | None,
    drawn: int,
) -> Side:
    """`table` is of those who count here; everything in the order of speakers is of all."""
    kept = ~left_out
    between = kept[handed.before] & kept[handed.after]
    offsets = handed.offset_ms[between]
    size = len(left_out)

    def reciprocity(chain: Ints) -> float:
        return sequence.reciprocity(sequence.followings(chain, size)[kept][:, kept])

    def returns(chain: Ints) -> float:
        return sequence.returns(chain, left_out)

    figures: dict[str, Callable[[Ints], float]] = {"reciprocity": reciprocity, "returns": returns}
    observed = {name: figure(handed.speaker) for name, figure in figures.items()}
    chance = {}
    if shuffled is not None:
        for name, figure in figures.items():
            under = np.array([figure(order) for order in shuffled])
            chance[name] = null.compare(observed[name], under)
    even = participation.balance(table)
    allotted = [participation.balance_of(rates) for rates in null.allotted(table, drawn)]
    for name in ("gini_rescaled", "entropy", "largest_share"):
        under = np.array([getattr(each, name) for each in allotted], dtype=np.float64)
        chance[name] = null.compare(getattr(even, name), under)
    tried, succeeded = (each[kept][:, kept] for each in (broken.tried, broken.succeeded))
    return Side(
        people=int((table.present_ms > 0).sum()),
        turns=len(table.floor().speaker),
        talk_ms=int(participation.talk_ms(table).sum()),
        backchannels=len(table.backchannels().speaker),
        balance=even,
        offsets=spread(offsets),
        overlapping=float((offsets < 0).mean()) if len(offsets) else float("nan"),
        interruptions=int(tried.sum()),
        succeeded=int(succeeded.sum()),
        reciprocity=observed["reciprocity"],
        returns=observed["returns"],
        chance=chance,
    )


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


def _shuffled(chain: Ints, drawn: int) -> Ints:
    return null.reordered(sequence.without_repeats(chain), drawn)


def _stars(table: Talk, length: int, drawn: int) -> Floats:
    """The facilitator's part in the changes of speaker, when the next may be any other."""
    weights, led = table.present_ms.astype(np.float64), table.facilitators
    if (weights > 0).sum() < 2 or length < 2 or not drawn:
        return np.full(drawn, np.nan)
    orders = null.walked(weights, length, drawn)
    return (led[orders[:, 1:]] | led[orders[:, :-1]]).mean(axis=1)  # type: ignore[no-any-return]
