"""The quality log over HTTP: who may read it, page by page and as a table."""

import csv
import io

import pytest

from app.consent.models import Decision, Purpose
from app.meetings.naming import group_key
from tests.fixtures.observed import Observed

ALLOWED = {"administrator", "coordinator", "researcher", "olga"}


@pytest.mark.parametrize("who", [*sorted(ALLOWED), "alice", "bob", "carol"])
async def test_who_may_read_it(who: str, observed: Observed) -> None:
    client = getattr(observed.kept.cast, who).client
    for path in (observed.path, f"{observed.path}.csv"):
        assert (await client.get(path)).status_code == (200 if who in ALLOWED else 403)


async def test_to_a_stranger_it_does_not_exist(observed: Observed) -> None:
    cast = observed.kept.cast
    assert (await cast.mallory.client.get(observed.path)).status_code == 404
    assert (await cast.nobody.get(observed.path)).status_code == 401


async def test_stretches_come_page_by_page_with_everyones_summary(observed: Observed) -> None:
    client = observed.kept.cast.researcher.client
    first = (await client.get(observed.path, params={"limit": 3})).json()
    rest = (
        await client.get(observed.path, params={"limit": 3, "cursor": first["next_cursor"]})
    ).json()

    assert [len(page["items"]) for page in (first, rest)] == [3, 1]
    assert rest["next_cursor"] is None
    stretches = sorted(first["items"] + rest["items"], key=lambda row: row["started_at"])
    assert [row["uplink_loss"] for row in stretches] == [0.0, 0.0, 0.12, 0.0]
    (bob,) = rest["people"]
    assert (bob["pseudonym"], bob["name"], bob["seconds"]) == ("J1", "Bob", 60.0)
    assert (bob["uplink_loss"], bob["uplink_loss_worst"]) == (0.0, 0.12)
    assert (bob["rtt_ms"], bob["rtt_ms_worst"], bob["frozen_s"]) == (40.0, 180.0, 2.5)


async def test_the_table_opens_in_a_spreadsheet(observed: Observed) -> None:
    answer = await observed.kept.cast.researcher.client.get(f"{observed.path}.csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    name = f"quality-3-{group_key(observed.kept.cast.group_id)}.csv"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 4
    worst = rows[2]
    assert (worst["pseudonym"], worst["role"], worst["uplink_lost"]) == ("J1", "member", "120")
    assert (worst["uplink_jitter_ms"], worst["uplink_limited"]) == ("14,25", "bandwidth")
    assert worst["concealed"] == "", "nobody could tell"
    assert b"Bob" not in answer.content


async def test_the_log_of_who_withdrew_is_in_neither(observed: Observed) -> None:
    kept = observed.kept
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)

    client = kept.cast.researcher.client
    found = (await client.get(observed.path)).json()
    assert (found["items"], found["people"]) == ([], [])
    assert len((await client.get(f"{observed.path}.csv")).text.splitlines()) == 1
