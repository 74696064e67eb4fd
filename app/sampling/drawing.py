"""Which recordings are indexed: drawn by rank (see `app.kit.chance`). Pure.

A stratified sample draws so from each group and part of its series by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from app.kit.chance import by_rank


@dataclass(frozen=True)
class Candidate:
    """A recording that could be chosen."""

    recording_id: UUID
    group_id: UUID
    ordinal: int
    """Of its meeting in the group's series, from 1."""

    def as_json(self) -> dict[str, Any]:
        return {
            name: str(value) if isinstance(value, UUID) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Candidate":
        ids = (UUID(stored["recording_id"]), UUID(stored["group_id"]))
        return cls(*ids, stored["ordinal"])


def at_random(population: Iterable[Candidate], seed: int, count: int) -> list[UUID]:
    """So many of all, in the order of their ranks."""
    return by_rank((each.recording_id for each in population), seed)[:count]


def stratified(
    population: Sequence[Candidate], seed: int, parts: int, per_stratum: int
) -> list[UUID]:
    """So many from each part of each group's series; all of a stratum that has fewer."""
    strata: dict[tuple[UUID, int], list[Candidate]] = {}
    for each, part in parted(population, parts):
        strata.setdefault((each.group_id, part), []).append(each)
    return [
        recording_id
        for _, stratum in sorted(strata.items())
        for recording_id in at_random(stratum, seed, per_stratum)
    ]


def parted(population: Sequence[Candidate], parts: int) -> list[tuple[Candidate, int]]:
    """Each with the part of its group's series that it lies in, from 0.

    A series reaches from its first meeting to the last that could be chosen, and is cut into parts
    as equal as can be: of six meetings in three parts, two each.
    """
    last: dict[UUID, int] = {}
    for each in population:
        last[each.group_id] = max(each.ordinal, last.get(each.group_id, 1))
    return [(each, (each.ordinal - 1) * parts // last[each.group_id]) for each in population]
