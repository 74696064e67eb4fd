"""Content over HTTP: who may, of which meetings, each turn once, and what others may see."""

import csv
import io
import re
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from sqlmodel import col, select

from app.blinding.models import CodingAssignment
from app.codebooks import service as codebooks
from app.coding.models import Adjudication, Coding
from app.content.charts import PICTURES
from app.kit.languages import LANGUAGES
from tests.app.content.conftest import MEETINGS
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast, Person
from tests.fixtures.coded_series import CodedSeries
from tests.fixtures.series import PEOPLE, Series

SVG = "{http://www.w3.org/2000/svg}"


async def content(person: Person, coded: CodedSeries, **asked: Any) -> dict[str, Any]:
    path = f"/api/v1/codebook-versions/{coded.version_id}/content"
    answer = await person.client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def turns(found: dict[str, Any], by: str = "all") -> dict[tuple[str, str], int]:
    return {(r["row"], r["code"]): r["turns"] for r in found["frequencies"] if r["by"] == by}


@pytest.mark.parametrize(
    ("who", "status"), [("coordinator", 200), ("researcher", 200), ("alice", 404), ("mallory", 404)]
)
async def test_who_may_see_it(who: str, status: int, cast: Cast, coded: CodedSeries) -> None:
    client = getattr(cast, who).client
    path = f"/api/v1/codebook-versions/{coded.version_id}/content"
    for each in (path, f"{path}/frequencies.csv", f"{path}/river.svg"):
        assert (await client.get(each)).status_code == status


async def test_each_turn_counts_once_and_for_the_first_coder(
    running: Application, cast: Cast, coded: CodedSeries
) -> None:
    found = await content(cast.researcher, coded)
    async with running.context.database.reading() as db:
        query = (
            select(Coding.code_id)
            .join(CodingAssignment, col(CodingAssignment.id) == Coding.assignment_id)
            .where(CodingAssignment.coder_id == cast.researcher.id)
        )
        given = (await db.exec(query)).all()
        version = await codebooks.version(db, cast.researcher.actor, coded.version_id)
    theme = codebooks.said(version).axes[0]
    for code in theme.codes:
        assert turns(found)["all", code.label] == given.count(code.id)
    assert found["coded"] == found["turns"]
    assert (found["recordings"], found["groups"]) == (2 * MEETINGS, 2)


async def test_groups_and_meetings_add_up_to_the_programme(
    cast: Cast, groups: list[Series], coded: CodedSeries
) -> None:
    whole = await content(cast.researcher, coded)
    parts = [await content(cast.researcher, coded, group_id=str(g.group)) for g in groups]
    one = [
        await content(cast.researcher, coded, meeting_id=str(meeting))
        for meeting in groups[0].meetings[:MEETINGS]
    ]
    for key, number in turns(whole).items():
        assert number == sum(turns(part)[key] for part in parts)
        assert turns(parts[0])[key] == sum(turns(each)[key] for each in one)
    for by in ("role", "person", "meeting", "group", "position"):
        sums: dict[str, int] = {}
        for (_, code), number in turns(whole, by).items():
            sums[code] = sums.get(code, 0) + number
        assert sums == {code: number for (_, code), number in turns(whole).items()}


async def test_what_was_decided_between_coders_counts(
    running: Application, cast: Cast, coded: CodedSeries
) -> None:
    before = await content(cast.researcher, coded, axis="valence")
    async with running.context.database.transaction() as db:
        version = await codebooks.version(db, cast.coordinator.actor, coded.version_id)
        axis = next(each for each in codebooks.said(version).axes if each.label == "valence")
        negative, _, positive = (code.id for code in axis.codes)
        query = (
            select(Coding.turn_id)
            .join(CodingAssignment, col(CodingAssignment.id) == Coding.assignment_id)
            .where(CodingAssignment.coder_id == cast.researcher.id, Coding.code_id == negative)
        )
        turn_id = (await db.exec(query.limit(1))).one()
        db.add(
            Adjudication(
                version_id=version.id, turn_id=turn_id, axis_id=axis.id, code_id=positive,
                decided_by=cast.coordinator.id,
            )
        )  # fmt: skip
    after = await content(cast.researcher, coded, axis="valence")
    moved = {code: turns(after)["all", code] - n for (_, code), n in turns(before).items()}
    assert moved == {"negative": -1, "neutral": 0, "positive": 1}


