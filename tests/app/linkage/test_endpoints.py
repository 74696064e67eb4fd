"""Answers beside the talk over HTTP: the figures of other pages, whose they may be, who asks."""

import csv
import io
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import numpy as np
import pytest
from scipy import stats
from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.kit.audit import AuditEntry
from app.kit.languages import LANGUAGES
from app.person.looks import looks
from tests.app.linkage.conftest import NAMES
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast, Person
from tests.fixtures.coded_series import CodedSeries
from tests.fixtures.noted import refused
from tests.fixtures.registered import holdings
from tests.fixtures.series import PEOPLE, Series, decides

INDEXING = ("indexing",)
STUDIED = ("F1", "J1", "J2", "J3", "J4")
SVG = "{http://www.w3.org/2000/svg}"


def path(cast: Cast, ending: str = "") -> str:
    return f"/api/v1/programmes/{cast.programme_id}/linkage{ending}"


async def linked(person: Person, cast: Cast, column: str, **asked: Any) -> dict[str, Any]:
    answer = await person.client.get(path(cast), params={"column": column, **asked})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def withdraw(running: Application, series: Series, pseudonym: str) -> None:
    async with running.context.database.transaction() as db:
        await decides(db, series, pseudonym, Purpose.INDEXING, Decision.WITHDRAWN)


async def test_each_persons_answer_stands_beside_the_figure_of_the_groups_page(
    cast: Cast, groups: list[Series], columns: dict[str, str]
) -> None:
    """J5 agreed to be heard and not to be studied; a facilitator is no member."""
    found = await linked(cast.researcher, cast, columns["Jaksan before"])
    assert (found["answered"], found["linked"], found["groups"]) == (10, 8, 2)
    people = [(each["group"], each["pseudonym"]) for each in found["people"]]
    assert people == [(name, f"J{n}") for name in NAMES for n in range(1, 5)]
    assert [each["value"] for each in found["people"]] == [1.5, 2.5, 3.5, 4.5, 5, 4, 3, 2]

    answer = await cast.researcher.client.get(f"/api/v1/groups/{groups[0].group}/analysis")
    meetings = answer.json()["meetings"]
    for each in found["people"][:4]:
        own = [
            row["weighted_share"]
            for meeting in meetings
            for row in meeting["people"]
            if (row["facilitator"], row["pseudonym"]) == ("with", each["pseudonym"])
        ]
        assert each["measure"] == pytest.approx(np.mean(own), abs=1e-5)


async def test_rho_is_that_of_the_table(
    cast: Cast, groups: list[Series], columns: dict[str, str]
) -> None:
    own = {"measure": "turns"}
    whole = await linked(cast.researcher, cast, columns["Jaksan before"], **own)
    assert whole["low"] is None
    ranked = []
    for name in NAMES:
        rows = [each for each in whole["people"] if each["group"] == name]
        for field in ("value", "measure"):
            ranks = stats.rankdata([row[field] for row in rows])
            ranked.append(ranks - ranks.mean())
    x, y = np.concatenate(ranked[::2]), np.concatenate(ranked[1::2])
    assert whole["rho"] == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-6)
    own["group_id"] = str(groups[1].group)
    one = await linked(cast.researcher, cast, columns["Jaksan before"], **own)
    assert one["people"] == whole["people"][4:]
    assert one["rho"] is None  # four people


async def test_the_share_of_a_code_is_that_of_the_content_page(
    cast: Cast, coded: CodedSeries, columns: dict[str, str]
) -> None:
    own = {"measure": "theme/strain", "version_id": str(coded.version_id)}
    found = await linked(cast.researcher, cast, columns["Jaksan before"], **own)
    content = await cast.researcher.client.get(
        f"/api/v1/codebook-versions/{coded.version_id}/content"
    )
    shares = {
        row["row"]: row["share"]
        for row in content.json()["frequencies"]
        if (row["by"], row["code"]) == ("person", "strain")
    }
    assert len(found["people"]) == 8
    for each in found["people"]:
        assert each["measure"] == shares[f"{each['group']}: {each['pseudonym']}"]


