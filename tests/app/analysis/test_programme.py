"""A programme's groups: counted as groups, by meeting order, and apart from one another."""

import csv
import io
from statistics import mean, stdev
from typing import Any
from xml.etree import ElementTree

import pytest

from app.analysis.programme import LINES, between, by_group, by_order
from app.kit.languages import LANGUAGES
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.remembered import two_series
from tests.fixtures.series import COUNT, Series

SVG = "{http://www.w3.org/2000/svg}"


def test_groups_are_counted_and_not_meetings() -> None:
    """Group means .5 and .1: mean .3, between √((.2² + .2²)/1) = .28284. Within: .1² + .1² around
    .5, nothing around the single .1: √(.02/1) = .14142."""
    found = {("with", "gini"): [{1: 0.4, 2: 0.6}, {1: 0.1}, {}]}
    row = between(found, ["a", "b"])[0]
    assert (row.groups, row.low, row.high) == (2, pytest.approx(0.1), pytest.approx(0.5))
    assert (row.mean, row.between_sd, row.within_sd) == (
        pytest.approx(0.3), pytest.approx(0.282843), pytest.approx(0.141421),
    )  # fmt: skip
    assert row.rules == "a | b"
    first, second = by_order(found, [])
    assert (first.meeting, first.groups, first.mean) == (1, 2, pytest.approx(0.25))
    assert (second.meeting, second.groups, second.sd) == (2, 1, None)
    told = [(row.group, row.meetings, row.mean) for row in by_group(found, ["A", "B", "C"], [])]
    assert told == [("A", 2, pytest.approx(0.5)), ("B", 1, pytest.approx(0.1))]


@pytest.fixture
async def groups(running: Application, cast: Cast) -> list[Series]:
    return await two_series(running, cast)


async def analysis(cast: Cast, path: str) -> Any:
    answer = await cast.researcher.client.get(f"/api/v1/{path}/analysis")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_it_says_of_groups_what_their_own_pages_say(cast: Cast, groups: list[Series]) -> None:
    found = await analysis(cast, f"programmes/{cast.programme_id}")
    own = [await analysis(cast, f"groups/{each.group}") for each in groups]
    stars = [
        [row["value"] for m in one["meetings"] for row in m["figures"] if row["figure"] == "star"]
        for one in own
    ]
    order = [row for row in found["by_order"] if row["figure"] == "star"]
    assert [row["meeting"] for row in order] == list(range(1, COUNT + 1))
    for place, row in enumerate(order):
        there = [each[place] for each in stars]
        assert row["mean"] == pytest.approx(mean(there), abs=1e-5)
        assert row["sd"] == pytest.approx(stdev(there), abs=1e-5)
    row = next(row for row in found["between"] if row["figure"] == "star")
    assert row["between_sd"] == pytest.approx(stdev(map(mean, stars)), abs=1e-5)


@pytest.mark.parametrize(
    ("who", "status"), [("coordinator", 200), ("alice", 404), ("mallory", 404)]
)
async def test_who_may_see_it(who: str, status: int, cast: Cast, groups: list[Series]) -> None:
    client = getattr(cast, who).client
    path = f"/api/v1/programmes/{cast.programme_id}/analysis"
    for each in ("", "/by_order.csv", "/between.csv", "/by_group.csv", "/programme_balance.svg"):
        assert (await client.get(path + each)).status_code == status


async def test_tables_and_pictures(cast: Cast, groups: list[Series]) -> None:
    path = f"/api/v1/programmes/{cast.programme_id}/analysis"
    found = await analysis(cast, f"programmes/{cast.programme_id}")
    for table in ("by_order", "between", "by_group"):
        text = (await cast.researcher.client.get(f"{path}/{table}.csv")).text
        read = list(csv.DictReader(io.StringIO(text)))
        assert len(read) == len(found[table])
        assert all("bridge_pause_ms 700" in row["rules"] for row in read)
    assert {row["group"] for row in found["by_group"]} == {"Maanantairyhmä", "Torstairyhmä"}
    for name, lines in LINES.items():
        for language in LANGUAGES:
            asked = {"language": language}
            answer = await cast.researcher.client.get(f"{path}/{name}.svg", params=asked)
            root = ElementTree.fromstring(answer.content)
            assert len(list(root.iter(f"{SVG}circle"))) == COUNT * len(lines)
            assert "analysis." not in answer.text


async def test_without_turns_there_is_no_picture(cast: Cast) -> None:
    path = f"/api/v1/programmes/{cast.programme_id}/analysis/programme_floor.svg"
    answer = await cast.researcher.client.get(path)
    assert (answer.status_code, answer.json()["type"].rsplit(":")[-1]) == (409, "no_turns")
