"""The pictures of content. Each takes what was coded and the texts of one language, and returns an
SVG that stands on a page, in a report and in a download alike."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from app.analysis.drawing import RIGHT, WIDTH, Text, along, decimal, draw, time_ticks
from app.analysis.table import Floats
from app.codebooks.levels import Level
from app.content import counts, relations
from app.content import river as rivers
from app.content.river import Part, River
from app.content.rows import factor
from app.content.service import Content
from app.sampling import basis
from app.turns.rules import on_one_line

LANE = 30
MIDDLE, HALF = 120.0, 100.0
"""Of the river, and how far it reaches at its widest."""
DEEPEST = 0.55


def caption(content: Content, t: Text) -> str:
    """What the figures depend on: the codebook's version and the level of its codes, the rules of
    the turns, the sample."""
    book, version = content.material.codebook, content.material.version
    named = f"{book.name}, {t('agreement.nth_version', number=version.version)}"
    level = [t("content.level_main")] if content.level == Level.MAIN else []
    sample = [basis.caption(content.sample, t)] if content.sample else []
    return on_one_line([named, *level, *content.basis.rules, *sample])


def frequencies(content: Content, t: Text, language: str) -> str:
    """Bars of each code's share of coded time; beside them its turns."""
    names, of = factor(content, "all")
    found = counts.tally(content.coded, of, len(names))
    shares = np.nan_to_num(found.share_of_time[0])
    left, full = 200, WIDTH - 200 - 150
    scale = full / (shares.max(initial=0) or 1)
    bars = [
        {
            "label": code.name.said(language),
            "y": 6 + LANE * place,
            "colour": code.colour,
            "width": round(float(shares[place]) * scale, 1),
            "words": t(
                "content.bar",
                percent=f"{100 * shares[place]:.0f}",
                turns=int(found.turns[0, place]),
            ),
        }
        for place, code in enumerate(content.codes)
    ]
    return draw(
        "bars", "frequencies", 36 + LANE * len(bars),
        title=t("content.frequencies"), desc=t("content.frequencies_desc"),
        rules=caption(content, t), bars=bars, left=left, full=full,
    )  # fmt: skip


def river(content: Content, t: Text, language: str) -> str:
    """Theme river (Havre, Hetzler & Nowell 2000): how much time each code holds, over a meeting or
    from meeting to meeting of a series; as wide as the whole that was coded."""
    everyone, _ = rivers.both(content.coded)
    return _river("river", everyone, everyone, content, t, language)


def river_without(content: Content, t: Text, language: str) -> str:
    """In the scale of everybody's, so that what is narrower is the facilitator's."""
    everyone, others = rivers.both(content.coded)
    return _river("river_without", others, everyone, content, t, language)


