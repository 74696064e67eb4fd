"""Surveys over HTTP: looked at first, brought in whole or not at all, replaced, removed, logged."""

from typing import Any

import httpx
import pytest
from sqlmodel import SQLModel, func, select

from app.groups.models import Group
from app.kit.audit import AuditEntry
from app.kit.languages import LANGUAGES
from app.surveys.models import Survey, SurveyAnswer, SurveyQuestion, SurveyResponse
from tests.fixtures.answered import Rows, bring, look, text_of, workbook_of
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.noted import refused

ROWS: Rows = [
    ["Tunnus", "Sähköposti", "Jaksan", "Mielipide", "Avoin", "Tyhjä"],
    ["J1", "bob@example.org", "3,5", "4 = samaa mieltä", "kyllä kiitos", ""],
    ["J2", "", "2", "1 = eri mieltä", "=HYPERLINK(1)", ""],
]
TABLES: list[type[SQLModel]] = [Survey, SurveyQuestion, SurveyResponse, SurveyAnswer]


async def kept(running: Application) -> list[int]:
    """How many surveys, questions, people and answers."""
    async with running.context.database.reading() as db:
        return [(await db.exec(select(func.count()).select_from(table))).one() for table in TABLES]


async def log(running: Application) -> list[tuple[str, str, dict[str, Any]]]:
    async with running.context.database.reading() as db:
        query = select(AuditEntry).where(AuditEntry.object_kind == "answers")
        found = (await db.exec(query.order_by(AuditEntry.sequence))).all()  # type: ignore[arg-type]
    return [(row.deed, row.actor_role, row.details) for row in found]


@pytest.mark.parametrize(
    "content", [text_of(ROWS), text_of(ROWS, "\t", "utf-16"), workbook_of(ROWS)]
)
async def test_a_look_says_what_would_come_and_keeps_nothing(
    content: bytes, running: Application, cast: Cast
) -> None:
    answer = await look(cast.researcher, cast.programme_id, content)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "pseudonym_column": "Tunnus",
        "group_column": None,
        "people": 2,
        "members": 4,
        "questions": [
            {"label": "Jaksan", "kind": "decimal", "answered": 2},
            {"label": "Mielipide", "kind": "scale", "answered": 2},
            {"label": "Avoin", "kind": "text", "answered": 2},
        ],
        "left_out": ["Sähköposti"],
    }
    assert await kept(running) == [0, 0, 0, 0]
    assert await log(running) == []


async def test_what_is_brought_in_is_listed_without_anybodys_answers(
    running: Application, cast: Cast
) -> None:
    made = await bring(cast.researcher, cast.programme_id, text_of(ROWS), name=" Alkukysely ")
    assert made.status_code == 201, made.text
    assert await kept(running) == [1, 3, 2, 6]
    answer = await cast.coordinator.client.get(f"/api/v1/programmes/{cast.programme_id}/surveys")
    assert answer.json() == [made.json()]
    (survey,) = answer.json()
    assert (survey["name"], survey["moment"], survey["people"]) == ("Alkukysely", "before", 2)
    assert [each["kind"] for each in survey["questions"]] == ["decimal", "scale", "text"]
    assert "kiitos" not in answer.text
    assert await log(running) == [("answers_imported", "researcher", {"people": 2})]


async def test_what_is_sent_twice_comes_in_once(running: Application, cast: Cast) -> None:
    cast.researcher.client.headers["Idempotency-Key"] = "kerran"
    made = [await bring(cast.researcher, cast.programme_id, text_of(ROWS)) for _ in range(2)]
    assert made[0].json() == made[1].json()
    assert await kept(running) == [1, 3, 2, 6]
    assert len(await log(running)) == 1


async def test_another_file_takes_its_place_and_a_refused_one_changes_nothing(
    running: Application, cast: Cast
) -> None:
    made = (await bring(cast.researcher, cast.programme_id, text_of(ROWS))).json()
    path = f"/api/v1/surveys/{made['id']}/answers?file_name=uusi.csv"
    answer = await cast.coordinator.client.put(path, content=b"Tunnus;A\nJ9;1\n")
    refused(answer, 422, "survey_unknown", "file")
    assert await kept(running) == [1, 3, 2, 6]

    answer = await cast.coordinator.client.put(path, content=b"Tunnus;A\nJ1;1\n")
    assert (answer.status_code, answer.json()["id"]) == (200, made["id"])
    assert (answer.json()["file_name"], answer.json()["people"]) == ("uusi.csv", 1)
    assert await kept(running) == [1, 1, 1, 1]
    assert (await log(running))[1:] == [("answers_replaced", "coordinator", {"people": 1})]


async def test_it_goes_with_all_of_its_answers(running: Application, cast: Cast) -> None:
    made = (await bring(cast.researcher, cast.programme_id, text_of(ROWS))).json()
    answer = await cast.researcher.client.delete(f"/api/v1/surveys/{made['id']}")
    assert answer.status_code == 204
    assert await kept(running) == [0, 0, 0, 0]
    assert (await log(running))[1:] == [("answers_removed", "researcher", {"people": 2})]
    assert (await cast.researcher.client.delete(f"/api/v1/surveys/{made['id']}")).status_code == 404


