"""The pictures of a meeting. Each takes what was measured and the texts of one language, and
returns an SVG that stands on a page, in a report and in a download alike."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.analysis import lines, others
from app.analysis.drawing import (
    LEFT,
    RIGHT,
    WIDTH,
    Text,
    along,
    decimal,
    draw,
    hue,
    time_ticks,
)
from app.analysis.measures import Order
from app.analysis.null import Cells
from app.analysis.participation import Participation
from app.analysis.service import Measured
from app.turns.rules import printed

LANE = 32
DEEPEST = 0.55
"""Opacity of a whole row's share. Higher: its number cannot be read. Lower: shades look alike."""


def timeline(measured: Measured, t: Text) -> str:
    table = measured.studied.talk
    length, people = table.length_ms, table.people
    columns = (table.speaker, table.start_ms, table.end_ms, table.is_backchannel)
    turns: list[list[dict[str, Any]]] = [[] for _ in people]
    for who, start, end, small in zip(*(each.tolist() for each in columns), strict=True):
        x = along(start, length)
        turns[who].append({"x": x, "width": _least(along(end, length) - x), "small": small})
    lanes = [
        {
            "label": person.pseudonym,
            "y": 8 + LANE * place,
            "hue": hue(place),
            "turns": turns[place],
            "stays": [
                {
                    "x": along(stay.start_ms, length),
                    "width": _least(along(stay.end_ms, length) - along(stay.start_ms, length)),
                }
                for stay in person.stays
            ],
        }
        for place, person in enumerate(people)
    ]
    bottom = 10 + LANE * len(people)
    return draw(
        "timeline", "timeline", bottom + 48,
        title=t("analysis.timeline"), desc=t("analysis.timeline_desc"),
        rules=printed(measured.studied.index),
        lanes=lanes, bottom=bottom, ticks=time_ticks(length),
    )  # fmt: skip


def _least(width: float) -> float:
    """What is there is seen."""
    return round(max(width, 1), 1)


Parts = Mapping[int, Participation]
"""Of each person who is drawn, by their place in the roster."""


def _parts(measured: Measured) -> Parts:
    return dict(enumerate(measured.measures.parts))


def _parts_of_others(measured: Measured) -> Parts:
    talk = measured.studied.talk
    return dict(zip(_others(measured), others.parts(talk), strict=True))


def shares(measured: Measured, t: Text) -> str:
    return _bars("shares", measured, _parts(measured), t)


def shares_without(measured: Measured, t: Text) -> str:
    """Of what the others said."""
    return _bars("shares_without", measured, _parts_of_others(measured), t)


def _bars(name: str, measured: Measured, parts: Parts, t: Text) -> str:
    full, present = WIDTH - LEFT - 180, sum(part.present_ms for part in parts.values()) or 1
    most = max((max(p.share, p.present_ms / present) for p in parts.values()), default=1)
    scale = full / (most or 1)
    bars = [
        {
            "label": part.pseudonym,
            "y": 6 + LANE * line,
            "hue": hue(place),
            "width": round(part.share * scale, 1),
            "even": round(LEFT + part.present_ms / present * scale, 1),
            "words": t("analysis.bar", percent=f"{100 * part.share:.0f}", turns=part.turns),
        }
        for line, (place, part) in enumerate(parts.items())
    ]
    return draw(
        "shares", name, 36 + LANE * len(parts),
        title=t(f"analysis.{name}"), desc=t(f"analysis.{name}_desc"),
        rules=printed(measured.studied.index), bars=bars, full=full,
    )  # fmt: skip


def network(measured: Measured, t: Text) -> str:
    order = measured.measures.everyone.order
    return _network("network", measured, order, _parts(measured), t)


def network_without(measured: Measured, t: Text) -> str:
    """Of the changes that `heat_without` counts; everybody stays in their place."""
    order = measured.measures.others.order
    return _network("network_without", measured, order, _parts_of_others(measured), t)


def _network(name: str, measured: Measured, order: Order, parts: Parts, t: Text) -> str:
    """The facilitator on top, who speaks more larger, an arrow as wide as there are changes. The
    seat of who is left out stays empty."""
    matrix, seats = order.followings, _seats(measured.studied.talk.size)
    nodes = {}
    for place, part in parts.items():
        size = round(16 + 34 * math.sqrt(part.share), 1)
        node = {"radius": size, "hue": hue(place), "label": part.pseudonym}
        nodes[place] = node | seats[place]
    pairs = [(i, j) for i in nodes for j in nodes if i != j and matrix[i, j]]
    strongest = max((int(matrix[pair]) for pair in pairs), default=1)
    arrows = [_arrow(nodes[i], nodes[j], int(matrix[i, j]), strongest) for i, j in pairs]
    return draw(
        "network", name, 400,
        title=t(f"analysis.{name}"), desc=t(f"analysis.{name}_desc"),
        rules=printed(measured.studied.index), nodes=list(nodes.values()), arrows=arrows,
        empty=[seat for place, seat in enumerate(seats) if place not in parts],
    )  # fmt: skip


