"""From charts' numbers to SVG: small templates of our own.

Altair with vl-convert would draw these too, from a wheel of some 30 MB that carries a JavaScript
engine, and in a style that is nobody's. Six templates are less than its themes, take their words
from our catalogues, their colours from our tokens (attributes, which a style sheet overrides where
the picture stands in a page, in dark mode too), and need no style element, which the security
policy forbids. A picture stands alone: it names its rules, and opens in any program.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

Text = Callable[..., str]
"""A text by its key, in one language."""
WIDTH = 720
LEFT = 64
RIGHT = 24
HUES = (
    *("#25786b", "#b5561f", "#5367b8", "#8d6e14", "#9a4f8f", "#4b7f36"),
    *("#b94459", "#2b709e", "#836646", "#6a58b0", "#66731f", "#566b77"),
)
"""As in the style sheet; a person's is their place in the roster."""
RULES_LETTERS = 118
"""In a line under the picture. Lower: more lines. Higher: cut off where the letters are wide."""
RULES_LINE = 14
STEPS_S = (5, 10, 30, 60, 120, 300, 600, 900, 1_800, 3_600)
MOST_TICKS = 9

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pictures"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Dash(NamedTuple):
    label: str
    dashed: bool
    hue: Mapping[str, str]


def hue(number: int) -> dict[str, str]:
    place = number % len(HUES)
    return {"colour": HUES[place], "class": f"hue-{place + 1}"}


def draw(
    template: str,
    name: str,
    height: float,
    *,
    title: str,
    desc: str,
    rules: str,
    legend: Sequence[Dash] = (),
    **values: Any,
) -> str:
    """The picture; `name` tells its title from other pictures' in one page."""
    lines = wrap(rules, RULES_LETTERS, break_on_hyphens=False) or [""]
    return _environment.get_template(f"{template}.svg").render(
        name=name,
        width=WIDTH,
        height=round(height),
        whole=round(height) + RULES_LINE * (len(lines) - 1),
        title=title,
        desc=desc,
        rules=[(line, RULES_LINE * number) for number, line in enumerate(lines)],
        legend=legend,
        **values,
    )


def along(value: float, whole: float, left: float = LEFT, right: float = WIDTH - RIGHT) -> float:
    return round(left + (right - left) * value / whole, 1) if whole else left


def decimal(value: float, digits: int, t: Text) -> str:
    """As the language writes it."""
    return f"{value:.{digits}f}".replace(".", t("analysis.decimal_mark"))


def clock(ms: float) -> str:
    """Minutes and seconds; hours when there are some."""
    minutes, seconds = divmod(round(ms / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def time_ticks(length_ms: int) -> list[dict[str, Any]]:
    fitting = (step for step in STEPS_S if length_ms / 1000 / step <= MOST_TICKS)
    step = next(fitting, STEPS_S[-1]) * 1000
    return [{"x": along(at, length_ms), "label": clock(at)} for at in range(0, length_ms + 1, step)]
