"""Group dynamics over the groups of a programme: by meeting order, and how far groups differ.

What is counted are groups. A figure of one meeting is one number; meetings of a group are averaged
before groups are compared, so that a group that met more often does not count for more.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np

from app.analysis import figures, pooled
from app.analysis.drawing import Text, along
from app.analysis.figures import Name
from app.analysis.forms import BetweenRow, GroupRow, OrderRow, ProgrammeAnalysis
from app.analysis.kept import Drawings
from app.analysis.lines import Line, two_lines
from app.analysis.lines import rules as of_series
from app.analysis.pooled import Chances
from app.analysis.rows import beside
from app.analysis.service import Measured
from app.groups.models import Group
from app.turns.rules import on_one_line

Series = Sequence[Sequence[Measured]]
"""Of each group its meetings, in their order."""
Values = dict[Name, list[dict[int, float]]]
"""Side and figure → for each group, the value at each meeting of its series."""


def values(series: Series) -> Values:
    found: Values = {}
    for place, group in enumerate(series):
        for measured in group:
            for name, value in figures.values(measured.measures).items():
                if value is not None:
                    own = found.setdefault(name, [{} for _ in series])
                    own[place][measured.studied.meeting.ordinal] = float(value)
    return found


@dataclass(frozen=True)
class ByChance:
    """What chance makes of the means; without those of which a meeting is not drawn yet."""

    by_order: Mapping[int, Chances] = field(default_factory=dict)
    by_group: Sequence[Chances] = ()
    between: Chances = field(default_factory=dict)


NOT_DRAWN = ByChance()


def by_chance(series: Series, drawings: Drawings) -> ByChance:
    groups = [
        {each.studied.meeting.ordinal: drawings.get(each.studied.recording.id) for each in group}
        for group in series
    ]
    ordinals = sorted({number for group in groups for number in group})
    means = [pooled.mean(group.values()) for group in groups]
    return ByChance(
        {
            number: pooled.chances(pooled.mean(own[number] for own in groups if number in own))
            for number in ordinals
        },
        [pooled.chances(each) for each in means],
        pooled.chances(pooled.mean(means)),
    )


def about(
    programme_id: UUID,
    groups: Sequence[tuple[Group, Sequence[Measured]]],
    drawings: Drawings,
    sample: str = "",
) -> ProgrammeAnalysis:
    """`sample`: as tables tell of it; empty: of all recordings."""
    series = [measured for _, measured in groups]
    found, made_by, chance = values(series), rules(series), by_chance(series, drawings)
    names = [group.name for group, _ in groups]
    return ProgrammeAnalysis(
        programme_id=programme_id,
        drawn=len(drawings),
        by_order=by_order(found, made_by, sample, chance),
        between=between(found, made_by, sample, chance),
        by_group=by_group(found, names, made_by, sample, chance),
    )


def by_order(
    found: Values, made_by: Sequence[str], sample: str = "", chance: ByChance = NOT_DRAWN
) -> list[OrderRow]:
    """`made_by`, here and below: what `rules` gave; `sample`: what `about` is given."""
    same = {"rules": on_one_line(made_by), "sample": sample}
    return [
        OrderRow.model_validate(
            same
            | {"facilitator": name[0], "figure": name[1], "meeting": ordinal}
            | {"groups": len(there), "mean": float(np.mean(there)), "sd": _sd(there)}
            | {"low": min(there), "high": max(there)}
            | beside(chance.by_order.get(ordinal, {}).get(name))
        )
        for name, groups in found.items()
        for ordinal in sorted({number for group in groups for number in group})
        if (there := [group[ordinal] for group in groups if ordinal in group])
    ]


def between(
    found: Values, made_by: Sequence[str], sample: str = "", chance: ByChance = NOT_DRAWN
) -> list[BetweenRow]:
    same, told = {"rules": on_one_line(made_by), "sample": sample}, []
    for name, groups in found.items():
        own = [list(group.values()) for group in groups if group]
        means = [float(np.mean(each)) for each in own]
        told.append(
            BetweenRow.model_validate(
                same
                | {"facilitator": name[0], "figure": name[1], "groups": len(own)}
                | {"mean": float(np.mean(means)), "between_sd": _sd(means)}
                | {"within_sd": _pooled(own), "low": min(means), "high": max(means)}
                | beside(chance.between.get(name))
            )
        )
    return told


def by_group(
    found: Values,
    names: Sequence[str],
    made_by: Sequence[str],
    sample: str = "",
    chance: ByChance = NOT_DRAWN,
) -> list[GroupRow]:
    """The mean over each group's meetings; groups that have none are not there. `names`: of the
    groups, in their order."""
    same = {"rules": on_one_line(made_by), "sample": sample}
    chances = chance.by_group or [{} for _ in names]
    return [
        GroupRow.model_validate(
            same
            | {"facilitator": name[0], "figure": name[1], "group": group, "meetings": len(own)}
            | {"mean": float(np.mean(list(own.values())))}
            | beside(own_chances.get(name))
        )
        for name, groups in found.items()
        for group, own, own_chances in zip(names, groups, chances, strict=True)
        if own
    ]


def _sd(sample: Sequence[float]) -> float | None:
    return float(np.std(sample, ddof=1)) if len(sample) > 1 else None


def _pooled(groups: Iterable[Sequence[float]]) -> float | None:
    """√(Σ squares around each group's mean / Σ (meetings − 1))."""
    repeated = [each for each in groups if len(each) > 1]
    if not repeated:
        return None
    squares = sum(float(np.var(each, ddof=0)) * len(each) for each in repeated)
    return math.sqrt(squares / sum(len(each) - 1 for each in repeated))


LINES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "programme_balance": (("with", "gini_rescaled"), ("without", "gini_rescaled")),
    "programme_facilitator": (("whole", "star"),),
    "programme_floor": (("with", "silence"), ("with", "overlap")),
    "programme_floor_without": (("without", "silence"), ("without", "overlap")),
}
"""Side and figure of each line; the shaded range is that of groups in the first."""
_FLOOR = ("analysis.figure_silence", "analysis.figure_overlap")
NAMES = {
    "programme_balance": ("analysis.with", "analysis.without"),
    "programme_facilitator": ("analysis.of_changes",),
    "programme_floor": _FLOOR,
    "programme_floor_without": _FLOOR,
}


def rules(series: Series) -> list[str]:
    """What the figures depend on; one line where all turns were made alike."""
    return of_series(each for group in series for each in group)


def chart(name: str, found: Sequence[OrderRow], made_by: Sequence[str], t: Text) -> str:
    """Means over groups by meeting order; shaded, from the lowest group to the highest.

    `found`: what `by_order` gave; `made_by`: what `rules` did, and of which sample it is.
    """
    ordinals = sorted({row.meeting for row in found})
    by = {(row.facilitator, row.figure, row.meeting): row for row in found}

    def of(place: int, field: str) -> list[float]:
        own = (by.get((*LINES[name][place], number)) for number in ordinals)
        return [math.nan if row is None else float(getattr(row, field)) for row in own]

    places = [along(number + 0.5, len(ordinals)) for number in range(len(ordinals))]
    words = [t("analysis.nth", number=number) for number in ordinals]
    return two_lines(
        name,
        t,
        on_one_line(made_by),
        places=places,
        words=words,
        lines=[Line(t(key), of(place, "mean")) for place, key in enumerate(NAMES[name])],
        ticks=[{"x": x, "label": word} for x, word in zip(places, words, strict=True)],
        band=list(zip(of(0, "low"), of(0, "high"), strict=True)),
    )