async def test_the_change_is_after_minus_before_of_those_who_answered_both(
    cast: Cast, columns: dict[str, str]
) -> None:
    found = await linked(cast.researcher, cast, columns["Muutos"])
    assert (found["survey"], found["before"]) == ("Kysely after", "Kysely before")
    assert (found["answered"], found["linked"]) == (4, 4)
    assert [each["value"] for each in found["people"]] == [2.5, 1.5, 0.5, -0.5]
    assert [each["answer"] for each in found["people"]] == ["+2.5", "+1.5", "+0.5", "-0.5"]


async def test_a_choice_is_told_by_its_answers(cast: Cast, columns: dict[str, str]) -> None:
    found = await linked(cast.researcher, cast, columns["Tila before"])
    assert (found["kind"], found["rho"]) == ("choice", None)
    assert [(each["answer"], each["people"]) for each in found["options"]] == [
        ("virkeä", 2),
        ("väsynyt", 6),
    ]
    tired = [each["measure"] for each in found["people"] if each["answer"] == "väsynyt"]
    option = found["options"][1]
    assert option["mean"] == pytest.approx(np.mean(tired), abs=1e-6)
    assert (option["low"], option["high"]) == (min(tired), max(tired))


async def test_others_see_no_person_and_no_small_cell(cast: Cast, columns: dict[str, str]) -> None:
    own = {"hide": True}
    found = await linked(cast.researcher, cast, columns["Jaksan before"], **own)
    assert (found["people"], found["hidden"]) == ([], True)
    assert found["rho"] is not None
    found = await linked(cast.researcher, cast, columns["Tila before"], **own)
    assert [each["people"] for each in found["options"]] == [None, None]  # 2, and so 6
    assert {each["mean"] for each in found["options"]} == {None}
    params = {"column": columns["Tila before"], "hide": "true"}
    answer = await cast.researcher.client.get(path(cast, "/people.csv"), params=params)
    assert answer.text.count("\n") == 1
    answer = await cast.researcher.client.get(path(cast, "/scatter.svg"), params=params)
    refused(answer, 409, "not_for_others", "hide")


async def test_a_groups_answers_are_not_for_others(
    cast: Cast, groups: list[Series], columns: dict[str, str]
) -> None:
    """What is hidden of all of them would be what the other groups leave."""
    params = {"column": columns["Tila before"], "hide": "true", "group_id": str(groups[0].group)}
    for ending in ("", "/options.csv", "/people.csv", "/scatter.svg"):
        answer = await cast.researcher.client.get(path(cast, ending), params=params)
        refused(answer, 422, "only_all_groups", "hide")


async def test_whoever_withdraws_is_linked_no_longer(
    running: Application, cast: Cast, groups: list[Series], columns: dict[str, str]
) -> None:
    await withdraw(running, groups[0], "J2")
    found = await linked(cast.researcher, cast, columns["Jaksan before"])
    assert (found["answered"], found["linked"]) == (10, 7)
    here = [each["pseudonym"] for each in found["people"] if each["group"] == NAMES[0]]
    assert here == ["J1", "J3", "J4"]


async def test_tables_and_the_picture_say_the_same_without_names(
    cast: Cast, columns: dict[str, str]
) -> None:
    for column in (columns["Jaksan before"], columns["Tila before"], columns["Muutos"]):
        found = await linked(cast.researcher, cast, column)
        params = {"column": column, "decimal": "comma"}
        answer = await cast.researcher.client.get(path(cast, "/people.csv"), params=params)
        lines = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
        assert [line["pseudonym"] for line in lines] == [p["pseudonym"] for p in found["people"]]
        for language in LANGUAGES:
            params = {"column": column, "language": language}
            answer = await cast.researcher.client.get(path(cast, "/scatter.svg"), params=params)
            assert answer.headers["content-type"].startswith("image/svg+xml")
            picture = ElementTree.fromstring(answer.text)
            dots = [
                dot for dot in picture.iter(f"{SVG}circle") if dot.find(f"{SVG}title") is not None
            ]
            assert len(dots) == found["linked"]
            assert "linkage." not in answer.text
            assert not any(name in answer.text for name in PEOPLE)


