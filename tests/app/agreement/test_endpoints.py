"""Agreement over HTTP: who may, what is compared and what is not, as JSON and as tables."""

import csv
import io
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, delete, select, update

from app.blinding.models import AssignmentState, CodingAssignment
from app.codebooks import service as codebooks
from app.coding.models import Adjudication, Coder, Coding
from app.consent.models import Decision, Purpose
from app.recordings.models import Recording, RecordingState
from app.turns.models import Turn, TurnIndex, TurnState
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast, Person
from tests.fixtures.coded_series import CodedSeries
from tests.fixtures.series import COUNT, PEOPLE, Series, decides


async def agreement(person: Person, coded: CodedSeries) -> dict[str, Any]:
    path = f"/api/v1/codebook-versions/{coded.version_id}/agreement"
    answer = await person.client.get(path)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def figures(found: dict[str, Any], axis: str, code: str | None = None) -> dict[str, float]:
    return {
        row["coefficient"]: row["value"]
        for row in found["coefficients"]
        if (row["axis"], row["code"]) == (axis, code)
    }


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("administrator", 200),
        ("coordinator", 200),
        ("researcher", 200),
        ("alice", 404),
        ("mallory", 404),
    ],
)
async def test_who_may_see_it(who: str, status: int, cast: Cast, coded: CodedSeries) -> None:
    client = getattr(cast, who).client
    path = f"/api/v1/codebook-versions/{coded.version_id}/agreement"
    for each in (path, f"{path}/coefficients.csv", f"{path}/confusions.csv"):
        assert (await client.get(each)).status_code == status


async def test_two_coders_agree_as_far_as_they_were_made_to(cast: Cast, coded: CodedSeries) -> None:
    found = await agreement(cast.researcher, coded)
    assert (found["coders"], found["recordings"], found["waiting"]) == ([1, 2], COUNT, 0)
    theme, valence = figures(found, "theme"), figures(found, "valence")
    assert theme["percent"] == pytest.approx(0.86, abs=0.03)
    assert 0.7 < theme["alpha"] < theme["percent"]
    assert theme["kappa"] == pytest.approx(theme["alpha"], abs=0.02)
    assert valence["alpha_ordinal"] > valence["alpha"]  # neighbours were taken for one another
    rows = [row for row in found["coefficients"] if (row["axis"], row["code"]) == ("theme", None)]
    alpha = next(row for row in rows if row["coefficient"] == "alpha")
    assert alpha["low"] < alpha["value"] < alpha["high"]


async def test_an_axis_left_empty_by_both_is_one_in_all_and_undefined(
    cast: Cast, coded: CodedSeries
) -> None:
    found = figures(await agreement(cast.researcher, coded), "opening")
    assert found["percent"] == 1
    assert (found["alpha"], found["kappa"]) == (None, None)
    assert found["ac1"] == 1


async def test_confusions_lead_to_the_turn(
    running: Application, cast: Cast, coded: CodedSeries
) -> None:
    found = await agreement(cast.researcher, coded)
    valence = [row for row in found["confusions"] if row["axis"] == "valence"]
    assert {valence[0]["one"], valence[0]["other"]} == {"neutral", "positive"}
    assert valence[0]["said"].startswith("coder1=")
    apart = sum(row["axis"] == "theme" for row in found["confusions"])
    whole = next(row for row in found["coefficients"] if row["axis"] == "theme")
    assert apart == round((1 - whole["value"]) * whole["turns"])
    assert not [name for name in PEOPLE if name in str(found)]


async def test_what_was_decided_between_coders_changes_no_figure(
    running: Application, cast: Cast, coded: CodedSeries
) -> None:
    before = await agreement(cast.researcher, coded)
    first = before["confusions"][0]
    async with running.context.database.transaction() as db:
        version = await codebooks.version(db, cast.coordinator.actor, coded.version_id)
        axis = codebooks.said(version).axes[0]
        db.add(
            Adjudication(
                version_id=version.id, turn_id=UUID(first["turn_id"]), axis_id=axis.id,
                code_id=axis.codes[0].id, decided_by=cast.coordinator.id,
            )
        )  # fmt: skip
    assert await agreement(cast.researcher, coded) == before