def _seats(count: int) -> list[dict[str, float]]:
    """Round an oval table, the first on top."""
    angles = [2 * math.pi * place / count - math.pi / 2 for place in range(count)]
    return [
        {
            "x": round(WIDTH / 2 + 225 * math.cos(angle), 1),
            "y": round(190 + 150 * math.sin(angle), 1),
        }
        for angle in angles
    ]


def _arrow(one: dict[str, Any], other: dict[str, Any], times: int, most: int) -> dict[str, Any]:
    """A bow from edge to edge, so that the way back lies beside it."""
    dx, dy = other["x"] - one["x"], other["y"] - one["y"]
    length = math.hypot(dx, dy)
    ux, uy = dx / length, dy / length
    bend = 0.12 * length
    bow = ((one["x"] + other["x"]) / 2 - uy * bend, (one["y"] + other["y"]) / 2 + ux * bend)
    width = 1 + 6 * times / most
    tip = _towards(other, bow, other["radius"] + 2)
    neck = _towards(other, bow, other["radius"] + 8 + width)
    start = _towards(one, bow, one["radius"] + 1)
    bx, by = neck[0] - tip[0], neck[1] - tip[1]
    side = (4 + width * 0.7) / math.hypot(bx, by)
    corners = [tip, (neck[0] - by * side, neck[1] + bx * side)]
    corners.append((neck[0] + by * side, neck[1] - bx * side))
    return {
        "hue": one["hue"],
        "width": round(width, 1),
        "path": f"M{_point(start)} Q{_point(bow)} {_point(neck)}",
        "head": " ".join(map(_point, corners)),
        "words": f"{one['label']} → {other['label']}: {times}",
    }


def _towards(
    node: Mapping[str, Any], at: tuple[float, float], distance: float
) -> tuple[float, float]:
    dx, dy = at[0] - node["x"], at[1] - node["y"]
    scale = distance / math.hypot(dx, dy)
    return node["x"] + dx * scale, node["y"] + dy * scale


def _point(at: tuple[float, float]) -> str:
    return f"{at[0]:.1f},{at[1]:.1f}"


def heat(measured: Measured, t: Text) -> str:
    return _grid("heat", measured, measured.measures.everyone.order, _everybody(measured), t)


def heat_without(measured: Measured, t: Text) -> str:
    """Of the changes straight from one of the others to another."""
    order = measured.measures.others.order
    return _grid("heat_without", measured, order, _others(measured), t)


def _everybody(measured: Measured) -> list[int]:
    return list(range(measured.studied.talk.size))


def _others(measured: Measured) -> list[int]:
    people = enumerate(measured.studied.talk.people)
    return [place for place, person in people if not person.is_facilitator]


def _grid(name: str, measured: Measured, order: Order, people: Sequence[int], t: Text) -> str:
    """Counts, the expected ones in brackets, shaded by the share of the row."""
    labels = [measured.measures.parts[n].pseudonym for n in people]
    left, high = 150, 48
    cell = min(92, (WIDTH - left - RIGHT) / max(len(labels), 1))
    cells = [
        {
            "x": round(left + place * cell, 1),
            "y": 48 + line * high,
            "own": i == j,
            "count": int(order.followings[i, j]),
            "expected": decimal(float(order.expected[i, j]), 1, t),
            "depth": round(DEEPEST * float(order.row_shares[i, j]), 2),
            "words": f"{labels[line]} → {labels[place]}: {_by_chance(order.cells, i, j, t)}",
        }
        for line, i in enumerate(people)
        for place, j in enumerate(people)
    ]
    return draw(
        "heat", name, 48 + high * len(labels) + 34,
        title=t(f"analysis.{name}"), desc=t(f"analysis.{name}_desc"),
        rules=printed(measured.studied.index),
        labels=labels, left=left, cell=round(cell, 1), high=high, cells=cells,
        across=t("analysis.heat_across"),
    )  # fmt: skip


def _by_chance(cells: Cells | None, i: int, j: int, t: Text) -> str:
    if cells is None:
        return "–"
    low, high = (decimal(float(each[i, j]), 1, t) for each in (cells.low, cells.high))
    return t("analysis.by_chance", low=low, high=high, p=decimal(float(cells.p[i, j]), 3, t))


OF_MEETING: Mapping[str, Callable[[Measured, Text], str]] = {
    "timeline": timeline,
    "shares": shares,
    "shares_without": shares_without,
    "network": network,
    "network_without": network_without,
    "heat": heat,
    "heat_without": heat_without,
    "balance": lines.balance,
}
