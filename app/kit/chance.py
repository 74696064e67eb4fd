"""Choosing by chance, so that anybody can choose the same again. Pure, but for a new seed.

A member's *rank* under a seed is the SHA-256 of `seed:member`, written in hex. Drawn are those with
the lowest ranks: that is as good as shuffling, needs no generator that a later version of some
library might change, does not depend on the order of the list, and can be checked with a
spreadsheet. Whoever draws more under the same seed keeps what fewer had given.
"""

import hashlib
import secrets
from collections.abc import Iterable
from typing import TypeVar

SEEDS = 2**31
"""Seeds are below."""
T = TypeVar("T")


def new_seed() -> int:
    return secrets.randbelow(SEEDS)


def rank(seed: int, member: object) -> str:
    return hashlib.sha256(f"{seed}:{member}".encode()).hexdigest()


def by_rank(members: Iterable[T], seed: int) -> list[T]:
    """Each once, the lowest rank first."""
    return sorted(set(members), key=lambda member: rank(seed, member))
