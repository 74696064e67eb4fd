"""Answers go when their time is over, person by person, and with the person at once."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from app.kit import audit
from app.kit.db import now
from app.programmes.models import Programme, RetentionChange
from app.retention import holds
from app.surveys.erasure import erase
from app.surveys.models import Survey
from tests.app.person.test_endpoints import archive
from tests.app.surveys.test_endpoints import ROWS, kept
from tests.fixtures.answered import bring, text_of
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast

DAY = timedelta(days=1)


@pytest.fixture
async def old(running: Application, cast: Cast) -> Application:
    """A survey that came 100 days ago; the programme keeps its material for 100."""
    made = await bring(cast.researcher, cast.programme_id, text_of(ROWS))
    assert made.status_code == 201
    async with running.context.database.transaction() as db:
        (survey,) = (await db.exec(select(Survey))).all()
        survey.created_at = now() - 100 * DAY
        (await db.get_one(Programme, cast.programme_id)).retention_days = 100
    return running


async def test_all_goes_when_it_is_over_and_the_log_counts(old: Application, cast: Cast) -> None:
    database = old.context.database
    assert await erase(database, now() - timedelta(minutes=5)) == 0
    assert await erase(database, now(), programme_id=cast.group_id) == 0
    assert await kept(old) == [1, 3, 2, 6]

    assert await erase(database, now()) == 2

    assert await kept(old) == [0, 0, 0, 0]
    async with database.reading() as db:
        query = select(audit.AuditEntry).where(audit.AuditEntry.deed == "erased")
        (entry,) = (await db.exec(query)).all()
    assert (entry.object_kind, entry.details) == ("answers", {"people": 2})
    assert await erase(database, now()) == 0


@pytest.mark.parametrize("of_group", [True, False])
async def test_a_hold_keeps_them(of_group: bool, old: Application, cast: Cast) -> None:
    async with old.context.database.transaction() as db:
        await holds.set_hold(
            db,
            cast.coordinator.actor,
            cast.programme_id,
            group_id=cast.group_id if of_group else None,
            recording_id=None,
            reason="Riita",
        )
    assert await erase(old.context.database, now()) == 0
    assert await kept(old) == [1, 3, 2, 6]


async def test_only_whom_less_was_promised_goes_earlier(old: Application, cast: Cast) -> None:
    """Bob agreed while the text said 100 days; from now on it says 400."""
    form = {"purpose": "indexing", "decision": "granted", "text_version": 1, "text_language": "fi"}
    path = f"/api/v1/groups/{cast.group_id}/consents/me"
    assert (await cast.bob.client.post(path, json=form)).status_code == 201
    async with old.context.database.transaction() as db:
        (await db.get_one(Programme, cast.programme_id)).retention_days = 400
        change = RetentionChange(
            programme_id=cast.programme_id,
            days_before=100,
            days_after=400,
            changed_by=cast.coordinator.id,
        )
        db.add(change)
    assert await erase(old.context.database, now()) == 1
    assert await kept(old) == [1, 3, 1, 3]


async def test_a_person_takes_answers_along_and_has_them_erased(
    running: Application, cast: Cast
) -> None:
    await bring(cast.researcher, cast.programme_id, text_of(ROWS))
    told = json.loads((await archive(cast.bob)).read("answers.json"))
    said = {each["question"]: each["answer"] for each in told["my_answers"]}
    assert said == {"Jaksan": "3.5", "Mielipide": "4 = samaa mieltä", "Avoin": "kyllä kiitos"}
    assert told["imported_by_me"] == []
    told = json.loads((await archive(cast.researcher)).read("answers.json"))
    assert [each["name"] for each in told["imported_by_me"]] == ["Alkukysely"]
    assert told["my_answers"] == []

    erased = await cast.bob.client.post("/api/v1/me/erasure", json={"confirmation": "Bob"})
    assert erased.json()["answers"] == 1
    assert "those to 1 surveys are erased" in " ".join(erased.json()["lines"])
    assert await kept(running) == [1, 3, 1, 3]
