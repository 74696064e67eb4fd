"""A series of meetings, its changes, and the way into a room."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.kit.db import now
from app.kit.ids import new_id
from app.meetings import placement
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast

ROOT = "/api/v1/meetings"
RUNS = {"administrator", "coordinator", "alice"}


def code_of(answer: httpx.Response) -> str:
    return str(answer.json()["type"].removeprefix("urn:emessi:problem:"))


async def schedule(cast: Cast, **fields: str | int) -> list[dict[str, Any]]:
    form = {"group_id": str(cast.group_id), "starts_at": "2090-01-10T17:00:00+02:00", **fields}
    answer = await cast.alice.client.post(ROOT, json=form)
    assert answer.status_code == 201, answer.text
    return list(answer.json()["items"])


@pytest.fixture
async def node(running: Application) -> None:
    async with running.context.database.transaction() as db:
        await placement.heartbeat(db, name="node-1", public_url="", port=8421, participants=0)


async def test_a_series_keeps_its_hour_when_the_clocks_change(cast: Cast) -> None:
    series = await schedule(cast, starts_at="2027-03-01T17:00:00+02:00", count=3, every_days=28)

    assert [meeting["ordinal"] for meeting in series] == [1, 2, 3]
    assert [meeting["starts_at"][:16] for meeting in series] == [
        "2027-03-01T15:00",
        "2027-03-29T14:00",
        "2027-04-26T14:00",
    ]
    (later,) = await schedule(cast)
    assert later["ordinal"] == 4


async def numbers(cast: Cast) -> dict[str, int]:
    """Of what was not called off: day → number."""
    answer = await cast.alice.client.get(ROOT, params={"group_id": str(cast.group_id)})
    assert answer.status_code == 200, answer.text
    return {
        meeting["starts_at"][:10]: meeting["ordinal"]
        for meeting in answer.json()["items"]
        if meeting["state"] != "cancelled"
    }


async def test_meetings_are_numbered_by_their_dates(cast: Cast) -> None:
    first, second, third = await schedule(cast, starts_at="2027-03-01T17:00:00+02:00", count=3)
    await schedule(cast, starts_at="2027-02-01T17:00:00+02:00")
    days = ["2027-02-01", "2027-03-01", "2027-03-29", "2027-04-26"]
    assert await numbers(cast) == dict(zip(days, [1, 2, 3, 4], strict=True))

    assert (await cast.alice.client.post(f"{ROOT}/{second['id']}/cancel")).is_success
    assert await numbers(cast) == {days[0]: 1, days[1]: 2, days[3]: 3}

    moved = {"starts_at": "2027-05-30T17:00:00+02:00"}
    assert (await cast.alice.client.patch(f"{ROOT}/{first['id']}", json=moved)).is_success
    assert await numbers(cast) == {days[0]: 1, days[3]: 2, "2027-05-30": 3}
    interview = await schedule(cast, starts_at="2027-01-01T17:00:00+02:00", kind="interview")
    assert [meeting["ordinal"] for meeting in interview] == [1]
    assert third["ordinal"] == 3


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": 13}, "count"),
        ({"starts_at": "2027-03-01T17:00:00"}, "starts_at"),
        ({"starts_at": "9999-12-31T23:59:59Z"}, "starts_at"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": "Europe"}, "time_zone"),
    ],
)
async def test_a_series_that_makes_no_sense_is_refused(
    fields: dict[str, object], field: str, cast: Cast
) -> None:
    form = {"group_id": str(cast.group_id), "starts_at": "2090-01-10T17:00:00Z", **fields}
    answer = await cast.alice.client.post(ROOT, json=form)
    assert answer.status_code == 422
    assert answer.json()["field"] == field


async def test_a_retried_series_is_made_once(cast: Cast) -> None:
    form = {"group_id": str(cast.group_id), "starts_at": "2090-01-10T17:00:00Z", "count": 8}
    key = {"Idempotency-Key": "a retry"}

    first = await cast.alice.client.post(ROOT, json=form, headers=key)
    again = await cast.alice.client.post(ROOT, json=form, headers=key)
    listed = await cast.bob.client.get(ROOT, params={"group_id": str(cast.group_id)})

    assert first.json() == again.json()
    assert len(listed.json()["items"]) == 8


async def test_a_meeting_is_changed_and_called_off_before_it_begins(cast: Cast) -> None:
    one, two = await schedule(cast, count=2)
    client = cast.alice.client

    moved = await client.patch(f"{ROOT}/{one['id']}", json={"title": "Tavoitteet"})
    cancelled = await client.post(f"{ROOT}/{two['id']}/cancel")
    again = await client.post(f"{ROOT}/{two['id']}/cancel")
    opened = await client.post(f"{ROOT}/{one['id']}/open")

    assert moved.json()["title"] == "Tavoitteet"
    assert cancelled.json()["state"] == again.json()["state"] == "cancelled"
    assert opened.json()["state"] == "open"
    assert code_of(await client.patch(f"{ROOT}/{one['id']}", json={"title": "X"})) == (
        "meeting_begun"
    )
    assert code_of(await client.post(f"{ROOT}/{one['id']}/cancel")) == "meeting_begun"
    assert code_of(await client.post(f"{ROOT}/{two['id']}/open")) == "meeting_ended"


async def test_ending_is_once_and_for_all(cast: Cast, node: None) -> None:
    (meeting,) = await schedule(cast)
    path = f"{ROOT}/{meeting['id']}"
    client = cast.alice.client

    assert code_of(await client.post(f"{path}/end")) == "meeting_not_open"
    await client.post(f"{path}/open")
    ended = await client.post(f"{path}/end")
    again = await client.post(f"{path}/end")

    assert ended.json() == again.json()
    assert ended.json()["state"] == "ended"
    assert code_of(await client.post(f"{path}/open")) == "meeting_ended"
    assert code_of(await client.post(f"{path}/join")) == "meeting_ended"


async def test_the_facilitators_coming_opens_and_members_wait(
    cast: Cast, node: None, running: Application
) -> None:
    (meeting,) = await schedule(cast)
    path = f"{ROOT}/{meeting['id']}"

    early = await cast.bob.client.post(f"{path}/join")
    hosted = await cast.alice.client.post(f"{path}/join")
    joined = await cast.bob.client.post(f"{path}/join")

    assert code_of(early) == "meeting_not_open"
    assert hosted.status_code == joined.status_code == 200
    assert joined.json()["url"] == f"ws://localhost:8421/ws/meetings/{meeting['id']}"
    ticket = running.context.tokens.read_join(joined.json()["token"])
    assert (ticket.user_id, ticket.role, ticket.node_name) == (cast.bob.id, "member", "node-1")
    assert (await cast.bob.client.get(path)).json()["state"] == "open"


async def test_shortly_before_the_start_members_may_wait_in_the_lobby(
    cast: Cast, node: None
) -> None:
    soon = (now() + timedelta(minutes=20)).isoformat()
    (meeting,) = await schedule(cast, starts_at=soon)

    joined = await cast.bob.client.post(f"{ROOT}/{meeting['id']}/join")

    assert joined.status_code == 200
    seen = await cast.bob.client.get(f"{ROOT}/{meeting['id']}")
    assert seen.json()["state"] == "scheduled"


async def test_without_a_live_node_nobody_joins_and_nothing_opens(cast: Cast) -> None:
    (meeting,) = await schedule(cast)

    refused = await cast.alice.client.post(f"{ROOT}/{meeting['id']}/join")

    assert refused.status_code == 503
    assert code_of(refused) == "no_live_node"
    seen = await cast.alice.client.get(f"{ROOT}/{meeting['id']}")
    assert seen.json()["state"] == "scheduled"


@pytest.mark.parametrize(
    ("who", "role"),
    [
        ("alice", "facilitator"),
        ("olga", "observer"),
        ("coordinator", "observer"),
        ("administrator", "observer"),
        ("carol", "member"),
    ],
)
async def test_the_role_in_the_room_is_the_role_in_the_group(
    who: str, role: str, cast: Cast, node: None, running: Application
) -> None:
    (meeting,) = await schedule(cast)
    await cast.alice.client.post(f"{ROOT}/{meeting['id']}/open")
    client: httpx.AsyncClient = getattr(cast, who).client

    joined = await client.post(f"{ROOT}/{meeting['id']}/join")

    assert running.context.tokens.read_join(joined.json()["token"]).role == role


@pytest.mark.parametrize(
    "who", ["administrator", "coordinator", "researcher", "alice", "olga", "bob"]
)
async def test_who_may_schedule_and_run(who: str, cast: Cast, node: None) -> None:
    client: httpx.AsyncClient = getattr(cast, who).client
    (meeting,) = await schedule(cast)
    path, form = f"{ROOT}/{meeting['id']}", {"group_id": str(cast.group_id)}
    good, bad = (200, 201), (403, 403)

    assert (await client.get(path)).status_code == 200
    assert (await client.get(ROOT, params=form)).status_code == 200
    made = await client.post(ROOT, json={**form, "starts_at": "2090-01-10T17:00:00Z"})
    changed = await client.patch(path, json={"title": "X"})
    assert (changed.status_code, made.status_code) == (good if who in RUNS else bad)
    for verb in ("open", "end"):
        answer = await client.post(f"{path}/{verb}")
        assert answer.status_code == (200 if who in RUNS else 403)


async def test_a_researcher_hears_recordings_and_does_not_come_to_meetings(
    cast: Cast, node: None
) -> None:
    (meeting,) = await schedule(cast)
    answer = await cast.researcher.client.post(f"{ROOT}/{meeting['id']}/join")
    assert answer.status_code == 403


async def test_to_a_stranger_a_meeting_is_as_if_it_were_not(cast: Cast) -> None:
    (meeting,) = await schedule(cast)
    stranger = cast.mallory.client

    for method, path, form in [
        ("GET", "", None),
        ("PATCH", "", {"title": "X"}),
        ("POST", "/cancel", None),
        ("POST", "/open", None),
        ("POST", "/end", None),
        ("POST", "/join", None),
    ]:
        real = await stranger.request(method, f"{ROOT}/{meeting['id']}{path}", json=form)
        none = await stranger.request(method, f"{ROOT}/{new_id()}{path}", json=form)
        assert (real.status_code, real.json()) == (404, none.json())
