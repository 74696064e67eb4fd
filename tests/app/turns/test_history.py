"""The history of edits: newest first, beside what was proposed, and nothing of who withdrew."""

import csv
import io
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.consent.models import Decision, Purpose
from app.turns import service as turns
from app.turns.history import Link, origins, ways
from app.turns.models import Turn
from tests.app.turns.test_edits import Desk, new
from tests.fixtures.kept import DETECTOR, Kept

UNSET = UUID(int=0)


async def look(desk: Desk, **asked: Any) -> Any:
    answer = await desk.client.get(f"{desk.path}/edits/history", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def spans(rows: list[Any]) -> list[tuple[int, int]]:
    return [(row["start_ms"], row["end_ms"]) for row in rows]


async def edited(kept: Kept) -> Desk:
    """Of the proposals 1–4 s, 9–12 s and 20–20.6 s: the first is moved, split and the halves
    merged with the second; a turn is begun by hand; the last is deleted, which is undone."""
    desk = Desk(kept)
    first, second, third = [turn["id"] for turn in (await desk.look())["turns"]]
    moved, halves, joined = new(), [new(), new()], new()
    await desk.do(name="move", turn=first, start_ms=970, end_ms=4_020, given=moved)
    await desk.do(name="split", turn=moved, at_ms=2_000, given=halves)
    await desk.do(name="merge", turns=[halves[1], second], given=joined)
    person = {"user_id": str(kept.cast.bob.id), "is_backchannel": False}
    await desk.do(name="create", given=new(), start_ms=15_000, end_ms=16_000, **person)
    gone = await desk.do(name="delete", turn=third)
    await desk.do(name="undo", edit=gone["id"], given=[new()])
    return desk


async def test_each_edit_stands_beside_what_was_proposed(kept: Kept) -> None:
    desk = await edited(kept)
    found = await look(desk)
    assert found["before"] is None
    assert [(step["operation"], spans(step["proposed"])) for step in found["items"]] == [
        ("undo", [(20_000, 20_600)]),
        ("delete", [(20_000, 20_600)]),
        ("create", []),
        ("merge", [(1_000, 4_000), (9_000, 12_000)]),
        ("split", [(1_000, 4_000)]),
        ("move", [(1_000, 4_000)]),
    ]
    merge = found["items"][3]
    assert spans(merge["taken"]) == [(2_000, 4_020), (9_000, 12_000)]
    assert spans(merge["given"]) == [(2_000, 12_000)]
    assert {step["author"] for step in found["items"]} == {"Researcher"}


async def test_it_comes_in_pages(kept: Kept) -> None:
    desk = await edited(kept)
    seen, before = [], {}
    while True:
        found = await look(desk, limit=4, **before)
        seen += [step["sequence"] for step in found["items"]]
        if found["before"] is None:
            break
        before = {"before": found["before"]}
    assert seen == [6, 5, 4, 3, 2, 1]


async def test_one_persons_edits_and_edits_of_one_persons_turns(kept: Kept) -> None:
    researcher, coordinator = await edited(kept), Desk(kept, "coordinator")
    turn = await researcher.first()
    await coordinator.do(name="mark", turn=turn, is_backchannel=True, given=new())
    own = await look(researcher, author_id=str(kept.cast.coordinator.id))
    assert [step["operation"] for step in own["items"]] == ["mark"]
    of_bob = await look(researcher, speaker_id=str(kept.cast.bob.id))
    assert len(of_bob["items"]) == 7
    for other in (kept.cast.alice.id, uuid4()):
        assert (await look(researcher, speaker_id=str(other)))["items"] == []


async def test_nothing_is_told_of_turns_whose_person_withdrew(kept: Kept) -> None:
    desk = await edited(kept)
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)
    found = await look(desk)
    for step in found["items"]:
        assert step["taken"] == step["given"] == step["proposed"] == []
    assert (await look(desk, speaker_id=str(kept.cast.bob.id)))["items"] == []
    rows = await table(desk)
    assert {(row["side"], row["pseudonym"], row["start_ms"]) for row in rows} == {("", "", "")}


async def table(desk: Desk) -> list[dict[str, str]]:
    answer = await desk.client.get(f"{desk.path}/edits/history.csv")
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


async def test_the_table_has_a_line_for_every_version(kept: Kept) -> None:
    desk = await edited(kept)
    rows = await table(desk)
    assert [(row["edit"], row["side"]) for row in rows] == [
        ("6", "after"),
        ("5", "before"),
        ("4", "after"),
        *[("3", side) for side in ("before", "before", "after")],
        *[("2", side) for side in ("before", "after", "after")],
        *[("1", side) for side in ("before", "after")],
    ]
    last = rows[-1]
    assert (last["start_ms"], last["end_ms"], last["operation"]) == ("970", "4020", "move")
    columns = ("proposed_turns", "proposed_start_ms", "proposed_end_ms")
    assert [last[name] for name in columns] == ["1", "1000", "4000"]
    assert [rows[2][name] for name in columns] == ["0", "", ""]
    assert "Bob" not in str(rows)


@pytest.mark.parametrize("who", ["alice", "olga", "bob"])
async def test_nobody_in_the_group_reads_it(who: str, kept: Kept) -> None:
    desk = Desk(kept, who)
    for path in ("history", "history.csv"):
        assert (await desk.client.get(f"{desk.path}/edits/{path}")).status_code == 403


async def test_what_older_rules_proposed_is_known_as_long_as_it_was_edited(kept: Kept) -> None:
    desk = Desk(kept)
    await desk.do(name="accept", turn=await desk.first(), given=new())
    async with kept.context.database.transaction() as db:
        other = Turn(index_id=UNSET, user_id=kept.cast.bob.id, start_ms=9_000, end_ms=9_500)
        await turns.store(db, kept.recording.id, DETECTOR, {"minimum_ms": 5}, [other])
    (step,) = (await look(desk))["items"]
    assert spans(step["proposed"]) == [(1_000, 4_000)]


@given(st.data())
def test_whatever_is_done_a_turn_goes_back_to_proposals_alone(data: st.DataObject) -> None:
    """Random edits over five proposals; the truth is kept beside."""
    links = {uuid4(): Link(None, None, None) for _ in range(5)}
    truth = {id_: {id_} for id_ in links}
    live, merges = list(links), set()
    for _ in range(data.draw(st.integers(0, 12))):
        edit, kind = uuid4(), data.draw(st.sampled_from(["instead", "split", "merge", "create"]))
        most = {"instead": 1, "split": 1, "merge": 2, "create": 0}[kind]
        taken = data.draw(st.permutations(live))[:most]
        if len(taken) < most:
            continue
        for id_ in taken:
            links[id_] = links[id_]._replace(removed_by=edit)
        for _ in range(2 if kind == "split" else 1):
            id_ = uuid4()
            links[id_] = Link(taken[0] if taken else None, edit, None)
            truth[id_] = set().union(*(truth[before] for before in taken))
            live.append(id_)
        merges |= {edit} if kind == "merge" else set()
        live = [id_ for id_ in live if id_ not in taken]
    known = ways(links, merges)
    assert all(origins([id_], known) == truth[id_] for id_ in links)
    assert origins(links, known) == set().union(*truth.values())
    assert origins([uuid4()], known) == set()
