"""The theme river with the facilitator and without: by hand, and how it is drawn."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given

from app.content import charts, counts, river, rows
from app.content.table import Coded, Sitting, Speaker
from tests.app.content.tables import PEOPLE, Unit, content, hand, table, tables

SVG = "{http://www.w3.org/2000/svg}"


def t(key: str, **values: object) -> str:
    return key


def test_a_series_by_hand() -> None:
    """First meetings: F1 10 s of 0 and 40 s of 2, J1 20 s of 1 and 0 and 10 s of 1. Second ones: J1
    20 s of 1, F1 10 s of 0. Shares of the others are of the others' time."""
    everyone, others = river.both(hand())
    for each in (everyone, others):
        assert [tuple(part) for part in each.parts] == [(1, None, None), (2, None, None)]
    assert everyone.ms.tolist() == [[30_000, 30_000, 40_000], [10_000, 20_000, 0]]
    assert everyone.of_ms.tolist() == [80_000, 30_000]
    assert others.ms.tolist() == [[20_000, 30_000, 0], [0, 20_000, 0]]
    assert others.of_ms.tolist() == [30_000, 20_000]
    assert others.widths.tolist() == [pytest.approx([2 / 3, 1, 0]), [0, 1, 0]]


def one_meeting() -> Coded:
    """The third of a series, 100 s long: F1 40–60 s: 0 | J1 45–55 s: 1 | J1 60–80 s: 1."""
    units = [
        Unit(0, 0, 40_000, 60_000, [0]),
        Unit(0, 1, 45_000, 55_000, [1]),
        Unit(0, 1, 60_000, 80_000, [1]),
    ]
    return table(1, PEOPLE[:2], [Sitting(0, 3, 100_000)], 2, units)


def test_a_meeting_by_hand() -> None:
    everyone, others = river.both(one_meeting())
    for each in (everyone, others):
        assert [tuple(part) for part in each.parts] == [(3, 0, 50_000), (3, 50_000, 100_000)]
    assert everyone.widths.tolist() == everyone.ms.tolist() == [[10_000, 5_000], [10_000, 25_000]]
    assert everyone.of_ms.tolist() == [15_000, 35_000]
    assert others.widths.tolist() == others.ms.tolist() == [[0, 5_000], [0, 25_000]]
    assert others.of_ms.tolist() == [5_000, 25_000]


def test_where_only_the_facilitator_spoke_the_others_river_is_dry() -> None:
    coded = hand().only(hand().is_facilitator | (hand().meeting != 1))
    _, others = river.both(coded)
    assert [part.ordinal for part in others.parts] == [1, 2]
    assert np.isnan(others.share_of_time[1]).all()
    assert others.widths[1].tolist() == [0, 0, 0]


@given(tables())
def test_what_the_others_lack_is_what_facilitators_said(coded: Coded) -> None:
    everyone, others = river.both(coded)
    _, led = counts.tally(coded, coded.is_facilitator.astype(np.int64), 2).ms
    assert (everyone.ms - others.ms).sum(axis=0).tolist() == led.tolist()


def upper_edge(name: str, coded: Coded) -> list[list[float]]:
    """Of each stream the heights at which its upper edge passes the parts."""
    picture = ElementTree.fromstring(charts.OF_AXIS[name](content(coded), t, "en"))
    paths = [each.get("d", "").split(" L")[0] for each in picture.iter(f"{SVG}path")]
    return [[float(y) for _, y in re.findall(r"([\d.]+),([\d.]+)(?: C|$)", path)] for path in paths]


def test_a_meeting_without_the_facilitator_is_drawn_in_everybodys_scale() -> None:
    """35 s are 200 high, 15 s 85.7; the others' 25 s 142.9, and 5 s 28.6. The middle is 120."""
    first, second = upper_edge("river", one_meeting())
    assert (first, second) == ([77.1, 20], [134.3, 77.1])
    (alone,) = upper_edge("river_without", one_meeting())
    assert alone == [105.7, 48.6]


def test_both_rivers_stand_in_one_table() -> None:
    found = rows.river(content(one_meeting()))
    by = {(row.facilitator, row.start_ms, row.code): row for row in found}
    assert len(found) == len(by) == 2 * 2 * 2
    row = by["without", 50_000, "1"]
    assert (row.meeting, row.end_ms, row.ms, row.of_ms) == (3, 100_000, 25_000, 25_000)
    assert row.share_of_time == 1
    row = by["with", 50_000, "1"]
    assert (row.ms, row.of_ms, row.share_of_time) == (25_000, 35_000, pytest.approx(5 / 7))


def test_without_coded_turns_there_are_no_rows_of_a_series() -> None:
    nothing = table(1, [Speaker(0, "J1", 0)], [Sitting(0, 1, 9), Sitting(0, 2, 9)], 1, [])
    assert rows.river(content(nothing)) == []
