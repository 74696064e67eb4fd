"""Deciding which recordings are indexed: who may, what is kept, and that it can be repeated."""

import csv
import io
from typing import Any

import pytest
from sqlmodel import col, select

from app.kit.audit import AuditEntry
from app.recordings.models import Recording, RecordingState
from app.sampling import service
from app.sampling.models import Sample
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast, Person
from tests.fixtures.series import COUNT, Series

STRATIFIED = {"method": "stratified", "parts": 3, "per_stratum": 1}


async def draw(person: Person, programme_id: object, form: dict[str, Any]) -> Any:
    return await person.client.post(f"/api/v1/programmes/{programme_id}/samples", json=form)


@pytest.mark.parametrize(
    ("who", "draws", "reads"),
    [
        ("administrator", 201, 200),
        ("coordinator", 201, 200),
        ("researcher", 403, 200),
        ("alice", 404, 404),
        ("mallory", 404, 404),
    ],
)
async def test_who_may(who: str, draws: int, reads: int, cast: Cast, groups: list[Series]) -> None:
    person = getattr(cast, who)
    assert (await draw(person, cast.programme_id, STRATIFIED)).status_code == draws
    path = f"/api/v1/programmes/{cast.programme_id}/samples"
    assert (await person.client.get(path)).status_code == reads


async def test_one_from_each_third_of_each_series(cast: Cast, groups: list[Series]) -> None:
    answer = await draw(cast.coordinator, cast.programme_id, STRATIFIED)
    made = answer.json()
    assert answer.status_code == 201
    assert len(made["population"]) == 2 * COUNT
    by_id = {each["recording_id"]: each for each in made["population"]}
    drawn = sorted(
        (by_id[each]["group_id"], (by_id[each]["ordinal"] - 1) // 2) for each in made["chosen"]
    )
    assert drawn == sorted((str(each.group), part) for each in groups for part in range(3))


async def test_the_same_seed_gives_the_same_sample_again(
    running: Application, cast: Cast, groups: list[Series]
) -> None:
    first = (await draw(cast.coordinator, cast.programme_id, STRATIFIED)).json()
    again = (
        await draw(cast.coordinator, cast.programme_id, STRATIFIED | {"seed": first["seed"]})
    ).json()
    assert again["chosen"] == first["chosen"]
    async with running.context.database.reading() as db:
        for sample in (await db.exec(select(Sample))).all():
            assert [str(each) for each in service.redrawn(sample)] == sample.chosen


async def test_the_last_decision_is_in_force_and_all_are_kept(
    running: Application, cast: Cast, groups: list[Series]
) -> None:
    for count in (3, 5):
        form = {"method": "random", "count": count, "seed": 7, "reason": "Kevään otos"}
        assert (await draw(cast.coordinator, cast.programme_id, form)).status_code == 201
    path = f"/api/v1/programmes/{cast.programme_id}/samples"
    listed = (await cast.researcher.client.get(path)).json()["items"]
    assert [len(each["chosen"]) for each in listed] == [3, 5]
    assert listed[1]["chosen"][:3] == listed[0]["chosen"]
    async with running.context.database.reading() as db:
        last = await service.in_force(db, cast.programme_id)
    assert last is not None
    assert str(last.id) == listed[1]["id"]


async def test_by_hand_there_is_a_reason_and_no_seed(cast: Cast, groups: list[Series]) -> None:
    drawn = (await draw(cast.coordinator, cast.programme_id, STRATIFIED)).json()
    form: dict[str, Any] = {"method": "by_hand", "recording_ids": drawn["chosen"][:2]}
    assert (await draw(cast.coordinator, cast.programme_id, form)).status_code == 422
    form["reason"] = "Ainoat, joissa ääni on ehjä"
    made = (await draw(cast.coordinator, cast.programme_id, form)).json()
    assert made["seed"] is None
    assert set(made["chosen"]) == set(form["recording_ids"])


async def test_nobody_chooses_what_is_not_there(
    running: Application, cast: Cast, groups: list[Series]
) -> None:
    async with running.context.database.transaction() as db:
        query = select(Recording).where(Recording.meeting_id == groups[0].meetings[0])
        gone = (await db.exec(query)).one()
        gone.state = RecordingState.ERASED
    form = {"method": "by_hand", "recording_ids": [str(gone.id)], "reason": "Hyvä"}
    answer = await draw(cast.coordinator, cast.programme_id, form)
    assert (answer.status_code, answer.json()["field"]) == (422, "recording_ids")
    form = {"method": "random", "count": 2 * COUNT}
    answer = await draw(cast.coordinator, cast.programme_id, form)
    assert answer.json()["type"].endswith("sample_too_large")
    assert answer.json()["field"] == "count"


async def test_without_recordings_there_is_nothing_to_sample(cast: Cast) -> None:
    answer = await draw(cast.coordinator, cast.programme_id, STRATIFIED)
    assert (answer.status_code, answer.json()["type"].rsplit(":")[-1]) == (409, "nothing_to_sample")


async def test_it_is_in_the_log(running: Application, cast: Cast, groups: list[Series]) -> None:
    made = (await draw(cast.coordinator, cast.programme_id, STRATIFIED)).json()
    async with running.context.database.reading() as db:
        query = select(AuditEntry).where(col(AuditEntry.deed) == "sample_drawn")
        entry = (await db.exec(query)).one()
    assert (str(entry.object_id), entry.actor_id) == (made["id"], cast.coordinator.id)
    assert entry.details == {"recordings": 6, "population": 12}


async def test_the_table_lets_anybody_check_the_draw(cast: Cast, groups: list[Series]) -> None:
    form = {"method": "random", "count": 4}
    made = (await draw(cast.coordinator, cast.programme_id, form)).json()
    path = f"/api/v1/samples/{made['id']}/recordings.csv"
    text = (await cast.researcher.client.get(path)).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    lowest = sorted(rows, key=lambda row: row["rank"])[:4]
    assert {row["recording_id"] for row in rows if row["chosen"] == "1"} == {
        row["recording_id"] for row in lowest
    }
    assert {row["group"] for row in rows} == {"Maanantairyhmä", "Torstairyhmä"}
    assert (await cast.alice.client.get(path)).status_code == 404
