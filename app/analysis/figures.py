"""Every figure of a meeting by its name, with the facilitator, without, and about them. Pure."""

from collections.abc import Mapping

from app.analysis import sequence
from app.analysis.measures import Measures, Side
from app.kit.http import number

WITH, WITHOUT, WHOLE = "with", "without", "whole"

Name = tuple[str, str]
"""Of whom, and the figure."""


def values(found: Measures) -> dict[Name, float | None]:
    """Side and figure → what was measured, as tables give it."""
    whole = {"star": found.star, "star_to_chance": found.star_to_chance}
    sides = {WITH: of_side(found.everyone), WITHOUT: of_side(found.others), WHOLE: whole}
    return {
        (side, figure): number(value)
        for side, figures in sides.items()
        for figure, value in figures.items()
    }


def of_side(side: Side) -> Mapping[str, float | int | None]:
    return {
        "people": side.people,
        "turns": side.turns,
        "talk_ms": side.talk_ms,
        "backchannels": side.backchannels,
        "gini": side.balance.gini,
        "gini_rescaled": side.balance.gini_rescaled,
        "entropy": side.balance.entropy,
        "largest_share": side.balance.largest_share,
        **side.timing,
        "reciprocity": side.order.reciprocity,
        "returns": side.order.returns,
        **side.comparable,
        **{sequence.shift(code): count for code, count in sorted(side.order.shifts.items())},
    }
