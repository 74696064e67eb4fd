"""Rules with versions, and proposals made again by them: what people did stays."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.turns import proposing, service
from app.turns import rules as turn_rules
from app.turns.models import Speech, TurnIndex
from tests.app.turns.test_edits import Desk, new
from tests.fixtures.kept import Kept

SPEECH = [(1_000, 2_000), (2_500, 4_000), (9_000, 12_000), (20_000, 20_600)]
RULES: dict[str, Any] = {
    "bridge_pause_ms": 300,
    "backchannel_max_ms": 1_000,
    "minimum_ms": 100,
    "laughter": "within",
    "technical_talk": "coded",
}


async def make(client: httpx.AsyncClient, kept: Kept, **changed: Any) -> httpx.Response:
    path = f"/api/v1/programmes/{kept.cast.programme_id}/turn-rules"
    return await client.post(path, json={**RULES, **changed})


async def hear(kept: Kept, users: dict[UUID, list[tuple[int, int]]] | None = None) -> None:
    async with kept.context.database.transaction() as db:
        heard = users or {kept.cast.bob.id: SPEECH, kept.cast.alice.id: [(2_000, 2_400)]}
        await proposing.keep_speech(db, kept.recording.id, heard)


async def spans(kept: Kept) -> list[tuple[int, int, str]]:
    return await Desk(kept).turns()


@pytest.mark.parametrize(("who", "status"), [("coordinator", 201), ("researcher", 403)])
async def test_the_coordinator_makes_rules(who: str, status: int, kept: Kept) -> None:
    answer = await make(getattr(kept.cast, who).client, kept)
    assert answer.status_code == status


async def test_every_version_is_kept_and_the_newest_is_in_force(kept: Kept) -> None:
    client = kept.cast.coordinator.client
    for pause in (300, 300, 500):
        assert (await make(client, kept, bridge_pause_ms=pause)).status_code == 201

    found = (await client.get(f"/api/v1/programmes/{kept.cast.programme_id}/turn-rules")).json()

    assert [(r["version"], r["bridge_pause_ms"]) for r in found] == [(2, 500), (1, 300), (0, 700)]
    assert found[2]["made_at"] is None
    assert found[0]["laughter"] == "within"


async def test_a_programme_made_by_mistake_goes_with_its_rules(kept: Kept) -> None:
    client = kept.cast.administrator.client
    made = (await client.post("/api/v1/programmes", json={"name": "Koe"})).json()
    answer = await client.post(f"/api/v1/programmes/{made['id']}/turn-rules", json=RULES)
    assert answer.status_code == 201
    assert (await client.delete(f"/api/v1/programmes/{made['id']}")).status_code == 204


async def test_other_rules_propose_again_from_the_speech_that_was_kept(kept: Kept) -> None:
    await hear(kept)
    await proposing.repropose(kept.context.database)
    assert len(await spans(kept)) == 3  # nobody changed the rules

    await make(kept.cast.coordinator.client, kept)
    await proposing.repropose(kept.context.database)

    assert [(start, end) for start, end, _ in await spans(kept)] == SPEECH
    found = (await kept.cast.researcher.client.get(f"{kept.path}/turns")).json()
    assert found["parameters"] == {
        **{name: RULES[name] for name in ("bridge_pause_ms", "backchannel_max_ms", "minimum_ms")},
        "laughter": "within",
        "technical_talk": "coded",
        "rules_version": 1,
    }
    await proposing.repropose(kept.context.database)
    async with kept.context.database.reading() as db:
        assert len((await db.exec(select(TurnIndex))).all()) == 2  # once is enough


async def test_what_people_accepted_moved_and_deleted_is_not_touched(kept: Kept) -> None:
    await hear(kept)
    desk = Desk(kept)
    first, second, third = [turn["id"] for turn in (await desk.look())["turns"]]
    await desk.do(name="move", turn=first, start_ms=1_200, end_ms=4_000, given=new())
    await desk.do(name="delete", turn=second)
    undone = await desk.do(name="delete", turn=third)
    await desk.do(name="undo", edit=undone["id"], given=[new()])

    await make(kept.cast.coordinator.client, kept)
    await proposing.repropose(kept.context.database)

    assert await spans(kept) == [(1_200, 4_000, "accepted"), (20_000, 20_600, "proposed")]


async def test_an_undo_reaches_back_over_a_change_of_rules(kept: Kept) -> None:
    await hear(kept)
    desk = Desk(kept)
    done = await desk.do(name="delete", turn=await desk.first())
    await make(kept.cast.coordinator.client, kept)
    await proposing.repropose(kept.context.database)

    await desk.do(name="undo", edit=done["id"], given=[new()])

    assert (await spans(kept))[0] == (1_000, 4_000, "proposed")


async def test_of_who_withdrew_nothing_is_proposed_again(kept: Kept) -> None:
    await hear(kept)
    await make(kept.cast.coordinator.client, kept)
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)

    await proposing.repropose(kept.context.database)

    async with kept.context.database.reading() as db:
        newest = await service.newest(db, kept.recording.id)
        _, rows = await service.allowed(db, kept.recording.id, kept.meeting)
    assert newest is not None
    assert newest.parameters["rules_version"] == 1
    assert rows == []


async def test_who_agreed_later_is_not_taken_for_silent(kept: Kept) -> None:
    """The index is as old as the hearing: whoever was not heard is not in it."""
    await hear(kept)
    await kept.decide(kept.cast.alice, Purpose.INDEXING, Decision.GRANTED)
    await make(kept.cast.coordinator.client, kept)
    await proposing.repropose(kept.context.database)

    async with kept.context.database.reading() as db:
        newest = await service.newest(db, kept.recording.id)
        assert newest is not None
        assert await service.studied_in(db, newest, kept.meeting) == {kept.cast.bob.id}


async def test_the_same_rules_again_keep_what_people_did(kept: Kept) -> None:
    """As when the worker makes a recording again after a withdrawal."""
    await hear(kept)
    client = kept.cast.coordinator.client
    await make(client, kept)
    await proposing.repropose(kept.context.database)
    desk = Desk(kept)
    await desk.do(name="accept", turn=await desk.first(), given=new())

    async with kept.context.database.transaction() as db:
        rules = await turn_rules.in_force(db, kept.cast.programme_id)
        await proposing.propose(db, kept.meeting, kept.recording.id, rules, {})

    assert (await spans(kept))[0] == (1_000, 2_000, "accepted")
    assert [state for _, _, state in await spans(kept)].count("proposed") == 3
    last = (await desk.look())["undo"][-1]
    await desk.do(name="undo", edit=last["id"], given=[new()])
    assert (await spans(kept))[0] == (1_000, 2_000, "proposed")


async def test_silence_has_no_row(kept: Kept) -> None:
    await hear(kept, {kept.cast.bob.id: []})
    async with kept.context.database.reading() as db:
        assert (await db.exec(select(Speech))).all() == []
