"""Content by main codes: by hand, and held against what the same turns say as they were coded."""

from typing import Any

import numpy as np
import pytest

from app.codebooks.levels import Level, told
from app.content import counts, relations
from app.content.charts import PICTURES
from app.content.table import Coded, Sitting, Speaker
from tests.app.content.tables import Unit, table
from tests.app.content.test_endpoints import content, turns
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.codebooks import nested
from tests.fixtures.coded_series import TOP, CodedSeries, plant

STRAIN, WORKLOAD, HOURS, TEAM, OTHER = range(5)
"""Codes that a turn may have."""


def by_hand(level: Level) -> Coded:
    """One meeting of one person: 10 s of workload and hours; 20 s of team; 30 s of strain and
    team; 40 s of other; 50 s of hours."""
    axis = nested()
    codes, place = told(axis, level)
    columns = list(place.values())
    given = [[WORKLOAD, HOURS], [TEAM], [STRAIN, TEAM], [OTHER], [HOURS]]
    starts = [0, 10_000, 30_000, 60_000, 100_000, 150_000]
    units = [
        Unit(0, 0, start, end, [columns[code] for code in own])
        for start, end, own in zip(starts[:-1], starts[1:], given, strict=True)
    ]
    return table(1, [Speaker(0, "J1", 0)], [Sitting(0, 1, 150_000)], len(codes), units)


def test_two_codes_below_one_count_once_for_it() -> None:
    found = counts.tally(by_hand(Level.MAIN), np.zeros(5, dtype=np.int64), 1)
    assert found.turns.tolist() == [[3, 2, 1]]  # strain, people, other
    assert found.ms.tolist() == [[90_000, 50_000, 40_000]]
    assert found.of_turns.tolist() == [5]
    as_coded = counts.tally(by_hand(Level.CODES), np.zeros(5, dtype=np.int64), 1)
    assert as_coded.turns.tolist() == [[1, 1, 2, 2, 1]]


def test_what_goes_together_and_follows_is_of_main_codes() -> None:
    """Leading: strain, people, strain, other, strain."""
    coded = by_hand(Level.MAIN)
    together = relations.together(coded.given, coded.given, coded.group)
    assert together.counts.tolist() == [[3, 1, 0], [1, 2, 0], [0, 0, 1]]
    assert relations.successions(coded)[0].tolist() == [[0, 1, 1], [1, 0, 0], [1, 0, 0]]


@pytest.fixture
async def in_a_tree(running: Application, coded: CodedSeries) -> CodedSeries:
    async with running.context.database.transaction() as db:
        await plant(db, coded.version_id)
    return coded


def rolled(found: dict[str, Any], table: str, *names: str) -> dict[tuple[str, ...], int]:
    """Its turns, summed over what stands below one main code."""
    sums: dict[tuple[str, ...], int] = {}
    for row in found[table]:
        cell = tuple(TOP.get(row[name], row[name]) for name in names)
        sums[cell] = sums.get(cell, 0) + row["turns"]
    return sums


async def test_over_http(cast: Cast, in_a_tree: CodedSeries) -> None:
    fine = await content(cast.researcher, in_a_tree, other="valence")
    main = await content(cast.researcher, in_a_tree, other="valence", level="main")
    assert {row["level"] for row in main["frequencies"]} == {"main"} != {fine["level"]}
    assert (main["turns"], main["coded"]) == (fine["turns"], fine["coded"])
    whole = turns(main)
    assert {"control", "framework", "leadership"}.isdisjoint(code for _, code in whole)
    apart = rolled(fine, "frequencies", "by", "row", "code")
    assert whole["all", "strain"] == turns(fine)["all", "strain"]
    pairs = {(row["one"], row["other"]): row["turns"] for row in (
        await content(cast.researcher, in_a_tree))["together"]}  # fmt: skip
    both = pairs["community", "leadership"]
    assert both > 0
    assert whole["all", "community"] == apart["all", "all", "community"] - both
    follows = {(row["before"], row["after"]): row["turns"] for row in main["follows"]}
    assert follows == rolled(fine, "follows", "before", "after")


async def test_pictures_say_so(cast: Cast, in_a_tree: CodedSeries) -> None:
    path = f"/api/v1/codebook-versions/{in_a_tree.version_id}/content"
    for name in PICTURES:
        asked = {"language": "en", "level": "main"}
        text = (await cast.researcher.client.get(f"{path}/{name}.svg", params=asked)).text
        assert "main codes" in text
        assert "Leadership" not in text


async def test_others_are_shown_codes_as_coded(cast: Cast, in_a_tree: CodedSeries) -> None:
    """A main code less the codes below it that are shown is the one that is hidden."""
    path = f"/api/v1/codebook-versions/{in_a_tree.version_id}/content"
    for each in (path, f"{path}/frequencies.csv"):
        asked = {"hide": "true", "level": "main"}
        answer = await cast.researcher.client.get(each, params=asked)
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("only_as_coded")
        assert "problem." not in answer.text
