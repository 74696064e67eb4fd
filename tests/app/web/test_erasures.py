"""The pages of what was erased and what had gone out: who sees them, and what they say."""

from datetime import timedelta

import pytest

from app.consent.models import Decision, Purpose
from app.erasures.attesting import attest_all
from app.kit.permissions import Action, Role, may
from app.recordings.models import Recording, RecordingState
from app.retention.erasure import run
from app.turns.erasure import erase_withdrawn
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast, Person
from tests.fixtures.kept import Kept, keep


@pytest.fixture
async def kept(running: Application, cast: Cast) -> Kept:
    return await keep(running, cast)


async def page(kept: Kept, person: Person, path: str) -> tuple[int, str]:
    """As a browser asks, by cookie."""
    access = person.client.headers["Authorization"].removeprefix("Bearer ")
    cookie = {"Cookie": f"emessi_access={access}; emessi_language=en"}
    answer = await kept.cast.nobody.get(path, headers=cookie)
    return answer.status_code, answer.text


async def erased(kept: Kept, *, attested: bool = True) -> str:
    database = kept.context.database
    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)
    await erase_withdrawn(database, kept.store)
    if attested:
        async with database.transaction() as db:
            (await db.get_one(Recording, kept.recording.id)).state = RecordingState.READY
        await attest_all(database, kept.store, kept.context.keys)
    answer = await kept.cast.bob.client.get("/api/v1/erasures/me")
    return str(answer.json()["items"][0]["id"])


async def test_the_receipt_is_shown_to_its_owner_and_to_nobody_else(kept: Kept) -> None:
    path = f"/erasures/{await erased(kept)}"

    status, text = await page(kept, kept.cast.bob, path)
    assert status == 200
    assert "Encryption keys destroyed" in text
    assert "Nothing of you had been downloaded" in text
    for person in (kept.cast.alice, kept.cast.coordinator, kept.cast.mallory):
        assert (await page(kept, person, path))[0] == 404


async def test_before_it_is_done_the_page_says_so(kept: Kept) -> None:
    path = f"/erasures/{await erased(kept, attested=False)}"

    status, text = await page(kept, kept.cast.bob, path)

    assert status == 200
    assert "Being erased" in text


async def test_the_groups_page_leads_to_ones_own_and_shows_nobody_elses(kept: Kept) -> None:
    id_ = await erased(kept)
    path = f"/groups/{kept.cast.group_id}"

    assert f"/erasures/{id_}" in (await page(kept, kept.cast.bob, path))[1]
    for person in (kept.cast.alice, kept.cast.coordinator):
        assert f"/erasures/{id_}" not in (await page(kept, person, path))[1]


async def test_who_may_export_sees_what_went_out_and_what_to_do(kept: Kept) -> None:
    path = f"/groups/{kept.cast.group_id}/exports"
    export = await kept.cast.coordinator.client.get(f"/api/v1/meetings/{kept.meeting.id}/export")
    assert export.is_success
    assert "Nobody whose material" in (await page(kept, kept.cast.coordinator, path))[1]

    await erased(kept)

    _, text = await page(kept, kept.cast.coordinator, path)
    assert "ask whoever downloaded one" in text
    assert "Bob (J1)" in text
    assert "withdrew: Voice" in text
    for role in Role:
        status, _ = await page(kept, kept.cast.with_role(role), path)
        assert status == (200 if may([role], Action.EXPORT) else 403), role


async def test_what_time_took_is_not_said_to_have_been_withdrawn(kept: Kept) -> None:
    database, moment = kept.context.database, kept.recording.started_at + timedelta(days=365)
    export = await kept.cast.coordinator.client.get(f"/api/v1/meetings/{kept.meeting.id}/export")
    assert export.is_success
    await run(database, kept.store, moment)
    await attest_all(database, kept.store, kept.context.keys)
    (own,) = (await kept.cast.bob.client.get("/api/v1/erasures/me")).json()["items"]

    _, text = await page(kept, kept.cast.bob, f"/erasures/{own['id']}")
    assert "The time for which the recording could be kept is over." in text
    assert "You withdrew your consent" not in text
    assert "1 packages with recordings of you" in text
    _, text = await page(kept, kept.cast.bob, f"/groups/{kept.cast.group_id}")
    assert "Its time was over" in text
    _, text = await page(kept, kept.cast.coordinator, f"/groups/{kept.cast.group_id}/exports")
    assert "Bob (J1)" in text
    assert "withdrew:" not in text
