"""Who spoke how much, and how evenly. Pure.

*Talk time* is the sum of a person's turns that hold the floor; back-channels are counted apart, for
they are listening (Yngve 1970). Everything is taken over the roster of those who were present, and
weighted by how long: silent members count (Tausczik & Pennebaker 2013 count only who spoke, and a
group with five silent members looks equal).
"""

import itertools
from dataclasses import dataclass

import numpy as np

from app.analysis.table import Floats, Ints, Person, Talk
from app.kit.intervals import Interval

NAN = float("nan")


@dataclass(frozen=True)
class Participation:
    """One person's part. Times in ms; None where the person did not speak."""

    pseudonym: str
    is_facilitator: bool
    present_ms: int
    talk_ms: int
    share: float
    """Of everybody's talk time; 0–1."""
    weighted_share: float
    """Of everybody's talk time per time present; 0–1. Equal to `share` if all stayed as long; NaN
    for one who was hardly there."""
    turns: int
    turns_per_minute: float
    """Per minute present."""
    mean_ms: float | None
    median_ms: float | None
    sd_ms: float | None
    """Sample standard deviation (n − 1); None below two turns."""
    quartiles_ms: tuple[float, float] | None
    longest_ms: int | None
    first_turn_ms: int | None
    """Time present before it, so that who came late is not late in speaking."""
    backchannels_given: int
    backchannels_received: int


@dataclass(frozen=True)
class Balance:
    """How evenly the talk is spread. NaN where nobody spoke or there are not two people."""

    people: int
    gini: float
    """0: everybody the same; (n − 1)/n: one person all of it (Gini 1912)."""
    gini_rescaled: float
    """Times n/(n − 1) (Deltas 2003), so that 1 is one person all of it in a group of any size."""
    entropy: float
    """Shannon's entropy of the shares over log n (Pielou 1966): 1 even, 0 one person."""
    largest_share: float


def participation(table: Talk) -> list[Participation]:
    """Everybody's part, in the order of the roster.

    Speaking length, turns and longest turn are the cues of Jayagopi et al. 2009 (IEEE TASLP 17:501)
    and of the R package zoomGroupStats.
    """
    floor = table.floor()
    held, present = talk_ms(table), table.present_ms
    there = table.there()
    share, weighted = shares(held), np.full(table.size, NAN)
    weighted[there] = shares(rates(held, present)[there])
    given = np.bincount(table.backchannels().speaker, minlength=table.size)
    received = backchannels_received(table)
    parts = []
    for number, person in enumerate(table.people):
        own = floor.speaker == number
        lengths = (floor.end_ms - floor.start_ms)[own]
        parts.append(
            Participation(
                person.pseudonym,
                person.is_facilitator,
                present_ms=int(present[number]),
                talk_ms=int(held[number]),
                share=float(share[number]),
                weighted_share=float(weighted[number]),
                turns=len(lengths),
                turns_per_minute=60_000 * len(lengths) / present[number] if present[number] else 0,
                mean_ms=float(lengths.mean()) if len(lengths) else None,
                median_ms=float(np.median(lengths)) if len(lengths) else None,
                sd_ms=float(lengths.std(ddof=1)) if len(lengths) > 1 else None,
                quartiles_ms=_quartiles(lengths),
                longest_ms=int(lengths.max()) if len(lengths) else None,
                first_turn_ms=_before(person, floor.start_ms[own]),
                backchannels_given=int(given[number]),
                backchannels_received=int(received[number]),
            )
        )
    return parts


def _before(person: Person, starts: Ints) -> int | None:
    return person.present_ms(Interval(0, int(starts[0]))) if len(starts) else None


def _quartiles(lengths: Ints) -> tuple[float, float] | None:
    if not len(lengths):
        return None
    low, high = np.quantile(lengths, [0.25, 0.75])
    return float(low), float(high)


def talk_ms(table: Talk) -> Ints:
    """Talk time of each person."""
    floor = table.floor()
    lengths = (floor.end_ms - floor.start_ms).astype(np.float64)
    summed = np.bincount(floor.speaker, weights=lengths, minlength=table.size)
    return summed.astype(np.int64)


