"""What was measured as rows, one kind for each table; and the spread over a series of meetings."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from app.analysis import floor, lines, measures, null, others, pooled, timing
from app.analysis.figures import WHOLE, WITH, WITHOUT, Name, values
from app.analysis.floor import Interruptions
from app.analysis.forms import (
    BalanceRow,
    Coverage,
    FigureRow,
    MeetingAnalysis,
    PassageRow,
    PersonRow,
    Row,
    SpreadRow,
    TransitionRow,
)
from app.analysis.kept import Drawings
from app.analysis.null import Cells, Chance
from app.analysis.participation import Participation
from app.analysis.service import Measured
from app.groups.models import GroupRole
from app.turns.rules import on_one_line, printed_rules

THRESHOLDS = {
    "dual_start_ms": floor.DUAL_START_MS,
    "slight_overlap_ms": floor.SLIGHT_OVERLAP_MS,
    "window_ms": measures.WINDOW_MS,
    "drawn": null.DRAWN,
    "seed": null.SEED,
}


def about(measured: Measured) -> MeetingAnalysis:
    studied = measured.studied
    (covered,) = coverage(measured)
    return MeetingAnalysis(
        meeting_id=studied.meeting.id,
        meeting=studied.meeting.ordinal,
        version=studied.index.version,
        parameters=studied.index.parameters,
        thresholds=THRESHOLDS,
        indexed_at=studied.index.created_at,
        length_ms=studied.talk.length_ms,
        coverage=covered,
        people=people(measured),
        figures=figures(measured),
        transitions=transitions(measured),
        balance=balance(measured),
        passages=passages(measured),
    )


def _made(measured: Measured) -> dict[str, str | int]:
    index = measured.studied.index
    return {
        "meeting": measured.studied.meeting.ordinal,
        "index": index.version,
        "rules": printed_rules(index),
    }


def coverage(measured: Measured) -> list[Coverage]:
    """One row."""
    studied = measured.studied
    roster, talk = studied.roster, studied.talk
    return [
        Coverage.model_validate(
            _made(measured)
            | {
                "present": roster.present,
                "counted": len(roster.people),
                "left_out": roster.left_out,
                "attendance_known": roster.attendance_known,
                "recorded_ms": talk.recorded_ms,
                "unrecorded_ms": studied.unrecorded_ms,
                "turns_left_out": studied.left_out.turns,
                "ms_left_out": studied.left_out.ms,
                "turns": len(talk.speaker),
                "accepted": studied.accepted,
            }
        )
    ]


def people(measured: Measured) -> list[PersonRow]:
    talk, found = measured.studied.talk, measured.measures
    among_others = others.interruptions(found.interruptions, talk.facilitators)
    return [
        *_people(measured, WITH, found.parts, found.interruptions),
        *_people(measured, WITHOUT, others.parts(talk), among_others),
    ]


def _people(
    measured: Measured, side: str, parts: Iterable[Participation], broken: Interruptions
) -> list[PersonRow]:
    rows = []
    for place, part in enumerate(parts):
        low, high = part.quartiles_ms or (None, None)
        own = {name: getattr(part, name) for name in PersonRow.model_fields if hasattr(part, name)}
        rows.append(
            PersonRow.model_validate(
                _made(measured)
                | own
                | {
                    "facilitator": side,
                    "role": GroupRole.FACILITATOR if part.is_facilitator else GroupRole.MEMBER,
                    "lower_quartile_ms": low,
                    "upper_quartile_ms": high,
                    "interruptions_tried": int(broken.tried[place].sum()),
                    "interruptions_succeeded": int(broken.succeeded[place].sum()),
                    "interruptions_suffered": int(broken.succeeded[:, place].sum()),
                    "dual_starts": int(broken.dual_starts[place]),
                }
            )
        )
    return rows


def figures(measured: Measured) -> list[FigureRow]:
    found, made = measured.measures, _made(measured)
    chances = {
        WITH: found.everyone.chance,
        WITHOUT: found.others.chance,
        WHOLE: found.star_chance,
    }
    return [
        FigureRow.model_validate(
            made
            | {"facilitator": side, "figure": figure, "value": value}
            | beside(chances[side].get(figure))
        )
        for (side, figure), value in values(found).items()
    ]


def beside(chance: Chance | None, before: str = "") -> dict[str, float]:
    """Columns of what chance gives. `before`: what their names begin with."""
    if chance is None:
        return {}
    low, high = chance.low, chance.high
    found = {"chance_mean": chance.mean, "chance_low": low, "chance_high": high, "p": chance.p}
    return {before + name: value for name, value in found.items()}


def transitions(measured: Measured) -> list[TransitionRow]:
    """Changes of speaker; going on after a pause is none."""
    found, parts = measured.measures, measured.measures.parts
    broken = found.interruptions
    return [
        TransitionRow.model_validate(
            _made(measured)
            | {
                "facilitator": name,
                "before": one.pseudonym,
                "after": other.pseudonym,
                "count": int(side.order.followings[i, j]),
                "row_share": float(side.order.row_shares[i, j]),
                "expected": float(side.order.expected[i, j]),
                "interruptions_tried": int(broken.tried[j, i]),
                "interruptions_succeeded": int(broken.succeeded[j, i]),
            }
            | _cell(side.order.cells, i, j)
            | {f"tried_{name}": value for name, value in _cell(side.interrupted, j, i).items()}
        )
        for name, side in ((WITH, found.everyone), (WITHOUT, found.others))
        for i, one in enumerate(parts)
        for j, other in enumerate(parts)
        if i != j and (name == WITH or not (one.is_facilitator or other.is_facilitator))
    ]


def _cell(cells: Cells | None, i: int, j: int) -> dict[str, float]:
    if cells is None:
        return {}
    low, high = float(cells.low[i, j]), float(cells.high[i, j])
    mean, p = float(cells.mean[i, j]), float(cells.p[i, j])
    return {"chance_mean": mean, "chance_low": low, "chance_high": high, "p": p}


def balance(measured: Measured) -> list[BalanceRow]:
    everyone, others = measured.measures.everyone, measured.measures.others
    return [
        BalanceRow.model_validate(
            _made(measured)
            | span._asdict()
            | {"facilitator": name}
            | {field: getattr(even, field) for field in BALANCE}
            | beside(chance)
        )
        for both in zip(everyone.over_time, others.over_time, strict=True)
        for name, (span, even, chance) in zip((WITH, WITHOUT), both, strict=True)
    ]


BALANCE = ("people", "gini", "gini_rescaled", "entropy", "largest_share")


def passages(measured: Measured) -> list[PassageRow]:
    found, rows = measured.measures, []
    for name, side in ((WITH, found.everyone), (WITHOUT, found.others)):
        for kind, spread in side.passages.items():
            low, high = spread.quartiles_ms or (None, None)
            values = {"facilitator": name, "kind": kind, "count": spread.count}
            quartiles = {"median_ms": spread.median_ms}
            quartiles |= {"lower_quartile_ms": low, "upper_quartile_ms": high}
            chance = beside(side.chance.get(timing.count_of(kind)))
            chance |= beside(side.chance.get(timing.median_of(kind)), "median_")
            rows.append(PassageRow.model_validate(_made(measured) | values | quartiles | chance))
    return rows


def spread(series: Sequence[Measured], drawings: Drawings) -> list[SpreadRow]:
    """Mean, sample standard deviation and range over meetings; a series of one has no deviation.
    The chance is that of the mean."""
    samples: dict[Name, list[float]] = {}
    for measured in series:
        for name, value in values(measured.measures).items():
            if value is not None:
                samples.setdefault(name, []).append(value)
    made_by = rules(series)
    drawn = (drawings.get(each.studied.recording.id) for each in series)
    chances = pooled.chances(pooled.mean(drawn))
    return [
        SpreadRow.model_validate(
            {
                "facilitator": side,
                "figure": figure,
                "meetings": len(found),
                "mean": float(np.mean(found)),
                "sd": float(np.std(found, ddof=1)) if len(found) > 1 else None,
                "low": min(found),
                "high": max(found),
                "rules": made_by,
            }
            | beside(chances.get((side, figure)))
        )
        for (side, figure), found in samples.items()
    ]


def rules(series: Iterable[Measured]) -> str:
    """What made the turns of several meetings, in one cell."""
    return on_one_line(lines.rules(series))


TABLES: Mapping[str, tuple[type[Row], Callable[[Measured], Sequence[Row]]]] = {
    "coverage": (Coverage, coverage),
    "people": (PersonRow, people),
    "figures": (FigureRow, figures),
    "transitions": (TransitionRow, transitions),
    "balance": (BalanceRow, balance),
    "passages": (PassageRow, passages),
}
