"""The picture of answers beside the talk: a dot for each person, an SVG for page and download."""

import math
from collections.abc import Sequence
from typing import Any

from app.analysis.drawing import RIGHT, WIDTH, Text, along, decimal, draw, hue
from app.linkage import pairs as linking
from app.linkage.measures import Measure
from app.linkage.pairs import Pair
from app.linkage.service import Linked
from app.surveys.models import AnswerKind

LEFT = 64
TOP, BOTTOM = 30.0, 290.0
MOST_STEPS = 6
ASIDE = 9.0
"""Between dots of one answer, which would lie on one another."""
LETTERS = 16
"""Of a choice under the picture; its dots say it whole."""
TITLE_LETTERS = 90


def scatter(linked: Linked, t: Text, language: str) -> str:
    """Answers along, measure upward, a hue for each group; of choices a column of dots for each,
    with a line at its median."""
    pairs = linked.pairs
    groups = list(dict.fromkeys((pair.group_id, pair.group) for pair in pairs))
    steps = _steps([0.0, *(pair.measure for pair in pairs)])
    is_choice = linked.column.kind == AnswerKind.CHOICE
    places, ticks = _choices(pairs) if is_choice else _numbers(pairs, t)
    hues = {group_id: hue(number) for number, (group_id, _) in enumerate(groups)}
    dots = [
        {
            "x": x,
            "y": _y(pair.measure, steps),
            "hue": hues[pair.group_id],
            "words": f"{pair.group}: {pair.pseudonym} · {pair.answer} · "
            f"{said(linked.measure, pair.measure, t)}",
        }
        for x, pair in zip(places, pairs, strict=True)
    ]
    keys = [
        {"x": LEFT + 8 + 220 * (n % 3), "y": BOTTOM + 64 + 20 * (n // 3), "hue": hues[id_]}
        | {"label": _short(name, 28)}
        for n, (id_, name) in enumerate(groups)
    ]
    name = named(linked.measure, t, language)
    return draw(
        "scatter", "scatter", BOTTOM + 70 + 20 * math.ceil(len(keys) / 3) + 14,
        title=t("linkage.scatter"), desc=t("linkage.scatter_desc"),
        rules=" | ".join(linked.measure.made_by), left=LEFT, bottom=BOTTOM,
        grid=[{"y": _y(step, steps), "label": said(linked.measure, step, t)} for step in steps],
        ticks=ticks, dots=dots, keys=keys,
        middles=_middles(pairs, ticks, steps) if is_choice else [],
        upward=_short(name, TITLE_LETTERS), rightward=_short(question(linked, t), TITLE_LETTERS),
    )  # fmt: skip


def question(linked: Linked, t: Text) -> str:
    label = linked.column.after.question.label
    return t("linkage.difference_of", question=label) if linked.column.before else label


def named(measure: Measure, t: Text, language: str) -> str:
    """What it is called."""
    if measure.code is None:
        return t(f"linkage.{measure.name}")
    return t("linkage.share_of_code", code=measure.code.name.said(language))


def said(measure: Measure, value: float, t: Text) -> str:
    if measure.is_share:
        return f"{decimal(100 * value, 1, t)}\N{NO-BREAK SPACE}%"
    return decimal(value, 0 if value == int(value) else 2, t)


def _numbers(pairs: Sequence[Pair], t: Text) -> tuple[list[float], list[dict[str, Any]]]:
    steps = _steps([pair.value for pair in pairs if pair.value is not None])

    def x(value: float) -> float:
        return along(value - steps[0], steps[-1] - steps[0], LEFT + 20, WIDTH - RIGHT - 20)

    digits = max(0, -math.floor(round(math.log10(steps[1] - steps[0]), 6)))
    ticks = [{"x": x(step), "label": decimal(step, digits, t)} for step in steps]
    return [x(pair.value or 0.0) for pair in pairs], ticks


def _choices(pairs: Sequence[Pair]) -> tuple[list[float], list[dict[str, Any]]]:
    answers = [each.answer for each in linking.by_answer(pairs)]
    middle = {answer: along(n + 0.5, len(answers), LEFT) for n, answer in enumerate(answers)}
    room = (WIDTH - RIGHT - LEFT) / max(len(answers), 1)
    places = []
    for number, pair in enumerate(pairs):
        before = sum(each.answer == pair.answer for each in pairs[:number])
        whole = sum(each.answer == pair.answer for each in pairs)
        step = min(ASIDE, 0.8 * room / whole)
        places.append(round(middle[pair.answer] + step * (before - (whole - 1) / 2), 1))
    letters = max(4, round(LETTERS * room / 110))
    return places, [{"x": middle[each], "label": _short(each, letters)} for each in answers]


def _middles(
    pairs: Sequence[Pair], ticks: Sequence[dict[str, Any]], steps: Sequence[float]
) -> list[dict[str, Any]]:
    options = linking.by_answer(pairs)
    return [
        {"x": tick["x"], "y": _y(option.median, steps)}
        for tick, option in zip(ticks, options, strict=True)
    ]


def _steps(values: Sequence[float]) -> list[float]:
    """Round numbers, two at least, from the lowest value or below to the highest or above."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    rough = (high - low) / MOST_STEPS or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first = math.floor(low / step)
    last = max(first + 1, math.ceil(round(high / step, 9)))
    return [round(step * n, 12) for n in range(first, last + 1)]


def _y(value: float, steps: Sequence[float]) -> float:
    part = (value - steps[0]) / (steps[-1] - steps[0])
    return round(BOTTOM - (BOTTOM - TOP) * part, 1)


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"
