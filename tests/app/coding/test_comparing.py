"""Where coders differ, and what is decided there."""

from typing import Any
from uuid import UUID

import httpx

from app.coding.models import Adjudication
from tests.fixtures.coded import API, Coded, problem_of


def place(work: Coded, turn: int | None = None, axis: str = "theme") -> str:
    path = f"{API}/recordings/{work.kept.recording.id}/codings/{work.version.id}"
    if turn is None:
        return f"{path}/differences"
    return f"{path}/turns/{work.turns[turn].id}/axes/{work.code(axis, _some(axis))[0]}"


def _some(axis: str) -> str:
    return {"theme": "values", "function": "opinion"}[axis]


async def both(work: Coded) -> tuple[UUID, UUID]:
    """They differ on the theme of the third turn and of the fifth."""
    one, two = await work.assign(work.first), await work.assign(work.second)
    await work.code_all(work.first, one, ["values"])
    for turn in range(len(work.turns)):
        theme = {2: ["life"], 4: ["values", "strain"]}.get(turn, ["values"])
        await work.put(work.second, two, work.turns[turn], "theme", *theme)
        await work.put(work.second, two, work.turns[turn], "function", "opinion")
    await work.second.client.post(f"{API}/coding-assignments/{two}/finish")
    return one, two


async def found(work: Coded) -> dict[str, Any]:
    answer = await work.first.client.get(place(work))
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def decide(work: Coded, turn: int, *codes: str, **more: Any) -> httpx.Response:
    ids = [str(work.code("theme", code)[1]) for code in codes]
    return await work.first.client.put(place(work, turn), json={"code_ids": ids} | more)


async def test_only_what_differs_is_shown_with_both_sides(work: Coded) -> None:
    await both(work)
    compared = await found(work)
    assert compared["turns"] == 8
    third, fifth = compared["differences"]
    labels = {str(work.code("theme", x)[1]): x for x in ("values", "life", "strain")}
    assert third["turn_id"] == str(work.turns[2].id)
    assert [[labels[c] for c in s["code_ids"]] for s in third["said"]] == [["values"], ["life"]]
    assert [s["coder"] for s in third["said"]] == [1, 2]
    assert [[labels[c] for c in s["code_ids"]] for s in fifth["said"]] == [
        ["values"],
        ["values", "strain"],
    ]
    assert third["decided"] is None


async def test_a_decision_stands_beside_and_both_originals_stay(work: Coded) -> None:
    await both(work)
    before = [row.model_dump() for row in await work.codings()]
    assert (await decide(work, 2, "strain", reason="Kumpikaan ei kuullut loppua")).is_success
    third, _ = (await found(work))["differences"]
    assert third["decided"] == [str(work.code("theme", "strain")[1])]
    assert third["reason"] == "Kumpikaan ei kuullut loppua"
    assert [row.model_dump() for row in await work.codings()] == before


async def test_deciding_again_ends_the_first_and_sending_again_changes_nothing(
    work: Coded,
) -> None:
    await both(work)
    await decide(work, 2, "strain")
    await decide(work, 2, "life", "values")
    await decide(work, 2, "life", "values")
    rows = await work.rows(Adjudication)
    assert [(row.is_primary, row.ended_at is None) for row in rows].count((True, True)) == 1
    assert len(rows) == 3
    await decide(work, 2)
    third, _ = (await found(work))["differences"]
    assert third["decided"] == [], "decided that no code fits"


async def test_only_differences_are_decided_and_only_by_codes_of_their_axis(work: Coded) -> None:
    await both(work)
    assert (await decide(work, 0, "values")).status_code == 404
    wrong = [str(work.code("function", "opinion")[1])]
    answer = await work.first.client.put(place(work, 2), json={"code_ids": wrong})
    assert problem_of(answer) == (422, "not_in_codebook")
    for person in (work.kept.cast.alice, work.kept.cast.bob, work.kept.cast.mallory):
        answer = await person.client.put(place(work, 2), json={"code_ids": []})
        assert answer.status_code in (403, 404)
        assert (await person.client.get(place(work))).status_code in (403, 404)


async def test_one_coder_is_no_comparison(work: Coded) -> None:
    one = await work.assign(work.first)
    await work.code_all(work.first, one, ["values"])
    assert problem_of(await work.first.client.get(place(work))) == (409, "not_double_coded")


async def test_only_turns_that_both_coded_are_compared(work: Coded) -> None:
    one = await work.assign(work.first)
    await work.code_all(work.first, one, ["values"])
    form = {"version_id": str(work.version.id), "coder_id": str(work.second.id)}
    body = form | {"unit": "turn", "share": 0.25, "seed": 1}
    client = work.kept.cast.coordinator.client
    chosen = (await client.post(f"{API}/coding-draws", json=body)).json()["chosen"]
    lines = await client.get(f"{API}/programmes/{work.kept.cast.programme_id}/coding-assignments")
    two = next(x["id"] for x in lines.json() if x["coder_id"] == str(work.second.id))
    for turn in work.turns:
        if str(turn.id) in chosen:
            await work.put(work.second, two, turn, "theme", "life")
            await work.put(work.second, two, turn, "function", "opinion")
    await work.second.client.post(f"{API}/coding-assignments/{two}/finish")
    compared = await found(work)
    assert compared["turns"] == 2
    assert sorted(d["turn_id"] for d in compared["differences"]) == sorted(chosen)
