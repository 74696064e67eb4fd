"""Figures over time: of the parts of one meeting, and of the meetings of a group's series."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from app.analysis.drawing import Dash, Text, along, clock, decimal, draw, hue, time_ticks
from app.analysis.measures import Side
from app.analysis.service import Measured
from app.turns.rules import on_one_line, printed

TOP, BOTTOM = 12.0, 212.0


class Line(NamedTuple):
    label: str
    values: Sequence[float]
    """Between 0 and 1; NaN where there is none."""


def rules(series: Iterable[Measured]) -> list[str]:
    """What made the turns of these meetings; one line where all were made alike."""
    return sorted({printed(each.studied.index) for each in series})


def balance(measured: Measured, t: Text) -> str:
    """Rescaled Gini of each part of the meeting; shaded, what chance gives a group of equals."""
    whole = measured.studied.talk.length_ms
    everyone, others = measured.measures.everyone, measured.measures.others
    parts = everyone.over_time
    return two_lines(
        "balance",
        t,
        printed(measured.studied.index),
        places=[along((span.start_ms + span.end_ms) / 2, whole) for span, _, _ in parts],
        words=[f"{clock(span.start_ms)}–{clock(span.end_ms)}" for span, _, _ in parts],
        lines=[
            Line(t("analysis.with"), [even.gini_rescaled for _, even, _ in parts]),
            Line(t("analysis.without"), [even.gini_rescaled for _, even, _ in others.over_time]),
        ],
        ticks=time_ticks(whole),
        band=[(chance.low, chance.high) for _, _, chance in parts],
    )


def series_balance(series: Sequence[Measured], t: Text) -> str:
    """Rescaled Gini by meeting; shaded, what chance gives a group of equals."""

    def band(measured: Measured) -> tuple[float, float]:
        chance = measured.measures.everyone.chance["gini_rescaled"]
        return chance.low, chance.high

    sides = [(each.measures.everyone, each.measures.others) for each in series]
    lines = [
        Line(t("analysis.with"), [one.balance.gini_rescaled for one, _ in sides]),
        Line(t("analysis.without"), [other.balance.gini_rescaled for _, other in sides]),
    ]
    return _series("series_balance", series, t, lines, [band(each) for each in series])


def series_facilitator(series: Sequence[Measured], t: Text) -> str:
    """How much goes through the facilitator: groups grow more independent, or they do not."""
    led = [[p.share for p in each.measures.parts if p.is_facilitator] for each in series]
    talked = [sum(shares) if shares else math.nan for shares in led]
    lines = [
        Line(t("analysis.of_talk"), talked),
        Line(t("analysis.of_changes"), [each.measures.star for each in series]),
    ]
    return _series("series_facilitator", series, t, lines)


def series_floor(series: Sequence[Measured], t: Text) -> str:
    return _floor("series_floor", series, [each.measures.everyone for each in series], t)


def series_floor_without(series: Sequence[Measured], t: Text) -> str:
    """Of the time in which no facilitator has a turn; see `silence`."""
    return _floor("series_floor_without", series, [each.measures.others for each in series], t)


def _floor(name: str, series: Sequence[Measured], sides: Sequence[Side], t: Text) -> str:
    lines = [
        Line(t(f"analysis.figure_{figure}"), [side.timing[figure] for side in sides])
        for figure in ("silence", "overlap")
    ]
    return _series(name, series, t, lines)


OF_GROUP: Mapping[str, Callable[[Sequence[Measured], Text], str]] = {
    "series_balance": series_balance,
    "series_facilitator": series_facilitator,
    "series_floor": series_floor,
    "series_floor_without": series_floor_without,
}


def _series(
    name: str,
    series: Sequence[Measured],
    t: Text,
    lines: Sequence[Line],
    band: Sequence[tuple[float, float]] = (),
) -> str:
    places = [along(place + 0.5, len(series)) for place in range(len(series))]
    words = [t("analysis.nth", number=each.studied.meeting.ordinal) for each in series]
    ticks = [{"x": x, "label": word} for x, word in zip(places, words, strict=True)]
    caption = on_one_line(rules(series))
    return two_lines(
        name, t, caption, places=places, words=words, lines=lines, ticks=ticks, band=band
    )


def two_lines(
    name: str,
    t: Text,
    caption: str,
    *,
    places: Sequence[float],
    words: Sequence[str],
    lines: Sequence[Line],
    ticks: Sequence[Mapping[str, Any]],
    band: Sequence[tuple[float, float]] = (),
) -> str:
    """Two lines between 0 and 1, the second dashed, for eyes that see no difference in hue."""
    shaded = [
        {"x": x, "top": _y(high), "height": round(max(_y(low) - _y(high), 2), 1)}
        for x, (low, high) in zip(places, band, strict=bool(band))
        if not math.isnan(high)
    ]
    return draw(
        "lines",
        name,
        BOTTOM + 76,
        title=t(f"analysis.{name}"),
        desc=t(f"analysis.{name}_desc"),
        rules=caption,
        legend=[Dash(each.label, n == 1, hue(n)) for n, each in enumerate(lines)],
        grid=[{"y": _y(step / 4), "label": decimal(step / 4, 2, t)} for step in range(5)],
        ticks=ticks,
        bottom=BOTTOM,
        band=shaded,
        lines=[
            {"hue": hue(n), "dashed": n == 1, "points": _points(places, words, each.values, t)}
            for n, each in enumerate(lines)
        ],
    )


def _points(
    places: Sequence[float], words: Sequence[str], values: Sequence[float], t: Text
) -> list[dict[str, Any]]:
    return [
        {"x": x, "y": _y(value), "words": f"{word}: {decimal(value, 2, t)}"}
        for x, word, value in zip(places, words, values, strict=True)
        if not math.isnan(value)
    ]


def _y(value: float) -> float:
    """What is more than 1, as a Gini weighted by presence may be, lies at the upper edge."""
    return round(BOTTOM - (BOTTOM - TOP) * min(value, 1), 1)
