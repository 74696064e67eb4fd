"""Tables of a meeting stand in the register: who is in them, by what consents."""

import pytest

from app.consent.models import Decision, Purpose
from app.erasures import copies
from app.meetings.naming import group_key
from tests.app.turns.test_edits import Desk, new
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import Kept, keep
from tests.fixtures.observed import observe
from tests.fixtures.registered import holdings


@pytest.fixture
async def kept(running: Application, cast: Cast) -> Kept:
    return await keep(running, cast)


async def test_the_table_of_edits(kept: Kept) -> None:
    desk = Desk(kept)
    turns = (await desk.look())["turns"]
    await desk.do(name="move", turn=turns[0]["id"], start_ms=970, end_ms=4_020, given=new())
    await desk.do(name="delete", turn=turns[1]["id"])
    answer = await desk.client.get(f"{desk.path}/edits/history.csv")
    assert answer.is_success
    assert answer.headers["cache-control"] == "no-store"

    bob, recording = kept.cast.bob.id, kept.recording.id
    own = {(recording, bob, ("audio", "indexing"))}
    key, meeting = group_key(kept.cast.group_id), kept.meeting.id
    name = f"edits-{kept.meeting.ordinal}-{key}.csv"
    assert await holdings(kept.context, kept.meeting.group_id) == [(name, meeting, own)]


async def test_the_table_of_connections_which_a_withdrawal_names(kept: Kept) -> None:
    seen = await observe(kept)
    assert (await kept.cast.researcher.client.get(f"{seen.path}.csv")).is_success

    bob, group_id = kept.cast.bob, kept.meeting.group_id
    own = {(kept.recording.id, bob.id, ("indexing",))}
    name = f"quality-{kept.meeting.ordinal}-{group_key(group_id)}.csv"
    assert await holdings(kept.context, group_id) == [(name, kept.meeting.id, own)]
    await kept.decide(bob, Purpose.INDEXING, Decision.WITHDRAWN)
    async with kept.context.database.reading() as db:
        found = await copies.of_withdrawn(db, group_id)
    assert [copy.record.file_name for copy in found[bob.id].exports] == [name]


async def test_what_is_refused_is_not_in_it(kept: Kept) -> None:
    for path in (
        f"{kept.path}/edits/history.csv",
        f"/api/v1/meetings/{kept.meeting.id}/quality.csv",
    ):
        assert (await kept.cast.bob.client.get(path)).status_code == 403
    assert await holdings(kept.context, kept.meeting.group_id) == []
