"""What is told of single people and passages, for pages: with the facilitator and without."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from app.analysis import rows
from app.analysis.forms import PassageRow, PersonRow
from app.analysis.service import Measured
from app.groups.models import GroupRole
from app.web.visit import Visit

Told = TypeVar("Told", PassageRow, PersonRow)
Shares = Mapping[str, list[float | None]]
"""Of each person, meeting by meeting; None where they were in no figure."""


def sides(visit: Visit, found: Sequence[Told]) -> Sequence[tuple[str, list[Told]]]:
    """Each by its name."""
    return [
        (visit.text(f"analysis.{side}"), [row for row in found if row.facilitator == side])
        for side in ("with", "without")
    ]


def shares(visit: Visit, series: Sequence[Measured]) -> Sequence[tuple[str, Shares]]:
    """Of the talk, weighted by presence."""
    meetings = [sides(visit, rows.people(each)) for each in series]
    return [(both[0][0], _shares(own for _, own in both)) for both in zip(*meetings, strict=True)]


def _shares(series: Iterable[Sequence[PersonRow]]) -> Shares:
    parts = [{row.pseudonym: row for row in found} for found in series]
    led = {name: row.role == GroupRole.FACILITATOR for each in parts for name, row in each.items()}
    names = sorted(led, key=lambda name: (not led[name], name))
    return {
        name: [each[name].weighted_share if name in each else None for each in parts]
        for name in names
    }
