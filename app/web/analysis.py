"""The pages of group dynamics: of a meeting that is over, and of a group's series."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from app.analysis import charts, kept, lines, rows, service, silence, timing
from app.analysis.drawing import clock, decimal
from app.analysis.forms import BetweenRow, FigureRow, PassageRow, SpreadRow
from app.analysis.sequence import shift
from app.audit.figures import Of
from app.groups import access
from app.groups import service as groups
from app.groups.models import Group
from app.kit.csv_file import Decimal
from app.kit.permissions import Action, may
from app.meetings import service as meetings
from app.meetings.models import Meeting
from app.recordings import service as recordings
from app.turns.rules import printed
from app.web.meetings import title_of
from app.web.sides import shares, sides
from app.web.visit import Looking, PageRoute, Visit

router = APIRouter(route_class=PageRoute)

SIDES = {
    "amount": ("people", "turns", "talk_ms", "backchannels"),
    "balance": ("gini_rescaled", "entropy", "largest_share"),
    "silence": ("silence", "single", "overlap", "overlap_to_chance", "longest_silence_ms"),
    "floor": (
        *("changes", "offset_median_ms", "overlapping"),
        *("interruptions", "succeeded", "dual_starts"),
    ),
    "order": ("reciprocity", "returns"),
}
"""What is shown with the facilitator and without, in its groups."""
WHOLE = ("star",)
PARTS = frozenset({"largest_share", "overlapping", "star", "silence", "single", "overlap"})
"""Shown as percentages."""
SERIES = (
    *("gini_rescaled", "entropy", "largest_share_to_even", "reciprocity", "returns_to_even"),
    *("silence", "overlap", "overlap_to_chance"),
    *("turned_back_per_hour", "third_came_in_per_hour"),
    *("interruptions_per_hour", "succeeded_per_hour"),
    *("gap_median_ms", "pause_median_ms"),
    *("overlap_between_median_ms", "overlap_within_median_ms"),
)
"""What is told of several meetings: figures that neither size nor length makes larger."""
SPREAD = (
    *(("with", name) for name in SERIES),
    *(("without", name) for name in SERIES),
    ("whole", "star"),
    ("whole", "star_to_chance"),
)


@router.get("/meetings/{meeting_id}/analysis")
async def meeting_analysis(meeting_id: UUID, visit: Looking) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    meeting = await meetings.get(db, actor, meeting_id, Action.READ_TURNS)
    group = await groups.get(db, actor, meeting.group_id)
    common = {"meeting": meeting, "group": group, "title": title_of(visit, meeting)}
    try:
        measured = await service.of_meeting(db, actor, meeting_id)
        await visit.looked("analysis", Of(meeting_id=meeting_id))
    except (service.MeetingNotOver, service.NoTurns, service.NotToldApart) as refusal:
        apart = isinstance(refusal, service.NotToldApart)
        bench = await _bench(visit, meeting, group) if apart else None
        told = {"found": None, "why": refusal.code, "bench": bench}
        return visit.page("meeting_analysis.html", **told, **common)
    found = rows.about(measured)
    return visit.page(
        "meeting_analysis.html",
        found=found,
        recording=measured.studied.recording,
        rules=printed(measured.studied.index),
        pictures={
            name: Markup(make(measured, visit.text)) for name, make in charts.OF_MEETING.items()
        },
        figures=_figures(visit, found.figures),
        whole=_whole(visit, found.figures),
        shifts=_shifts(visit, found.figures),
        people=sides(visit, found.people),
        passages=_passages(visit, found.passages),
        **writing(visit),
        **common,
    )


async def _bench(visit: Visit, meeting: Meeting, group: Group) -> UUID | None:
    """The recording whose turns this person may correct."""
    found = await recordings.of_meeting(visit.db, meeting.id)
    roles = await access.roles(visit.db, visit.actor, group)
    return found.id if found and may(roles, Action.EDIT_TURNS) else None


@router.get("/groups/{group_id}/analysis")
async def group_analysis(group_id: UUID, visit: Looking) -> HTMLResponse:
    group, series = await service.of_group(visit.db, visit.actor, group_id)
    await visit.looked("analysis", Of(group_id=group_id))
    drawings = await kept.of(visit.context.database, visit.db, series)
    make = lines.OF_GROUP.items() if series else ()
    return visit.page(
        "group_analysis.html",
        group=group,
        series=[(each.studied.meeting.id, *rows.coverage(each)) for each in series],
        titles=[title_of(visit, each.studied.meeting) for each in series],
        pictures={name: Markup(draw(series, visit.text)) for name, draw in make},
        rules=lines.rules(series),
        drawn=len(drawings),
        spread=_spread(visit, rows.spread(series, drawings)),
        people=shares(visit, series),
        **writing(visit),
    )


def writing(visit: Visit) -> dict[str, Any]:
    """How numbers and times are written; and tables, where spreadsheets expect commas in them."""

    def number(value: float | None, digits: int = 2) -> str:
        return "–" if value is None else decimal(value, digits, visit.text)

    def percent(value: float | None) -> str:
        return "–" if value is None else f"{number(100 * value, 0)}\N{NO-BREAK SPACE}%"

    def seconds(ms: float | None) -> str:
        return "–" if ms is None else f"{number(ms / 1000, 1)}\N{NO-BREAK SPACE}s"

    comma = visit.text("analysis.decimal_mark") == ","
    separator = Decimal.COMMA if comma else Decimal.POINT
    ways = {"number": number, "percent": percent, "seconds": seconds, "clock": clock}
    return ways | {"decimal": separator}


def shown(visit: Visit, figure: str, value: float | None) -> str:
    ways = writing(visit)
    if value is None:
        return "–"
    if figure == "talk_ms":
        return clock(value)
    if figure.endswith("_ms"):
        return str(ways["seconds"](value))
    if figure in PARTS:
        return str(ways["percent"](value))
    if figure.endswith("_per_hour"):
        return str(ways["number"](value, 1))
    return str(ways["number"](value, 0 if value == int(value) and is_count(figure) else 2))


def is_count(figure: str) -> bool:
    return figure in COUNTS or figure.startswith(SHIFT)


COUNTS = frozenset(
    {*SIDES["amount"], *SIDES["floor"], *(timing.count_of(kind) for kind in silence.KINDS)}
)
SHIFT = shift("")


def _figures(
    visit: Visit, found: Iterable[FigureRow]
) -> Sequence[tuple[str, list[dict[str, str]]]]:
    by = {(row.facilitator, row.figure): row for row in found}
    return [
        (
            visit.text(f"analysis.part_{name}"),
            [_both(visit, by, each, visit.text(f"analysis.figure_{each}")) for each in figures],
        )
        for name, figures in SIDES.items()
    ]


def _shifts(visit: Visit, found: Iterable[FigureRow]) -> list[dict[str, str]]:
    by = {(row.facilitator, row.figure): row for row in found}
    names = sorted({figure for _, figure in by if figure.startswith(SHIFT)})
    return [_both(visit, by, name, name.removeprefix(SHIFT)) for name in names]


def _both(
    visit: Visit, by: Mapping[tuple[str, str], FigureRow], figure: str, words: str
) -> dict[str, str]:
    """With the facilitator and without; what never came about on one side is none there."""
    told = {"figure": words}
    for side, name, chance in (
        ("with", "everyone", "chance"),
        ("without", "others", "chance_others"),
    ):
        row = by.get((side, figure))
        told[name] = shown(visit, figure, row.value if row else 0)
        told[chance] = chance_of(visit, row) if row else ""
    return told


def _whole(visit: Visit, found: Iterable[FigureRow]) -> list[dict[str, str]]:
    by = {row.figure: row for row in found if row.facilitator == "whole"}
    return [
        {
            "figure": figure,
            "value": shown(visit, figure, by[figure].value),
            "chance": chance_of(visit, by[figure]),
        }
        for figure in WHOLE
    ]


def _passages(
    visit: Visit, found: Sequence[PassageRow]
) -> Sequence[tuple[str, list[dict[str, str]]]]:
    """With the facilitator and without, by kind."""
    seconds = writing(visit)["seconds"]

    def told(row: PassageRow) -> dict[str, str]:
        low, high = seconds(row.lower_quartile_ms), seconds(row.upper_quartile_ms)
        count, median = timing.count_of(row.kind), timing.median_of(row.kind)
        by_count = row.chance_low, row.chance_high, row.p
        by_median = row.median_chance_low, row.median_chance_high, row.median_p
        return {
            "kind": row.kind,
            "count": str(row.count),
            "count_chance": _range(visit, count, *by_count),
            "median": seconds(row.median_ms),
            "median_chance": _range(visit, median, *by_median),
            "middle_half": f"{low}–{high}" if row.count else "",
        }

    return [(side, [told(row) for row in own]) for side, own in sides(visit, found)]


def chance_of(visit: Visit, row: FigureRow | SpreadRow | BetweenRow) -> str:
    return _range(visit, row.figure, row.chance_low, row.chance_high, row.p)


def p_of(visit: Visit, p: float | None) -> str:
    """Alone, where there is no room for the range."""
    if p is None or math.isnan(p):
        return ""
    return visit.text("analysis.p", p=decimal(p, 3, visit.text))


def _range(
    visit: Visit, figure: str, low: float | None, high: float | None, p: float | None
) -> str:
    if p is None or low is None or high is None:
        return ""
    if is_count(figure):
        low, high = round(low), round(high)
    ends = {"low": shown(visit, figure, low), "high": shown(visit, figure, high)}
    return visit.text("analysis.by_chance", **ends, p=decimal(p, 3, visit.text))


def _spread(visit: Visit, found: Iterable[SpreadRow]) -> list[dict[str, Any]]:
    by = {(row.facilitator, row.figure): row for row in found}
    found_rows = []
    for side, figure in SPREAD:
        row = by.get((side, figure))
        if row is not None:
            values = {name: getattr(row, name) for name in ("mean", "sd", "low", "high")}
            words = {name: shown(visit, figure, value) for name, value in values.items()}
            found_rows.append(
                {"side": side, "figure": figure, "meetings": row.meetings}
                | words
                | {"chance": chance_of(visit, row)}
            )
    return found_rows