async def test_nothing_is_told_of_what_somebody_still_codes(
    running: Application, cast: Cast, coded: CodedSeries
) -> None:
    async with running.context.database.transaction() as db:
        its = CodingAssignment.recording_id == coded.recordings[0]
        own = CodingAssignment.coder_id == cast.researcher.id
        never = {"state": AssignmentState.OPEN, "finished_at": None}
        await db.exec(update(CodingAssignment).where(its, own).values(**never))
    for person in (cast.researcher, cast.coordinator):
        found = await agreement(person, coded)
        assert (found["recordings"], found["waiting"]) == (COUNT - 1, 1)
        assert str(coded.recordings[0]) not in str(found)


async def test_a_withdrawal_leaves_the_figures_at_once(
    running: Application, cast: Cast, series: Series, coded: CodedSeries
) -> None:
    before = await agreement(cast.researcher, coded)
    async with running.context.database.transaction() as db:
        await decides(db, series, "J1", Purpose.INDEXING, Decision.WITHDRAWN)
    after = await agreement(cast.researcher, coded)
    assert after["turns"] < before["turns"]
    assert "J1" not in {row["pseudonym"] for row in after["confusions"]}


async def test_few_recordings_have_no_interval(
    running: Application, cast: Cast, coded: CodedSeries
) -> None:
    async with running.context.database.transaction() as db:
        gone = col(Recording.id).in_(coded.recordings[2:])
        await db.exec(update(Recording).where(gone).values(state=RecordingState.ERASED))
    found = await agreement(cast.researcher, coded)
    assert found["recordings"] == 2
    assert {row["low"] for row in found["coefficients"]} == {None}
    assert found["intervals"]["fewest_recordings"] == 5


async def test_one_coder_alone_is_compared_with_nobody(
    running: Application, cast: Cast, coded: CodedSeries
) -> None:
    async with running.context.database.transaction() as db:
        query = select(CodingAssignment.id)
        second = (
            await db.exec(query.where(CodingAssignment.coder_id == cast.coordinator.id))
        ).all()
        await db.exec(delete(Coding).where(col(Coding.assignment_id).in_(second)))
        await db.exec(delete(CodingAssignment).where(col(CodingAssignment.id).in_(second)))
        await db.exec(delete(Coder).where(col(Coder.user_id) == cast.coordinator.id))
    found = await agreement(cast.researcher, coded)
    assert (found["recordings"], found["turns"], found["confusions"]) == (0, 0, [])
    assert {row["value"] for row in found["coefficients"]} == {None}


async def test_it_says_what_made_the_turns_and_how_many_people_accepted(
    running: Application, cast: Cast, coded: CodedSeries
) -> None:
    """Of what was accepted under older rules, those rules too."""
    before = await agreement(cast.researcher, coded)
    assert (len(before["rules"]), before["accepted"]) == (1, 0)
    moment = before["confusions"][0]
    async with running.context.database.transaction() as db:
        turn = await db.get_one(Turn, UUID(moment["turn_id"]))
        turn.state = TurnState.ACCEPTED
        newer = TurnIndex(recording_id=UUID(moment["recording_id"]), version="another 1")
        db.add(newer)
        await db.flush()
        same = Turn.index_id == turn.index_id, Turn.id != turn.id
        await db.exec(update(Turn).where(*same).values(index_id=newer.id))
    found = await agreement(cast.researcher, coded)
    assert found["turns"] == before["turns"]
    assert found["rules"] == sorted(["another 1", *before["rules"]])
    assert found["accepted"] == 1
    row = found["coefficients"][0]
    assert (row["accepted"], row["compared"]) == (1, found["turns"])
    assert row["rules"] == " | ".join(found["rules"])


async def test_tables_have_the_rows_of_the_answer(cast: Cast, coded: CodedSeries) -> None:
    found = await agreement(cast.researcher, coded)
    path = f"/api/v1/codebook-versions/{coded.version_id}/agreement"
    for table in ("coefficients", "confusions"):
        text = (await cast.researcher.client.get(f"{path}/{table}.csv?decimal=comma")).text
        rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
        assert len(rows) == len(found[table])
        assert rows[0].keys() == found[table][0].keys()
