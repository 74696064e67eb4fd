"""Who spoke how much, and how evenly. Pure.

*Talk time* is the sum of a person's turns that hold the floor; back-channels are counted apart, for
they are listening (Yngve 1970). Everything is taken over the roster of those who were present, and
weighted by how long: silent members count (Tausczik & Pennebaker 2013 count only who spoke, and a
group with five silent members looks equal).

*Balance* compares everybody's part s of the talk with their part p of all presence, as a Lorenz
curve does whose one axis is presence and whose other is talk (weights: Lerman & Yitzhaki 1989,
Journal of Econometrics 42:43). Even means that everybody talks as much by the minute present;
who was there for half as long counts half.
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
    """0: everybody as much by the minute; 1 − p: one person all of it, who had the part p of all
    presence (Gini 1912, weighted by presence)."""
    gini_rescaled: float
    """Over Σ p·(1 − p), which it is on average if one person has all of the talk, any, in
    proportion to presence: 1 is that, in a group of any size. Where all stayed as long, times
    n/(n − 1) (Deltas 2003); else n is 1/Σ p², as many as there were in effect. Above 1 where one
    has all of it who was there for less than others."""
    entropy: float
    """1 − Σ s·log(s/p) over −Σ p·log p: what the talk diverges from presence (Theil 1967: his T),
    over what that is on average if one person has all of it. 1 even, 0 one person; where all stayed
    as long, Shannon's entropy of the shares over log n (Pielou 1966). Below 0 as the Gini is above
    1."""
    largest_share: float
    """Of talk time by the minute present."""


WEIGHED = ("gini", "gini_rescaled", "entropy", "largest_share")
"""What `balances` tells."""


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


def balance(table: Talk, window: Interval | None = None) -> Balance:
    """Over everybody who was there for long enough of that part, or of the meeting."""
    window = window or Interval(0, table.length_ms)
    there, present = table.there(window), table.present_in(window)
    return balance_of(talk_ms(table.during(window))[there], present[there])


def balance_of(talk: Ints, present: Ints) -> Balance:
    """Talk time and time present of each."""
    found = balances(talk[None, :], present)
    return Balance(len(present), **{name: float(each[0]) for name, each in found.items()})


def balances(talk: Ints | Floats, present: Ints) -> dict[str, Floats]:
    """The figures of `Balance` that carry a chance, by name, of each row of talk times."""
    rated = talk / present
    plain, parts = ginis(talk, present), shares(present)
    return {
        "gini": plain,
        "gini_rescaled": _over(plain, 1 - (parts**2).sum()),
        "entropy": entropies(talk, present),
        "largest_share": _over(rated.max(axis=1, initial=0), rated.sum(axis=1)),
    }


def ginis(talk: Ints | Floats, present: Ints) -> Floats:
    """Of each row ½·Σ p·q·|x − y| over the mean Σ p·x, over all pairs: talk by time present x and
    y, parts of all presence p and q. With x = talk/present this is Σ |tᵢ·wⱼ − tⱼ·wᵢ| over
    2·Σ t·Σ w."""
    if len(present) < 2:
        return np.full(len(talk), NAN)
    crossed = talk[:, :, None] * present
    apart = np.abs(crossed - np.swapaxes(crossed, 1, 2)).sum(axis=(1, 2))
    return _over(apart, 2 * talk.sum(axis=1) * present.sum())


def entropies(talk: Ints | Floats, present: Ints) -> Floats:
    """Of each row 1 − Σ s·log(s/p) over −Σ p·log p, with 0·log 0 = 0."""
    if len(present) < 2:
        return np.full(len(talk), NAN)
    parts = shares(present)
    held = _over(talk, talk.sum(axis=1)[:, None])
    logs = np.zeros(held.shape)
    np.log(held / parts, out=logs, where=held > 0)
    found: Floats = 1 + (held * logs).sum(axis=1) / (parts * np.log(parts)).sum()
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
        parts.append((window, balance(table, window)))
    return parts
