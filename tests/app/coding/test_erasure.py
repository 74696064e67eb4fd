"""Codings go with their turns, whoever takes the turns away."""

import json

from sqlmodel import col, delete, select

from app.coding.models import CodingMemo
from app.consent.models import Decision, Purpose
from app.turns.erasure import erase_withdrawn
from app.turns.models import Turn
from tests.app.coding.test_comparing import both, decide
from tests.fixtures.coded import API, Coded


async def test_a_withdrawal_takes_the_codings_memos_and_decisions_of_that_persons_turns(
    work: Coded,
) -> None:
    one, _ = await both(work)
    await decide(work, 2, "strain")
    async with work.kept.context.database.transaction() as db:
        for turn in work.turns:
            db.add(CodingMemo(assignment_id=one, turn_id=turn.id, body="muistiin"))
    codings, memos, adjudications = await work.left()
    assert (memos, adjudications) == (8, 1)

    await work.kept.decide(work.kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)
    await erase_withdrawn(work.kept.context.database, work.kept.store)

    gone = {turn.id for turn in work.turns[::2]}
    left = await work.codings()
    assert left
    assert not gone & {row.turn_id for row in left}
    assert {row.turn_id for row in left} == {turn.id for turn in work.turns[1::2]}
    assert (await work.left())[1:] == (4, 0)
    assert len(left) < codings


async def test_turns_that_are_over_their_time_take_their_codings_along(work: Coded) -> None:
    await both(work)
    async with work.kept.context.database.transaction() as db:
        ids = (await db.exec(select(Turn.id))).all()
        await db.exec(delete(Turn).where(col(Turn.id).in_(ids)))
    assert await work.left() == (0, 0, 0)


async def test_a_person_is_told_of_codings_about_them_and_a_coder_of_those_they_made(
    work: Coded,
) -> None:
    one, _ = await both(work)
    await decide(work, 2, "strain", reason="syy")
    async with work.kept.context.database.transaction() as db:
        db.add(CodingMemo(assignment_id=one, turn_id=work.turns[0].id, body="muistiin"))
        db.add(CodingMemo(assignment_id=one, turn_id=work.turns[1].id, body="toisesta"))

    told = (await work.kept.cast.bob.client.get(f"{API}/me/data")).json()["coding"]
    about = [row for row in told["about_my_turns"] if row["axis"] == "theme"]
    assert {row["coder"] for row in about} == {1, 2}
    assert {row["start_ms"] for row in about} == {turn.start_ms for turn in work.turns[::2]}
    assert {row["code"] for row in about} == {"values", "life", "strain"}
    assert [(row["code"], row["reason"]) for row in told["decided_about_my_turns"]] == [
        ("strain", "syy")
    ]
    assert [row["memo"] for row in told["memos_about_my_turns"]] == ["muistiin"]
    assert told["by_me"] == []
    for person in (work.first, work.second):
        assert person.user.name not in json.dumps(told)

    told = (await work.first.client.get(f"{API}/me/data")).json()["coding"]
    (mine,) = told["by_me"]
    assert len(mine["codings"]) == 16
    assert sorted(mine["memos"]) == ["muistiin", "toisesta"]
    assert [row["number"] for row in told["my_coder_numbers"]] == [1]
    assert len(told["decided_by_me"]) == 1
    assert told["about_my_turns"] == []


async def test_erasing_a_coder_leaves_the_codings_to_a_number(work: Coded) -> None:
    mine = await work.assign(work.first)
    await work.code_all(work.first, mine, ["values"])
    client = work.kept.cast.administrator.client
    form = {"confirmation": work.first.user.name}
    answer = await client.post(f"{API}/users/{work.first.id}/erasure", json=form)
    assert answer.status_code == 200, answer.text
    assert len(await work.codings()) == 16
    path = f"{API}/programmes/{work.kept.cast.programme_id}/coding-assignments"
    (line,) = (await work.second.client.get(path)).json()
    assert work.first.user.name not in line["coder"]
