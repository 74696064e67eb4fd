"""Choosing by chance what is coded twice. Pure."""

import math
from collections.abc import Iterable

from app.kit.chance import by_rank


def draw(population: Iterable[str], share: float, seed: int) -> list[str]:
    """The ⌈share · n⌉ members of lowest rank (see `app.kit.chance`), in that order.

    `share` is above 0 and at most 1.
    """
    members = by_rank(population, seed)
    return members[: math.ceil(share * len(members) - 1e-9)]
