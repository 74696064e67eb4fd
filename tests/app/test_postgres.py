"""One story through the API on PostgreSQL, where types and locks are stricter than SQLite's."""

import asyncio
from pathlib import Path

import pytest

from app.accounts import service as accounts
from app.kit import migrate
from app.meetings import placement
from tests.fixtures.application import application, settings_at
from tests.fixtures.postgres import Server

FORM = {"name": "Aino", "email": "aino@example.org", "password": "oikein pitkä salasana"}


@pytest.mark.postgres
async def test_from_the_set_up_link_to_the_first_meeting(
    postgres_server: Server, tmp_path: Path
) -> None:
    settings = settings_at(tmp_path, postgres_server.new_database())
    await asyncio.to_thread(migrate.upgrade, settings)
    async with application(settings) as running:
        async with running.context.database.transaction() as db:
            token = await accounts.make_set_up_link(db)
            await placement.heartbeat(db, name="n", public_url="", port=1, participants=0)
        boss, member = await running.client(), await running.client()
        made = await boss.post("/api/v1/set-up", json={"token": token, **FORM})
        boss.headers["Authorization"] = f"Bearer {made.json()['access_token']}"

        programme = (await boss.post("/api/v1/programmes", json={"name": "H"})).json()
        form = {"programme_id": programme["id"], "name": "Ryhmä"}
        group = (await boss.post("/api/v1/groups", json=form)).json()
        inside = {"group_id": group["id"]}
        series = {**inside, "starts_at": "2090-01-10T17:00:00Z", "count": 8}
        key = {"Idempotency-Key": "once"}
        first, second = [
            await boss.post("/api/v1/meetings", json=series, headers=key) for _ in range(2)
        ]
        link = (await boss.post("/api/v1/invitations", json=inside)).json()
        path = f"/api/v1/invitations/{link['url'].rsplit('/', 1)[1]}"
        acceptance = {"name": "B", "decisions": {"audio": "granted"}, "text_version": 1}
        answers = await asyncio.gather(
            *(member.post(f"{path}/accept", json=acceptance) for _ in range(3))
        )
        joined = await boss.post(f"/api/v1/meetings/{first.json()['items'][0]['id']}/join")

    assert first.json() == second.json()
    assert sorted(answer.status_code for answer in answers) == [201, 410, 410]
    assert joined.status_code == 200
