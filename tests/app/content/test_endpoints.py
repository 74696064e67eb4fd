"""Content over HTTP: who may, of which meetings, each turn once, and what others may see."""

import csv
import io
import re
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from sqlmodel import col, delete, select, update

from app.blinding.models import CodingAssignment
from app.codebooks import service as codebooks
from app.coding.models import Adjudication, Coding
from app.content.charts import PICTURES
from app.groups.models import GroupRole
from app.kit.languages import LANGUAGES
from app.meetings.models import Attendance, Meeting, MeetingKind
from app.recordings.models import Recording
from app.turns.models import Turn, TurnIndex, TurnState
from app.turns.service import store
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


async def test_what_others_may_see_singles_nobody_out(cast: Cast, coded: CodedSeries) -> None:
    """Two groups of five who speak: by role two lead, by group five at the most."""
    found = await content(cast.researcher, coded, hide="true")
    assert found["hidden"]
    assert {row["by"] for row in found["frequencies"]} == {"all", "role", "group", "position"}
    assert {row["turns"] for row in found["frequencies"] if row["by"] == "role"} == {None}
    assert [row for row in found["frequencies"] if row["turns"] and row["by"] == "position"]
    for row in found["frequencies"]:
        assert (row["turns"] is None) == (row["ms"] is None)
        assert {row[each] for each in ("share", "of_turns", "share_of_time", "of_ms")} == {None}
    assert (found["turns"], found["coded"], found["accepted"]) == (None, None, None)
    assert not any(found[each] for each in ("river", "together", "follows", "effects"))
    assert "J1" not in str(found)


@pytest.mark.parametrize("part", ["river.csv", "together.csv", "follows.csv", "effects.csv", *(
    f"{name}.svg" for name in PICTURES)])  # fmt: skip
async def test_from_what_is_left_out_nothing_can_be_worked_out(
    part: str, cast: Cast, coded: CodedSeries
) -> None:
    path = f"/api/v1/codebook-versions/{coded.version_id}/content/{part}"
    answer = await cast.researcher.client.get(path, params={"hide": "true"})
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("not_for_others")
    assert "problem." not in answer.text


async def test_parts_of_the_programme_are_not_for_others(
    cast: Cast, groups: list[Series], coded: CodedSeries
) -> None:
    path = f"/api/v1/codebook-versions/{coded.version_id}/content"
    for scope in ({"group_id": groups[0].group}, {"meeting_id": groups[0].meetings[0]}):
        for each in (path, f"{path}/frequencies.csv"):
            asked = {"hide": "true", **{name: str(id_) for name, id_ in scope.items()}}
            answer = await cast.researcher.client.get(each, params=asked)
            assert answer.status_code == 422
            assert answer.json()["type"].endswith("only_whole")


async def test_an_interview_is_no_first_meeting_of_a_series(
    running: Application, cast: Cast, groups: list[Series], coded: CodedSeries
) -> None:
    before = await content(cast.researcher, coded)
    third = groups[0].meetings[2]
    async with running.context.database.transaction() as db:
        meeting = await db.get_one(Meeting, third)
        meeting.kind, meeting.ordinal = MeetingKind.INTERVIEW, 1
    after = await content(cast.researcher, coded)
    first = {key: n for key, n in turns(before, "position").items() if key[0] == "1"}
    assert {k: n for k, n in turns(after, "position").items() if k[0] == "1"} == first
    assert after["recordings"] == before["recordings"] - 1
    labels = [row["row"] for row in after["frequencies"] if row["by"] == "meeting"]
    assert len(labels) == len(set(labels)) * len({row["code"] for row in after["frequencies"]})
    alone = await content(cast.researcher, coded, meeting_id=str(third))
    assert alone["recordings"] == 1  # one that is asked for may be of any kind


async def test_roles_are_those_of_the_day(
    running: Application, cast: Cast, groups: list[Series], coded: CodedSeries
) -> None:
    """J1 leads the first meeting in F1's place; the membership says otherwise."""
    first, users = groups[0].meetings[0], groups[0].users
    asked = {"meeting_id": str(first), "axis": "valence"}
    by = turns(await content(cast.researcher, coded, **asked), "person")
    async with running.context.database.transaction() as db:
        for pseudonym, role in (("J1", GroupRole.FACILITATOR), ("F1", GroupRole.MEMBER)):
            own = (Attendance.meeting_id == first, Attendance.user_id == users[pseudonym])
            await db.exec(update(Attendance).where(*own).values(role=role))
    after = await content(cast.researcher, coded, **asked)
    led = {code: n for (row, code), n in by.items() if row.endswith(": J1")}
    assert led == {c: n for (row, c), n in turns(after, "role").items() if row == "facilitator"}
    async with running.context.database.transaction() as db:
        await db.exec(delete(Attendance).where(col(Attendance.meeting_id) == first))
    unknown = await content(cast.researcher, coded, **asked)
    led = {code: n for (row, code), n in by.items() if row.endswith(": F1")}
    assert led == {c: n for (row, c), n in turns(unknown, "role").items() if row == "facilitator"}


async def test_it_says_what_made_the_turns_and_how_many_people_accepted(
    running: Application, cast: Cast, groups: list[Series], coded: CodedSeries
) -> None:
    async with running.context.database.transaction() as db:
        recording = Recording.meeting_id == groups[0].meetings[0]
        index = (await db.exec(select(TurnIndex).join(Recording).where(recording))).one()
        every = select(Turn).where(Turn.index_id == index.id, col(Turn.is_backchannel).is_(False))
        accepted = (await db.exec(every.order_by(col(Turn.id)).limit(7))).all()
        for turn in accepted:
            turn.state = TurnState.ACCEPTED
        user_id = accepted[0].user_id
        newer = [Turn(index_id=index.id, user_id=user_id, start_ms=1, end_ms=900)]
        await store(db, index.recording_id, "another 1", {"bridge_pause_ms": 700}, newer)
    found = await content(cast.researcher, coded)
    rules = found["rules"]  # of what was accepted the older ones, of what is proposed the newer
    assert len(rules) == 2
    assert "another 1 · bridge_pause_ms 700" in rules
    assert {row["rules"] for row in found["frequencies"]} == {" | ".join(rules)}
    assert found["accepted"] == 7
    assert found["turns"] > 7


async def test_no_name_is_in_it(cast: Cast, coded: CodedSeries) -> None:
    found = str(await content(cast.researcher, coded))
    assert not [name for name in PEOPLE if name in found or name.split()[0] in found]


@pytest.mark.parametrize("table", ["frequencies", "river", "together", "follows", "effects"])
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