async def test_what_was_put_in_is_found(cast: Cast, coded: CodedSeries) -> None:
    """Framework grows; a theme goes on; facilitators ask; no interval of two groups."""
    theme = await content(cast.researcher, coded)
    effects = {(row["effect"], row["code"]): row for row in theme["effects"]}
    assert effects["slope", "framework"]["value"] > 0
    assert effects["slope", "framework"]["low"] is None
    follows = {(row["before"], row["after"]): row for row in theme["follows"]}
    assert follows["approach", "approach"]["yules_q"] > 0.3
    assert follows["approach", "approach"]["turns"] > follows["approach", "approach"]["expected"]
    function = await content(cast.researcher, coded, axis="function", other="theme")
    differences = {row["code"]: row["value"] for row in function["effects"]
                   if row["effect"] == "role_difference"}  # fmt: skip
    assert differences["question"] > 0.1 > 0 > differences["experience"]
    together = {(row["one"], row["other"]): row for row in function["together"]}
    assert together["question", "approach"]["other_axis"] == "theme"


async def test_what_others_may_see_singles_nobody_out(
    cast: Cast, groups: list[Series], coded: CodedSeries
) -> None:
    scope = {"meeting_id": str(groups[0].meetings[0])}
    found = await content(cast.researcher, coded, hide="true", **scope)
    assert found["hidden"]
    assert {row["by"] for row in found["frequencies"]} == {"all", "role", "group", "position"}
    numbers = [row["turns"] for row in found["frequencies"]]
    assert None in numbers
    assert not [number for number in numbers if number is not None and 0 < number < 5]
    assert not [row for row in found["together"] + found["follows"] if row["turns"] < 5]
    assert "J1" not in str(found)


async def test_no_name_is_in_it(cast: Cast, coded: CodedSeries) -> None:
    found = str(await content(cast.researcher, coded))
    assert not [name for name in PEOPLE if name in found or name.split()[0] in found]


@pytest.mark.parametrize("table", ["frequencies", "together", "follows", "effects"])
async def test_a_table_has_the_rows_of_the_answer(
    table: str, cast: Cast, coded: CodedSeries
) -> None:
    found = await content(cast.researcher, coded)
    path = f"/api/v1/codebook-versions/{coded.version_id}/content/{table}.csv"
    text = (await cast.researcher.client.get(path)).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(found[table])
    assert rows[0].keys() == found[table][0].keys()


async def test_pictures_stand_alone_in_every_language(
    cast: Cast, groups: list[Series], coded: CodedSeries
) -> None:
    path = f"/api/v1/codebook-versions/{coded.version_id}/content"
    for scope in ({}, {"meeting_id": str(groups[0].meetings[0])}):
        for name in PICTURES:
            for language in LANGUAGES:
                asked = {"language": language, **scope}
                answer = await cast.researcher.client.get(f"{path}/{name}.svg", params=asked)
                root = ElementTree.fromstring(answer.content)
                assert not {"style", "script"} & {e.tag.removeprefix(SVG) for e in root.iter()}
                assert "content." not in answer.text
                assert not re.search(r"\bnan\b", answer.text)
                assert "Vertaismentorointi" in (list(root.iter(f"{SVG}text"))[-1].text or "")


async def test_an_axis_that_is_not_there_is_not_found(cast: Cast, coded: CodedSeries) -> None:
    path = f"/api/v1/codebook-versions/{coded.version_id}/content"
    assert (await cast.researcher.client.get(path, params={"axis": "nope"})).status_code == 404
    nowhere = await content(cast.researcher, coded, meeting_id=str(UUID(int=0)))
    assert (nowhere["recordings"], nowhere["turns"]) == (0, 0)