def rates(amounts: Ints, present_ms: Ints) -> Floats:
    """Amount per time present; nobody who was not there has any."""
    rated = np.zeros(len(amounts))
    np.divide(amounts, present_ms, out=rated, where=present_ms > 0)
    return rated


def shares(amounts: Ints | Floats) -> Floats:
    """Amounts over their sum; all zero where there is nothing to share."""
    whole = amounts.sum()
    return amounts / whole if whole else np.zeros(len(amounts))


def backchannels_received(table: Talk) -> Ints:
    """Back-channels inside each person's turns.

    One that lies inside several turns at once goes to the turn that began last: the listener
    answers who has just taken the floor.
    """
    received = np.zeros(table.size, dtype=np.int64)
    floor: list[tuple[int, int]] = []  # (end, speaker) of turns that may contain later ones
    columns = (table.speaker, table.start_ms, table.end_ms, table.is_backchannel)
    for who, start, end, back in zip(*(column.tolist() for column in columns), strict=True):
        floor = [held for held in floor if held[0] > start]
        if not back:
            floor.append((end, who))
            continue
        holders = [holder for until, holder in floor if until >= end and holder != who]
        if holders:
            received[holders[-1]] += 1
    return received


def balance(table: Talk) -> Balance:
    """Of talk time per time present, over everybody who was there for long enough."""
    return balance_of(rates(talk_ms(table), table.present_ms)[table.there()])


def balance_of(amounts: Ints | Floats) -> Balance:
    return Balance(
        len(amounts), **{name: float(each[0]) for name, each in balances(amounts[None, :]).items()}
    )


def balances(amounts: Ints | Floats) -> dict[str, Floats]:
    """The figures of `Balance` that carry a chance, by name, of each row of amounts."""
    count = amounts.shape[1]
    plain = ginis(amounts)
    rescaled = plain * count / (count - 1) if count > 1 else plain
    largest = _over(amounts.max(axis=1, initial=0), amounts.sum(axis=1))
    return {
        "gini": plain,
        "gini_rescaled": rescaled,
        "entropy": entropies(amounts),
        "largest_share": largest,
    }


def gini(amounts: Ints | Floats) -> float:
    return float(ginis(amounts[None, :])[0])


def ginis(amounts: Ints | Floats) -> Floats:
    """Of each row half the mean absolute difference of all pairs, over the mean (Gini 1912).

    Taken over the sorted amounts: Σ (2i − n − 1)·x₍ᵢ₎ / (n·Σx), i from 1.
    """
    count = amounts.shape[1]
    if count < 2:
        return np.full(len(amounts), NAN)
    ranks = 2 * np.arange(1, count + 1) - count - 1
    return _over((ranks * np.sort(amounts, axis=1)).sum(axis=1), count * amounts.sum(axis=1))


def entropy(amounts: Ints | Floats) -> float:
    return float(entropies(amounts[None, :])[0])


def entropies(amounts: Ints | Floats) -> Floats:
    """Of each row −Σ p·log p over log n, with 0·log 0 = 0 (Shannon 1948; evenness after Pielou
    1966)."""
    count, whole = amounts.shape[1], amounts.sum(axis=1)
    if count < 2:
        return np.full(len(amounts), NAN)
    parts = _over(amounts, whole[:, None])
    logs = np.zeros(parts.shape)
    np.log(parts, out=logs, where=parts > 0)
    found: Floats = np.abs((parts * logs).sum(axis=1)) / np.log(count)
    return found


def _over(amounts: Ints | Floats, whole: Ints | Floats) -> Floats:
    """NaN where there is nothing to divide by."""
    found = np.full(np.broadcast(amounts, whole).shape, NAN)
    np.divide(amounts, whole, out=found, where=whole != 0)
    return found


def over_time(table: Talk, windows: int) -> list[tuple[Interval, Balance]]:
    """The balance of each of so many equal parts of the meeting.

    Equal totals can hide that two halves were held by different people (Zhang, Zhang &
    Danescu-Niculescu-Mizil 2025).
    """
    edges = np.linspace(0, table.length_ms, windows + 1).round().astype(int).tolist()
    parts = []
    for start, end in itertools.pairwise(edges):
        window = Interval(start, end)
        present = table.present_in(window)
        amounts = rates(talk_ms(table.during(window)), present)[table.there(window)]
        parts.append((window, balance_of(amounts)))
    return parts
