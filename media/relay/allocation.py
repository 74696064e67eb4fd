"""Which layer of which picture a receiver is given, when the path does not carry everything.

Pure. Voices are not among it: they always go, and what they need is taken off the budget before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

HEADROOM = 1.15
"""A picture is raised only when so much more than it needs is there: otherwise one at the edge
would be raised and lowered in turn. Lower: sooner a better picture. Higher: steadier ones."""


@dataclass(frozen=True)
class Wish:
    """One picture that the receiver could be given."""

    id: str
    rank: tuple[int, ...]
    """Who comes first when there is not enough: smallest first."""
    rates: Sequence[float | None]
    """Bits per second of each layer, from the smallest; None: it is not sent at present."""
    most: int
    """The largest layer that its place on the screen can show."""
    now: int | None
    """What is given at present."""


def allocate(budget_bps: float, wishes: Sequence[Wish]) -> dict[str, int | None]:
    """The layer of each picture; None: it rests.

    First everyone's smallest, by rank; then each is raised as far as the rest allows, by rank. What
    is given already may stay at its price; what is raised needs headroom.
    """
    given: dict[str, int | None] = {wish.id: None for wish in wishes}
    ranked = sorted(wishes, key=lambda wish: wish.rank)
    for wish in ranked:
        layer = next((n for n, rate in enumerate(wish.rates) if rate is not None), None)
        if layer is not None:
            budget_bps = _raise(budget_bps, wish, layer, given)
    for wish in ranked:
        if given[wish.id] is None:
            continue
        for layer in range(1, min(wish.most, len(wish.rates) - 1) + 1):
            if wish.rates[layer] is not None:
                budget_bps = _raise(budget_bps, wish, layer, given)
    return given


def _raise(budget_bps: float, wish: Wish, layer: int, given: dict[str, int | None]) -> float:
    """Give `layer` if the budget allows; what is left of it."""
    before = given[wish.id]
    if before is not None and layer <= before:
        return budget_bps
    cost = wish.rates[layer] or 0.0
    refund = (wish.rates[before] or 0.0) if before is not None else 0.0
    raised = wish.now is None or layer > wish.now
    if cost * (HEADROOM if raised else 1.0) - refund > budget_bps:
        return budget_bps
    given[wish.id] = layer
    return budget_bps - cost + refund


def cost(wishes: Sequence[Wish], given: dict[str, int | None]) -> float:
    """Bits per second of what is given."""
    total = 0.0
    for wish in wishes:
        layer = given[wish.id]
        total += (wish.rates[layer] or 0.0) if layer is not None else 0.0
    return total
