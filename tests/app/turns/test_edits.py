"""Edits over HTTP: who may, done once, in order, and what is answered when two collide."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.kit.audit import AuditEntry, Deed
from app.turns.models import Turn
from tests.fixtures.kept import DETECTOR, Kept


class Desk:
    """Somebody at the workbench."""

    def __init__(self, kept: Kept, who: str = "researcher") -> None:
        self.client: httpx.AsyncClient = getattr(kept.cast, who).client
        self.path = kept.path

    async def look(self) -> Any:
        answer = await self.client.get(f"{self.path}/workbench")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def turns(self) -> list[tuple[int, int, str]]:
        found = (await self.look())["turns"]
        return [(t["start_ms"], t["end_ms"], t["state"]) for t in found]

    async def send(self, id_: str | None = None, **operation: Any) -> httpx.Response:
        form = {"id": id_ or str(uuid4()), "operation": operation}
        return await self.client.post(f"{self.path}/edits", json=form)

    async def do(self, **operation: Any) -> Any:
        answer = await self.send(**operation)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def first(self) -> str:
        return str((await self.look())["turns"][0]["id"])


def new() -> str:
    return str(uuid4())


PROPOSED = [(1_000, 4_000, "proposed"), (9_000, 12_000, "proposed"), (20_000, 20_600, "proposed")]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("administrator", 201),
        ("coordinator", 201),
        ("researcher", 201),
        ("alice", 403),
        ("olga", 403),
        ("bob", 403),
        ("mallory", 404),
    ],
)
async def test_who_may_edit(who: str, status: int, kept: Kept) -> None:
    turn = await Desk(kept).first()
    answer = await Desk(kept, who).send(name="accept", turn=turn, given=new())
    assert answer.status_code == status


async def test_an_edit_takes_and_gives_and_the_machines_turn_is_kept(kept: Kept) -> None:
    desk = Desk(kept)
    assert await desk.turns() == PROPOSED
    done = await desk.do(name="accept", turn=await desk.first(), given=new())

    assert (done["sequence"], done["operation"], done["author"]) == (1, "accept", "Researcher")
    assert await desk.turns() == [(1_000, 4_000, "accepted"), *PROPOSED[1:]]
    async with kept.context.database.reading() as db:
        rows = (await db.exec(select(Turn).where(Turn.start_ms == 1_000))).all()
    before, after = sorted(rows, key=lambda turn: turn.state, reverse=True)
    assert (before.state, after.state) == ("proposed", "accepted")
    assert str(before.removed_by_edit) == str(after.added_by_edit) == done["id"]
    assert after.made_from == before.id


async def test_the_same_edit_sent_twice_is_done_once(kept: Kept) -> None:
    desk, id_ = Desk(kept), new()
    operation = {"name": "split", "turn": await desk.first(), "at_ms": 2_500}
    operation["given"] = [new(), new()]
    first, second = [await desk.send(id_, **operation) for _ in range(2)]

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert (await desk.look())["sequence"] == 1
    other = await desk.send(id_, name="delete", turn=operation["given"][0])
    assert (other.status_code, other.json()["type"]) == (
        409, "urn:emessi:problem:idempotency_key_reused",
    )  # fmt: skip
    stolen = await Desk(kept, "coordinator").send(id_, **operation)
    assert stolen.status_code == 409


async def test_whoever_is_late_hears_who_was_first_and_what_stands_there(kept: Kept) -> None:
    first, late = Desk(kept), Desk(kept, "coordinator")
    turn = await first.first()
    halves = [new(), new()]
    await first.do(name="split", turn=turn, at_ms=2_000, given=halves)

    answer = await late.send(name="move", turn=turn, start_ms=1_100, end_ms=4_000, given=new())

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:emessi:problem:turn_gone")
    assert [(e["author"], e["operation"]) for e in answer.json()["edits"]] == [
        ("Researcher", "split")
    ]
    assert [t["id"] for t in answer.json()["turns"]] == halves
    assert (await late.look())["sequence"] == 1


async def test_two_turns_of_one_person_never_overlap(kept: Kept) -> None:
    desk = Desk(kept)
    span = {"start_ms": 3_500, "end_ms": 5_000}
    user = str(kept.cast.bob.id)
    answer = await desk.send(name="create", user_id=user, given=new(), **span)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:emessi:problem:turns_overlap")
    assert [t["start_ms"] for t in answer.json()["turns"]] == [1_000]


async def test_nobody_is_given_a_turn_who_did_not_agree_to_be_indexed(kept: Kept) -> None:
    desk = Desk(kept)
    for name in ("alice", "carol", "mallory"):
        user = str(getattr(kept.cast, name).id)
        answer = await desk.send(name="assign", turn=await desk.first(), user_id=user, given=new())
        assert (answer.status_code, answer.json()["type"]) == (
            409, "urn:emessi:problem:not_studied",
        )  # fmt: skip
    assert await desk.turns() == PROPOSED


async def test_undo_goes_back_to_the_start_and_redo_comes_again(kept: Kept) -> None:
    desk = Desk(kept)
    looks = [await desk.turns()]
    await desk.do(name="accept", turn=await desk.first(), given=new())
    looks.append(await desk.turns())
    halves = [new(), new()]
    await desk.do(name="split", turn=await desk.first(), at_ms=2_000, given=halves)
    looks.append(await desk.turns())
    await desk.do(name="delete", turn=halves[0])
    looks.append(await desk.turns())

    for wanted in reversed(looks[:-1]):
        latest = (await desk.look())["undo"][-1]
        await desk.do(name="undo", edit=latest["id"], given=[new() for _ in latest["taken"]])
        assert await desk.turns() == wanted
    assert (await desk.look())["undo"] == []
    for wanted in looks[1:]:
        latest = (await desk.look())["redo"][-1]
        await desk.do(name="redo", edit=latest["id"], given=[new() for _ in latest["taken"]])
        assert await desk.turns() == wanted
    assert (await desk.look())["redo"] == []


async def test_one_undoes_ones_own_edits(kept: Kept) -> None:
    mine, theirs = Desk(kept), Desk(kept, "coordinator")
    turns = [turn["id"] for turn in (await mine.look())["turns"]]
    await mine.do(name="accept", turn=turns[0], given=new())
    await theirs.do(name="delete", turn=turns[1])

    assert [e["operation"] for e in (await mine.look())["undo"]] == ["accept"]
    assert [e["operation"] for e in (await theirs.look())["undo"]] == ["delete"]


async def test_what_is_new_comes_in_order(kept: Kept) -> None:
    desk = Desk(kept)
    turns = [turn["id"] for turn in (await desk.look())["turns"]]
    for turn in turns:
        await desk.do(name="accept", turn=turn, given=new())

    news = (await desk.client.get(f"{kept.path}/edits", params={"after": 1})).json()

    assert [edit["sequence"] for edit in news["edits"]] == [2, 3]
    assert [edit["taken"][0]["id"] for edit in news["edits"]] == turns[1:]
    assert news["index_id"] == (await desk.look())["index_id"]


async def test_of_who_withdrew_nothing_is_told_at_once(kept: Kept) -> None:
    desk = Desk(kept)
    await desk.do(name="accept", turn=await desk.first(), given=new())
    turn = (await desk.look())["turns"][1]["id"]

    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)

    assert await desk.turns() == []
    (told,) = (await desk.client.get(f"{kept.path}/edits")).json()["edits"]
    assert (told["taken"], told["given"]) == ([], [])
    assert (await desk.send(name="accept", turn=turn, given=new())).status_code == 409


async def test_editing_is_in_the_log_once_for_a_while(kept: Kept) -> None:
    desk = Desk(kept)
    turn, other = await desk.first(), new()
    await desk.do(name="accept", turn=turn, given=other)
    await desk.do(name="mark", turn=other, is_backchannel=True, given=new())

    async with kept.context.database.reading() as db:
        query = select(AuditEntry).where(AuditEntry.deed == Deed.EDITED_TURNS)
        (entry,) = (await db.exec(query)).all()
    assert (entry.object_kind, entry.object_id) == ("turns", kept.recording.id)
    assert (entry.actor_id, entry.actor_role) == (kept.cast.researcher.id, "researcher")


async def test_other_results_know_what_people_accepted(kept: Kept) -> None:
    desk = Desk(kept)
    await desk.do(name="delete", turn=await desk.first())
    found = (await desk.client.get(f"{kept.path}/turns")).json()
    assert [turn["start_ms"] for turn in found["items"]] == [9_000, 20_000]
    assert found["version"] == DETECTOR
    table = (await desk.client.get(f"{kept.path}/turns.csv")).text
    assert ";proposed;" in table.splitlines()[1]
