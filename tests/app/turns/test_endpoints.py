"""Turns over HTTP, page by page and as a table."""

import csv
import io
from typing import Any

import httpx
import pytest

from app.consent.models import Decision, Purpose
from tests.fixtures.kept import DETECTOR, Kept


async def pages(client: httpx.AsyncClient, path: str, limit: int) -> list[list[int]]:
    found: list[list[int]] = []
    query: dict[str, Any] = {"limit": limit}
    while True:
        page = (await client.get(path, params=query)).json()
        found.append([turn["start_ms"] for turn in page["items"]])
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


@pytest.mark.parametrize("who", ["administrator", "coordinator", "researcher", "alice", "bob"])
async def test_who_may_read_turns(who: str, kept: Kept) -> None:
    client = getattr(kept.cast, who).client
    allowed = who not in ("alice", "bob")
    for path in ("turns", "turns.csv"):
        answer = await client.get(f"{kept.path}/{path}")
        assert answer.status_code == (200 if allowed else 403)
    stranger = await kept.cast.mallory.client.get(f"{kept.path}/turns")
    assert stranger.status_code == 404


async def test_turns_come_in_order_of_time_with_what_made_them(kept: Kept) -> None:
    found = (await kept.cast.researcher.client.get(f"{kept.path}/turns")).json()

    assert (found["version"], found["parameters"]) == (DETECTOR, {"bridge_pause_ms": 700})
    assert [(t["pseudonym"], t["start_ms"], t["is_backchannel"]) for t in found["items"]] == [
        ("J1", 1_000, False),
        ("J1", 9_000, False),
        ("J1", 20_000, True),
    ]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (1, [[1_000], [9_000], [20_000]]),
        (2, [[1_000, 9_000], [20_000]]),
        (3, [[1_000, 9_000, 20_000]]),
        (200, [[1_000, 9_000, 20_000]]),
    ],
)
async def test_turns_come_page_by_page(limit: int, expected: list[list[int]], kept: Kept) -> None:
    assert await pages(kept.cast.researcher.client, f"{kept.path}/turns", limit) == expected


async def test_the_table_opens_in_a_spreadsheet(kept: Kept) -> None:
    answer = await kept.cast.researcher.client.get(f"{kept.path}/turns.csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="turns-{kept.stem}.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.content.count(b"\n") == answer.content.count(b"\r\n") == 4  # RFC 4180
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    first = (await kept.cast.researcher.client.get(f"{kept.path}/turns")).json()["items"][0]
    assert rows[0] == {
        "group_id": str(kept.cast.group_id),
        "group": "Ryhmä 1",
        "meeting": str(kept.meeting.id),
        "kind": "mentoring",
        "ordinal": "3",
        "month": f"{kept.recording.started_at:%Y-%m}",
        "turn": first["id"],
        "pseudonym": "J1",
        "role": "member",
        "start_ms": "1000",
        "end_ms": "4000",
        "duration_ms": "3000",
        "is_backchannel": "0",
        "talk": "speech",
        "state": "proposed",
        "words": "",
        "may_quote": "1",
    }
    assert b"Bob" not in answer.content


async def test_turns_of_who_withdrew_are_in_neither(kept: Kept) -> None:
    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)

    client = kept.cast.researcher.client
    assert (await client.get(f"{kept.path}/turns")).json()["items"] == []
    table = (await client.get(f"{kept.path}/turns.csv")).text
    assert len(table.splitlines()) == 1
