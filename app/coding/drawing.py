"""Choosing by chance what is coded twice, so that anybody can choose it again. Pure."""

import hashlib
import math
from collections.abc import Iterable


def draw(population: Iterable[str], share: float, seed: int) -> list[str]:
    """The ⌈share · n⌉ members whose SHA-256 of `seed:member` is smallest, in that order.

    `share` is above 0 and at most 1. The order of the population doesn't matter, and any language
    can compute it. A larger share under the same seed holds the smaller one.
    """
    members = sorted(set(population), key=lambda member: _rank(seed, member))
    return members[: math.ceil(share * len(members) - 1e-9)]


def _rank(seed: int, member: str) -> bytes:
    return hashlib.sha256(f"{seed}:{member}".encode()).digest()