def _river(name: str, found: River, scale: River, content: Content, t: Text, language: str) -> str:
    """`scale`: the river that is drawn at full width."""
    widths, most = found.widths, scale.widths.sum(axis=1).max(initial=0) or 1
    places, ticks = _places(content, found.parts, t)
    scaled = widths / most * 2 * HALF
    top = MIDDLE - scaled.sum(axis=1) / 2
    edges = np.concatenate([top[:, None], top[:, None] + np.cumsum(scaled, axis=1)], axis=1)
    streams = [
        {
            "path": _stream(places, edges[:, place], edges[:, place + 1]),
            "colour": code.colour,
            "words": code.name.said(language),
        }
        for place, code in enumerate(content.codes)
        if widths[:, place].any()
    ]
    return draw(
        "river", name, 2 * MIDDLE + 40 + 22 * ((len(streams) + 2) // 3) + 16,
        title=t(f"content.{name}"), desc=t(f"content.{name}_desc"), rules=caption(content, t),
        streams=streams, ticks=ticks, bottom=2 * MIDDLE,
    )  # fmt: skip


def _places(
    content: Content, parts: Sequence[Part], t: Text
) -> tuple[list[float], list[dict[str, Any]]]:
    """Where each part stands, and what stands below."""
    places = [along(n + 0.5, len(parts)) for n in range(len(parts))]
    if len(content.coded.meetings) == 1:
        return places, time_ticks(content.coded.meetings[0].length_ms)
    words = [t("analysis.nth", number=part.ordinal) for part in parts]
    return places, [{"x": x, "label": word} for x, word in zip(places, words, strict=True)]


def _stream(places: Sequence[float], above: Floats, below: Floats) -> str:
    """A band with level tangents, there along its upper edge and back along the lower."""
    there = list(zip(places, above.tolist(), strict=True))
    back = list(zip(places, below.tolist(), strict=True))[::-1]
    if len(there) == 1:
        (x, high), (_, low) = there[0], back[0]
        there, back = [(x - 40, high), (x + 40, high)], [(x + 40, low), (x - 40, low)]
    return f"M{_along(there)} L{_along(back)} Z"


def _along(points: Sequence[tuple[float, float]]) -> str:
    (x, y), *rest = points
    parts = [f"{x:.1f},{y:.1f}"]
    for x2, y2 in rest:
        middle = (x + x2) / 2
        parts.append(f"C{middle:.1f},{y:.1f} {middle:.1f},{y2:.1f} {x2:.1f},{y2:.1f}")
        x, y = x2, y2
    return " ".join(parts)


def follows(content: Content, t: Text, language: str) -> str:
    """Counts, the expected ones in brackets, shaded by the share of the row."""
    by_group = relations.successions(content.coded)
    whole = by_group.sum(axis=0)
    return _squares(
        "follows", content, content, t, language,
        values=whole, expected=relations.expected(by_group).sum(axis=0),
        depths=np.nan_to_num(counts.shares(whole, whole.sum(axis=1))),
    )  # fmt: skip


def together(content: Content, other: Content, t: Text, language: str) -> str:
    """Counts, the expected ones in brackets, shaded by Jaccard's index."""
    found = relations.together(content.coded.given, other.coded.given, content.coded.group)
    return _squares(
        "together", content, other, t, language,
        values=found.counts, expected=found.expected, depths=np.nan_to_num(found.jaccard),
    )  # fmt: skip


def _squares(
    name: str,
    content: Content,
    other: Content,
    t: Text,
    language: str,
    *,
    values: Floats,
    expected: Floats,
    depths: Floats,
) -> str:
    same = name == "together" and content.axis.id == other.axis.id
    left, top, high = 190, 130, 40
    cell = min(92.0, (WIDTH - left - RIGHT) / max(len(other.codes), 1))
    deepest = max([float(d) for i, row in enumerate(depths) for j, d in enumerate(row)
                   if not (same and i == j)], default=0) or 1  # fmt: skip
    cells = [
        {
            "x": round(left + j * cell, 1),
            "y": top + i * high,
            "own": same and i == j,
            "count": int(values[i, j]),
            "expected": decimal(float(expected[i, j]), 0, t),
            "depth": round(DEEPEST * float(depths[i, j]) / deepest, 2),
            "words": f"{one.name.said(language)} → {two.name.said(language)}: {int(values[i, j])}",
        }
        for i, one in enumerate(content.codes)
        for j, two in enumerate(other.codes)
    ]
    return draw(
        "squares", name, top + high * len(content.codes) + 34,
        title=t(f"content.{name}"), desc=t(f"content.{name}_desc"), rules=caption(content, t),
        rows=[code.name.said(language) for code in content.codes],
        columns=[code.name.said(language) for code in other.codes],
        left=left, top=top, cell=round(cell, 1), high=high, cells=cells,
    )  # fmt: skip


OF_AXIS: Mapping[str, Callable[[Content, Text, str], str]] = {
    "frequencies": frequencies,
    "river": river,
    "river_without": river_without,
    "follows": follows,
}
PICTURES = ("frequencies", "river", "river_without", "together", "follows")


def picture(name: str, content: Content, other: Content, t: Text, language: str) -> str:
    if name == "together":
        return together(content, other, t, language)
    return OF_AXIS[name](content, t, language)