@pytest.mark.parametrize("file", ["people.csv", "options.csv", "scatter.svg"])
async def test_whatever_leaves_stands_in_the_register_of_each_group(
    file: str, running: Application, cast: Cast, groups: list[Series], columns: dict[str, str]
) -> None:
    """Who answered, as members of the group; and in whose talk they were measured."""
    params = {"column": columns["Jaksan before"]}
    assert (await cast.researcher.client.get(path(cast, f"/{file}"), params=params)).is_success
    for series in groups:
        ((name, meeting, held),) = await holdings(running.context, series.group)
        assert (name, meeting) == (f"linkage-{file}", None)
        answered = {user for recording, user, own in held if (recording, own) == (None, INDEXING)}
        assert answered == {series.users[f"J{n}"] for n in range(1, 5)}
        talked = {(user, own) for recording, user, own in held if recording is not None}
        assert talked == {(series.users[name], ("audio", *INDEXING)) for name in STUDIED}


@pytest.mark.parametrize(
    ("who", "status"), [("coordinator", 200), ("researcher", 200), ("alice", 404), ("mallory", 404)]
)
async def test_who_may_and_who_is_told_of(
    who: str, status: int, running: Application, cast: Cast, columns: dict[str, str]
) -> None:
    person = getattr(cast, who)
    params = {"column": columns["Muutos"]}
    for ending in ("", "/people.csv", "/options.csv", "/scatter.svg"):
        answer = await person.client.get(path(cast, ending), params=params)
        assert answer.status_code == status
    async with running.context.database.reading() as db:
        query = select(AuditEntry).where(AuditEntry.deed == "read_answers")
        entries = (await db.exec(query)).all()
    assert {entry.actor_id for entry in entries} == ({person.id} if status == 200 else set())
    assert len(entries) == (2 if status == 200 else 0)  # one for each survey, within ten minutes


async def test_people_see_who_looked_at_their_answers(
    running: Application, cast: Cast, groups: list[Series], columns: dict[str, str]
) -> None:
    await linked(cast.researcher, cast, columns["Jaksan after"])
    async with running.context.database.reading() as db:
        own = await looks(db, groups[0].users["J1"])
        others = await looks(db, groups[1].users["J1"])
    assert [(each.entry.deed, each.name) for each in own] == [("read_answers", "Researcher")]
    assert others == []  # answered before alone


@pytest.mark.parametrize(
    ("column", "asked", "status", "code"),
    [
        ("Avoin before", {}, 422, "link_text"),
        ("nothing", {}, 404, "not_found"),
        ("Jaksan before", {"measure": "height"}, 404, "not_found"),
        ("Jaksan before", {"measure": "theme/strain"}, 404, "not_found"),
        ("Jaksan before", {"group_id": str(UUID(int=1))}, 404, "not_found"),
    ],
)
async def test_what_is_not_there_is_said(
    column: str, asked: dict[str, str], status: int, code: str,
    cast: Cast, columns: dict[str, str],
) -> None:  # fmt: skip
    params = {"column": columns.get(column, column), **asked}
    answer = await cast.researcher.client.get(path(cast), params=params)
    assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[1]) == (status, code)


async def test_a_difference_needs_two_numbers(cast: Cast, columns: dict[str, str]) -> None:
    column = f"{columns['Jaksan after']}~{columns['Tila before']}"
    answer = await cast.researcher.client.get(path(cast), params={"column": column})
    refused(answer, 404, "not_found", "column")


async def test_another_programmes_answers_are_not_there(
    running: Application, cast: Cast, columns: dict[str, str]
) -> None:
    made = await cast.administrator.client.post("/api/v1/programmes", json={"name": "Toinen"})
    answer = await cast.administrator.client.get(
        f"/api/v1/programmes/{made.json()['id']}/linkage", params={"column": columns["Muutos"]}
    )
    refused(answer, 404, "not_found", "column")
