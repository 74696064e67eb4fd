"""The log read over HTTP: by whom, filtered, paged, as a table, and verified."""

import csv
import io
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.kit import audit
from app.kit.audit import About, AuditEntry, Deed, Doer
from app.kit.db import now
from app.recordings.models import FileKind
from tests.fixtures.kept import Kept

COORDINATION = {"administrator", "coordinator"}
EVERYBODY = ["administrator", "coordinator", "researcher", "alice", "bob", "mallory"]
LOG = "/api/v1/audit"


async def items(kept: Kept, **asked: Any) -> list[dict[str, Any]]:
    asked.setdefault("programme_id", kept.cast.programme_id)
    answer = await kept.cast.coordinator.client.get(LOG, params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.mark.parametrize("who", EVERYBODY)
async def test_who_may_read_it(who: str, kept: Kept) -> None:
    client: httpx.AsyncClient = getattr(kept.cast, who).client
    programme = {"programme_id": str(kept.cast.programme_id)}
    refused = 403 if who == "researcher" else 404
    for path in ("", "/verification", "/entries.csv"):
        answer = await client.get(LOG + path, params=programme)
        assert answer.status_code == (200 if who in COORDINATION else refused)
        whole = await client.get(LOG + path)
        assert whole.status_code == (200 if who == "administrator" else 403)


async def test_what_changes_people_and_texts_is_in_it(kept: Kept) -> None:
    client, root = kept.cast.coordinator.client, f"/api/v1/programmes/{kept.cast.programme_id}"
    role = {"email": "mallory@example.org", "role": "researcher"}
    for _ in range(2):  # given twice is given once
        await client.post(f"{root}/staff", json=role)
    await client.delete(f"{root}/staff/{kept.cast.mallory.id}/researcher")
    await client.post(f"{root}/consent-texts", json={"fi": "a", "sv": "b", "en": "c"})
    group = f"/api/v1/groups/{kept.cast.group_id}"
    await kept.cast.alice.client.delete(f"{group}/members/{kept.cast.carol.id}")

    found = [(row["deed"], row["actor_role"], row["details"]) for row in await items(kept)]
    assert found == [
        ("member_removed", "facilitator", {"role": "member"}),
        ("text_published", "coordinator", {"version": 2}),
        ("role_taken", "coordinator", {"role": "researcher"}),
        ("role_given", "coordinator", {"role": "researcher"}),
    ]


async def test_it_is_filtered_by_person_deed_and_time(kept: Kept) -> None:
    file = await kept.file(FileKind.PERSON, kept.cast.bob)
    await kept.cast.researcher.client.get(f"{kept.path}/files/{file.id}")
    await kept.cast.coordinator.client.get(kept.path)

    assert [row["deed"] for row in await items(kept)] == ["watched", "played"]
    for person in (kept.cast.researcher, kept.cast.bob):  # who did it, or whose it is
        assert [row["deed"] for row in await items(kept, person=person.id)] == ["played"]
    assert [row["deed"] for row in await items(kept, deed="watched")] == ["watched"]
    soon = (now() + timedelta(minutes=1)).isoformat()
    assert len(await items(kept, until=soon)) == 2
    assert await items(kept, since=soon) == []


async def test_it_is_paged_from_the_newest(kept: Kept) -> None:
    async with kept.context.database.transaction() as db:
        for number in range(5):
            about = About("programme", programme_id=kept.cast.programme_id)
            audit.record(db, Deed.RETENTION_RUN, audit.WORKER, about, details={"tapes": number})
    client, place, seen = kept.cast.coordinator.client, None, []
    while True:
        asked = {"programme_id": kept.cast.programme_id, "limit": 2}
        page = (await client.get(LOG, params=asked | ({"before": place} if place else {}))).json()
        seen += [row["details"]["tapes"] for row in page["items"]]
        place = page["next_cursor"]
        if place is None:
            break
    assert seen == [4, 3, 2, 1, 0]


async def test_the_table_has_everything_and_obeys_no_name(kept: Kept) -> None:
    async with kept.context.database.transaction() as db:
        (await db.merge(kept.cast.researcher.user)).name = "=cmd()"
    await kept.cast.researcher.client.get(kept.path)
    asked = {"programme_id": str(kept.cast.programme_id)}
    answer = await kept.cast.coordinator.client.get(f"{LOG}/entries.csv", params=asked)

    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert [row["deed"] for row in rows] == ["watched", "log_taken"]  # the taking is in it
    assert rows[0]["actor_name"] == "'=cmd()"
    assert rows[1]["previous_hash"] == rows[0]["hash"]


async def test_a_chain_is_verified(kept: Kept) -> None:
    asked = {"programme_id": str(kept.cast.programme_id)}
    client = kept.cast.coordinator.client
    await client.get(kept.path)
    whole = (await client.get(f"{LOG}/verification", params=asked)).json()
    (row,) = await items(kept)
    assert whole == {"whole": True, "broken_at": None, "length": 1, "last_hash": row["hash"]}

    forged = AuditEntry(
        chain=kept.cast.programme_id,
        sequence=2,
        at=now(),
        actor_role="worker",
        deed="erased",
        result="done",
        object_kind="recording",
        previous_hash=row["hash"],
        hash="0" * 64,
    )
    async with kept.context.database.transaction() as db:
        db.add(forged)
    broken = (await client.get(f"{LOG}/verification", params=asked)).json()
    assert (broken["whole"], broken["broken_at"]) == (False, 2)


async def test_another_programmes_entries_are_not_shown(kept: Kept) -> None:
    async with kept.context.database.transaction() as db:
        audit.record(db, Deed.PERSON_ERASED, Doer(None, "command"), About("account"))
    assert await items(kept) == []