@pytest.mark.parametrize("who", ["alice", "bob", "olga", "mallory"])
async def test_nobody_else_comes_near(who: str, running: Application, cast: Cast) -> None:
    made = (await bring(cast.researcher, cast.programme_id, text_of(ROWS))).json()
    person = getattr(cast, who)
    answers: list[httpx.Response] = [
        await person.client.get(f"/api/v1/programmes/{cast.programme_id}/surveys"),
        await look(person, cast.programme_id, text_of(ROWS)),
        await bring(person, cast.programme_id, text_of(ROWS)),
        await person.client.put(f"/api/v1/surveys/{made['id']}/answers", content=text_of(ROWS)),
        await person.client.delete(f"/api/v1/surveys/{made['id']}"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert await kept(running) == [1, 3, 2, 6]


@pytest.mark.parametrize(
    ("rows", "code", "at"),
    [
        ([["Tunnus", "A"], ["J1", 1], ["J8", 2], ["J9", 3]], "survey_unknown", [3, 4]),
        ([["Tunnus", "A"], ["J1", 1], ["J2", 2], ["j1", 3]], "survey_twice", [2, 4]),
        ([["Tunnus", "A"], ["J1", 1, 2]], "survey_rows", [2]),
        ([["A", "B"], ["x", 1]], "survey_no_pseudonyms", None),
        ([["Tunnus", "Posti"], ["J1", "bob@example.org"]], "survey_no_questions", None),
        ([["Tunnus", "Nimi"], ["J1", "bob"]], "survey_no_questions", None),
        ([["Tunnus", "A"]], "survey_empty", None),
    ],
)
async def test_what_is_wrong_is_said_with_its_rows_and_nothing_is_kept(
    rows: Rows, code: str, at: list[int] | None, running: Application, cast: Cast
) -> None:
    for language in LANGUAGES:
        cast.researcher.client.cookies["emessi_language"] = language
        for answer in (
            await look(cast.researcher, cast.programme_id, text_of(rows)),
            await bring(cast.researcher, cast.programme_id, text_of(rows)),
        ):
            refused(answer, 422, code, "file")
            assert answer.json().get("rows") == at
            assert at is None or ", ".join(map(str, at)) in answer.json()["title"]
            assert "{" not in answer.json()["title"]
    assert await kept(running) == [0, 0, 0, 0]


async def test_many_rows_are_counted_and_the_first_are_named(cast: Cast) -> None:
    rows = [["Tunnus", "A"], *[["J9", n] for n in range(40)]]
    answer = await look(cast.researcher, cast.programme_id, text_of(rows))
    assert answer.json()["rows"] == list(range(2, 42))
    assert "13 …" in answer.json()["title"]


async def test_a_pseudonym_of_two_groups_asks_for_the_group(cast: Cast, second: Group) -> None:
    rows = [["Tunnus", "A"], ["J2", 1], ["J1", 2]]
    answer = await look(cast.researcher, cast.programme_id, text_of(rows))
    refused(answer, 422, "survey_ambiguous", "file")
    assert answer.json()["rows"] == [3]

    own = {"group_id": str(cast.group_id)}
    answer = await look(cast.researcher, cast.programme_id, text_of(rows), **own)
    assert (answer.json()["people"], answer.json()["members"]) == (2, 4)
    of_other = {"group_id": str(second.id)}
    answer = await look(cast.researcher, cast.programme_id, text_of(rows), **of_other)
    refused(answer, 422, "survey_unknown", "file")
    nowhere = {"group_id": str(cast.programme_id)}
    answer = await look(cast.researcher, cast.programme_id, text_of(rows), **nowhere)
    refused(answer, 404, "not_found", "group_id")

    named = [["Ryhmä", "Tunnus", "A"], ["Ryhmä 1", "J1", 1], ["Ryhmä 2", "J1", 2]]
    answer = await look(cast.researcher, cast.programme_id, text_of(named))
    found = answer.json()
    assert (found["group_column"], found["people"], found["members"]) == ("Ryhmä", 2, 5)


async def test_the_column_may_be_named(cast: Cast) -> None:
    rows = [["Pari", "Oma", "A"], ["J1", "J2", 1], ["J1", "J1", 2]]
    own = {"pseudonym": "oma"}
    answer = await look(cast.researcher, cast.programme_id, text_of(rows), **own)
    assert (answer.json()["pseudonym_column"], answer.json()["people"]) == ("Oma", 2)
    own = {"pseudonym": "Toinen"}
    answer = await look(cast.researcher, cast.programme_id, text_of(rows), **own)
    refused(answer, 422, "survey_no_such_column", "pseudonym")


async def test_a_file_beyond_all_measure_is_refused(cast: Cast) -> None:
    content = b"Tunnus;A\n" + b"J1;1\n" * 6_000
    refused(await look(cast.researcher, cast.programme_id, content), 413, "survey_size", "file")
    answer = await look(cast.researcher, cast.programme_id, b"x" * 1_100_000)
    refused(answer, 413, "too_large")


async def test_answers_do_not_come_back_to_one_who_was_erased(
    running: Application, cast: Cast
) -> None:
    erased = await cast.bob.client.post("/api/v1/me/erasure", json={"confirmation": "Bob"})
    assert erased.status_code == 200
    answer = await bring(cast.researcher, cast.programme_id, text_of(ROWS))
    refused(answer, 422, "survey_unknown", "file")
    assert answer.json()["rows"] == [2]
