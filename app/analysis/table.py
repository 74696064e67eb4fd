"""The turns of one meeting as an immutable table, on which every measure is a pure function.

Columns are numpy arrays, one integer per turn. A data frame would serve as well for sums by person,
and worse for what most of the measures here are: a walk along the time line, and the same count
over some hundred shuffled orders at once. numpy is a dependency already, and a hundred thousand
turns pass in a fraction of a second.

Times are ms after the recording's start. People are numbered from 0 in the order of the roster,
which lists everybody who was present and may be studied, those who never spoke included: who is
missing from it is missing from every figure, and who is in it counts with zero.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


LEAST_PRESENT = 0.05
"""Part of the time that one must be there to be compared by time present. Lower: who looked in and
said hello is the most talkative of all. Higher: latecomers vanish."""


class Span(NamedTuple):
    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class Person:
    """One of the roster, by pseudonym, with the stays in the meeting while it was recorded."""

    pseudonym: str
    is_facilitator: bool = False
    stays: tuple[Span, ...] = ()

    def present_ms(self, window: Span) -> int:
        """For how much of that time the person was there."""
        return sum(
            max(0, min(stay.end_ms, window.end_ms) - max(stay.start_ms, window.start_ms))
            for stay in self.stays
        )


@dataclass(frozen=True)
class Talk:
    """One recorded meeting: a roster, its length, and its turns in order of their start."""

    people: tuple[Person, ...]
    length_ms: int
    speaker: Ints
    start_ms: Ints
    end_ms: Ints
    is_backchannel: Flags

    @property
    def size(self) -> int:
        return len(self.people)

    @property
    def facilitators(self) -> Flags:
        return np.array([person.is_facilitator for person in self.people], dtype=np.bool_)

    @property
    def present_ms(self) -> Ints:
        return self.present_in(Span(0, self.length_ms))

    def present_in(self, window: Span) -> Ints:
        return np.array([person.present_ms(window) for person in self.people], dtype=np.int64)

    def there(self, window: Span | None = None) -> Flags:
        """Who was there for long enough of that time, or of the meeting."""
        start, end = window or (0, self.length_ms)
        present = self.present_in(Span(start, end))
        return (present > 0) & (present >= LEAST_PRESENT * (end - start))

    def floor(self) -> "Talk":
        """Only turns that hold the floor."""
        return self._where(~self.is_backchannel)

    def backchannels(self) -> "Talk":
        return self._where(self.is_backchannel)

    def during(self, window: Span) -> "Talk":
        """What was said in that part, turns cut at its edges. Times keep their zero."""
        start = np.maximum(self.start_ms, window.start_ms)
        end = np.minimum(self.end_ms, window.end_ms)
        cut = Talk(self.people, self.length_ms, self.speaker, start, end, self.is_backchannel)
        return cut._where(end > start)

    def without_facilitators(self) -> "Talk":
        """The others alone, numbered anew: neither the facilitator's turns nor their seat."""
        kept = ~self.facilitators
        number = np.cumsum(kept) - 1
        inside = self._where(kept[self.speaker])
        people = tuple(person for person in self.people if not person.is_facilitator)
        return Talk(
            people,
            self.length_ms,
            number[inside.speaker].astype(np.int64),
            inside.start_ms,
            inside.end_ms,
            inside.is_backchannel,
        )

    def _where(self, chosen: Flags) -> "Talk":
        return Talk(
            self.people,
            self.length_ms,
            self.speaker[chosen],
            self.start_ms[chosen],
            self.end_ms[chosen],
            self.is_backchannel[chosen],
        )


def in_order(
    people: tuple[Person, ...], length_ms: int, speaker: Ints, start: Ints, end: Ints, back: Flags
) -> Talk:
    """Of turns in any order. Of two that start together the longer comes first, as in the index."""
    order = np.lexsort((speaker, -end, start))
    return Talk(people, length_ms, speaker[order], start[order], end[order], back[order])
