"""The turns of one meeting as an immutable table, on which every measure is a pure function.

Columns are numpy arrays, one integer per turn. A data frame would serve as well for sums by person,
and worse for what most of the measures here are: a walk along the time line, and the same count
over some hundred shuffled orders at once. numpy is a dependency already, and a hundred thousand
turns pass in a fraction of a second.

Times are ms after the recording's start. People are numbered from 0 in the order of the roster,
which lists everybody who was present and may be studied, those who never spoke included: who is
missing from it is missing from every figure, and who is in it counts with zero.

Time in which nothing was written of anybody is no time of the talk: nobody is present in it, and
what lies across it is no gap of the talk, however long. It stays on the time line, which is the
meeting's own clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.kit.intervals import Interval, minus

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAST_PRESENT = 0.05
"""Part of the time that one must be there to be compared by time present. Lower: who looked in and
said hello is the most talkative of all. Higher: latecomers vanish."""


@dataclass(frozen=True)
class Person:
    """One of the roster, by pseudonym, with the stays in the meeting while their speech would have
    been kept."""

    pseudonym: str
    is_facilitator: bool = False
    stays: tuple[Interval, ...] = ()

    def present_ms(self, window: Interval) -> int:
        """For how much of that time the person was there."""
        return sum(
            max(0, min(stay.end_ms, window.end_ms) - max(stay.start_ms, window.start_ms))
            for stay in self.stays
        )


class Rows(NamedTuple):
    """The turns of as many meetings as there are rows, all of one roster and with as many turns,
    in order of their start: one that was, or many that chance made of it. Shape (meetings, turns).
    """

    speaker: Ints
    start_ms: Ints
    end_ms: Ints
    is_backchannel: Flags

    def floor(self) -> "Rows":
        """Only turns that hold the floor. Every row has as many."""
        kept = ~self.is_backchannel

        def only(times: Ints) -> Ints:
            return times[kept].reshape(len(kept), -1)

        held = only(self.speaker), only(self.start_ms), only(self.end_ms)
        return Rows(*held, np.zeros(held[0].shape, dtype=np.bool_))


@dataclass(frozen=True)
class Talk:
    """One recorded meeting: a roster, its length, and its turns in order of their start."""

    people: tuple[Person, ...]
    length_ms: int
    speaker: Ints
    start_ms: Ints
    end_ms: Ints
    is_backchannel: Flags
    unrecorded: tuple[Interval, ...] = ()
    """When nothing was written of anybody; in order, apart, within the length."""
    number: int = 0
    """Which meeting it is: each has a chance of its own; see `null.generator`."""

    @property
    def size(self) -> int:
        return len(self.people)

    @property
    def facilitators(self) -> Flags:
        return np.array([person.is_facilitator for person in self.people], dtype=np.bool_)

    @property
    def present_ms(self) -> Ints:
        return self.present_in(Interval(0, self.length_ms))

    @property
    def recorded_ms(self) -> int:
        return self.recorded_in(Interval(0, self.length_ms))

    def recorded_in(self, window: Interval) -> int:
        """How many ms of that time were recorded."""
        return sum(end - start for start, end in minus([window], self.unrecorded))

    def across_unrecorded(self, start: Ints, end: Ints) -> Flags:
        """Which of these stretches of time were not recorded whole."""
        found = np.zeros(start.shape, dtype=np.bool_)
        for since, to in self.unrecorded:
            found |= (since < end) & (start < to)
        return found

    def recorded_before(self, times: Ints) -> Ints:
        """How many ms were recorded before each of these moments."""
        found = times
        for start, end in self.unrecorded:
            found = found - np.clip(times - start, 0, end - start)
        return found

    def present_in(self, window: Interval) -> Ints:
        return np.array([person.present_ms(window) for person in self.people], dtype=np.int64)

    def there(self, window: Interval | None = None) -> Flags:
        """Who was there for long enough of that time, or of the meeting."""
        window = window or Interval(0, self.length_ms)
        present = self.present_in(window)
        return (present > 0) & (present >= LEAST_PRESENT * self.recorded_in(window))

    def stayed(self, window: Interval | None = None) -> Ints:
        """How many ms of it each of those was there who were for long enough."""
        window = window or Interval(0, self.length_ms)
        return self.present_in(window)[self.there(window)]

    def rows(self) -> Rows:
        """This meeting as the one row of many."""
        one = self.speaker[None, :], self.start_ms[None, :], self.end_ms[None, :]
        return Rows(*one, self.is_backchannel[None, :])

    def floor(self) -> "Talk":
        """Only turns that hold the floor."""
        return self.that_are(~self.is_backchannel)

    def backchannels(self) -> "Talk":
        return self.that_are(self.is_backchannel)

    def during(self, window: Interval) -> "Talk":
        """What was said in that part, turns cut at its edges. Times keep their zero."""
        start = np.maximum(self.start_ms, window.start_ms)
        end = np.minimum(self.end_ms, window.end_ms)
        return replace(self, start_ms=start, end_ms=end).that_are(end > start)

    def without(self, left_out: Flags) -> "Talk":
        """The others alone, numbered anew: neither the turns of those left out nor their seats."""
        kept = ~left_out
        number = np.cumsum(kept) - 1
        inside = self.that_are(kept[self.speaker])
        people = tuple(p for p, stays in zip(self.people, kept.tolist(), strict=True) if stays)
        return replace(inside, people=people, speaker=number[inside.speaker].astype(np.int64))

    def that_are(self, chosen: Flags) -> "Talk":
        """Only these turns."""
        return replace(
            self,
            speaker=self.speaker[chosen],
            start_ms=self.start_ms[chosen],
            end_ms=self.end_ms[chosen],
            is_backchannel=self.is_backchannel[chosen],
        )


def in_order(
    people: tuple[Person, ...],
    length_ms: int,
    speaker: Ints,
    start: Ints,
    end: Ints,
    back: Flags,
    unrecorded: Sequence[Interval] = (),
    number: int = 0,
) -> Talk:
    """Of turns in any order. Of two that start together the longer comes first, as in the index."""
    order = np.lexsort((speaker, -end, start))
    columns = (speaker[order], start[order], end[order], back[order])
    return Talk(people, length_ms, *columns, tuple(unrecorded), number)
