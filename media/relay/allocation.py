"""What of which picture a receiver is given, when the path does not carry everything.

Pure. Voices are not among it: they always go, and what they need is taken off the budget before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

HEADROOM = 1.15
"""A picture is raised only when so much more than it needs is there: otherwise one at the edge
would be raised and lowered in turn. Lower: sooner a better picture. Higher: steadier ones."""
EVERY = 3
"""All temporal layers: the full frame rate."""


class Step(NamedTuple):
    """What a receiver may be given of a source; larger ones sort behind smaller ones."""

    layer: int
    """From the smallest, 0."""
    temporal: int = EVERY
    """The highest temporal layer; below `EVERY` only some of the pictures are given."""


@dataclass(frozen=True)
class Wish:
    """One picture that the receiver could be given."""

    id: str
    rank: tuple[int, ...]
    """Who comes first when there is not enough: smallest first."""
    steps: Mapping[Step, float]
    """Bits per second of what is sent at present, from the smallest."""
    most: int
    """The largest layer that its place on the screen can show."""
    now: Step | None
    """What is given at present."""


def allocate(budget_bps: float, wishes: Sequence[Wish]) -> dict[str, Step | None]:
    """What is given of each; None: it rests.

    First everyone's smallest layer, by rank, with fewer pictures where all do not fit; then each is
    raised as far as the rest allows, by rank. What is given already may stay at its price; what is
    raised needs headroom.
    """
    given: dict[str, Step | None] = {wish.id: None for wish in wishes}
    ranked = sorted(wishes, key=lambda wish: wish.rank)
    for wish in ranked:
        smallest = min((step.layer for step in wish.steps), default=0)
        for step in sorted((s for s in wish.steps if s.layer == smallest), reverse=True):
            if given[wish.id] is None:
                budget_bps = _raise(budget_bps, wish, step, given)
    for wish in ranked:
        if given[wish.id] is None:
            continue
        for step in wish.steps:
            if step.layer <= wish.most and step.temporal == EVERY:
                budget_bps = _raise(budget_bps, wish, step, given)
    return given


def _raise(budget_bps: float, wish: Wish, step: Step, given: dict[str, Step | None]) -> float:
    """Give `step` if the budget allows; what is left of it."""
    before = given[wish.id]
    if before is not None and step <= before:
        return budget_bps
    price = wish.steps[step]
    refund = wish.steps[before] if before is not None else 0.0
    raised = wish.now is None or step > wish.now
    if price * (HEADROOM if raised else 1.0) - refund > budget_bps:
        return budget_bps
    given[wish.id] = step
    return budget_bps - price + refund


def cost(wishes: Sequence[Wish], given: Mapping[str, Step | None]) -> float:
    """Bits per second of what is given."""
    steps = ((wish, given[wish.id]) for wish in wishes)
    return sum(wish.steps[step] for wish, step in steps if step is not None)
