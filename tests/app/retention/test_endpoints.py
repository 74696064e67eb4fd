"""The period, its consequences and holds over HTTP."""

from datetime import timedelta

import httpx
import pytest

from app.kit.db import now
from app.kit.ids import new_id
from app.recordings.models import Recording
from tests.fixtures.kept import Kept

STAFF = {"administrator", "coordinator", "researcher"}
COORDINATION = {"administrator", "coordinator"}
EVERYBODY = sorted(STAFF | {"alice", "bob", "olga", "mallory"})


def path(kept: Kept, rest: str = "retention") -> str:
    return f"/api/v1/programmes/{kept.cast.programme_id}/{rest}"


@pytest.mark.parametrize("who", EVERYBODY)
async def test_who_may_see_and_change(who: str, kept: Kept) -> None:
    client: httpx.AsyncClient = getattr(kept.cast, who).client
    refused = 403 if who in STAFF else 404
    form = {"retention_days": 400, "warning_days": 20}

    assert (await client.get(path(kept))).status_code == (200 if who in STAFF else 404)
    preview = await client.get(path(kept, "retention/preview"), params={"retention_days": 400})
    changed = await client.put(path(kept), json=form)
    held = await client.post(path(kept, "holds"), json={"reason": "Riita"})
    hold_id = held.json()["id"] if who in COORDINATION else new_id()
    lifted = await client.post(f"/api/v1/holds/{hold_id}/lift")

    assert preview.status_code == changed.status_code == (200 if who in COORDINATION else refused)
    assert held.status_code == (201 if who in COORDINATION else refused)
    assert lifted.status_code == (200 if who in COORDINATION else 404)


async def older(kept: Kept, days: int) -> None:
    async with kept.context.database.transaction() as db:
        recording = await db.get_one(Recording, kept.recording.id)
        recording.started_at = now() - timedelta(days=days)


async def test_the_plan_says_when_and_why_not(kept: Kept) -> None:
    client = kept.cast.coordinator.client
    (listed,) = (await client.get(path(kept))).json()["recordings"]
    assert (listed["obstacle"], listed["kept_shorter"]) == (None, False)
    assert listed["first_ends_at"] == listed["whole_ends_at"]

    form = {"recording_id": str(kept.recording.id), "reason": "Selvitys kesken"}
    hold = (await client.post(path(kept, "holds"), json=form)).json()
    plan = (await client.get(path(kept))).json()
    assert (plan["recordings"][0]["obstacle"], plan["recordings"][0]["hold_id"]) == (
        "held",
        hold["id"],
    )
    assert plan["holds"] == [hold]
    assert hold["group_id"] == str(kept.cast.group_id)


async def test_a_shorter_period_is_refused_until_its_consequences_are_known(kept: Kept) -> None:
    await older(kept, 50)
    client = kept.cast.coordinator.client
    form = {"retention_days": 40, "warning_days": 30}

    preview = await client.get(path(kept, "retention/preview"), params={"retention_days": 40})
    assert [r["recording_id"] for r in preview.json()["erased_at_once"]] == [str(kept.recording.id)]
    blind = await client.put(path(kept), json=form)
    assert blind.status_code == 409
    assert blind.json()["type"].endswith(":retention_would_erase")
    assert (await client.get(path(kept))).json()["retention_days"] == 365

    changed = await client.put(path(kept), json={**form, "erases": 1})
    assert changed.status_code == 200
    assert changed.json()["retention_days"] == 40
    log = await client.get("/api/v1/audit", params={"programme_id": kept.cast.programme_id})
    assert log.json()["items"][0]["deed"] == "retention_changed"
    assert log.json()["items"][0]["details"] == {"days_before": 365, "days_after": 40}


async def test_a_longer_period_says_who_was_promised_less(kept: Kept) -> None:
    client = kept.cast.coordinator.client
    preview = await client.get(path(kept, "retention/preview"), params={"retention_days": 730})
    assert preview.json() == {"erased_at_once": [], "near": [], "promised_less": 2}

    form = {"retention_days": 730, "warning_days": 30}
    (listed,) = (await client.put(path(kept), json=form)).json()["recordings"]
    ends = (await client.get(path(kept))).json()["recordings"][0]
    assert listed["kept_shorter"]
    assert listed == ends
    assert listed["first_ends_at"] < listed["whole_ends_at"]


async def test_the_period_is_not_changed_by_the_back_door(kept: Kept) -> None:
    changed = await kept.cast.coordinator.client.patch(
        f"/api/v1/programmes/{kept.cast.programme_id}", json={"retention_days": 1}
    )
    assert changed.status_code == 422


@pytest.mark.parametrize("field", ["group_id", "recording_id"])
async def test_a_hold_on_what_is_not_the_programmes_is_refused(kept: Kept, field: str) -> None:
    form = {"reason": "Riita", field: str(new_id())}
    answer = await kept.cast.coordinator.client.post(path(kept, "holds"), json=form)
    assert (answer.status_code, answer.json()["field"]) == (404, field)


async def test_a_programme_made_by_mistake_can_go_after_its_period_was_changed(kept: Kept) -> None:
    client = kept.cast.administrator.client
    made = (await client.post("/api/v1/programmes", json={"name": "Erehdys"})).json()
    root = f"/api/v1/programmes/{made['id']}"
    await client.put(f"{root}/retention", json={"retention_days": 10, "warning_days": 5})
    assert (await client.delete(root)).status_code == 204
