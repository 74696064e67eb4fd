"""The machine's boundaries beside people's, and a second person's, over HTTP."""

import asyncio
import csv
import io
from typing import Any

import pytest

from app.consent.models import Decision, Purpose
from app.meetings.naming import group_key
from tests.app.turns.test_edits import Desk, new
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import Kept, keep
from tests.fixtures.registered import holdings

WHOLE = "all"


@pytest.fixture
async def kept(running: Application, cast: Cast) -> Kept:
    return await keep(running, cast)


async def cut(kept: Kept, **form: Any) -> dict[str, dict[str, Any]]:
    """By pseudonym."""
    path, client = f"{kept.path}/boundaries", kept.cast.researcher.client
    answer = await (client.post(path, json=form) if form else client.get(path))
    assert answer.status_code == 200, answer.text
    return {row["pseudonym"] or WHOLE: row for row in answer.json()["rows"]}


async def judged(kept: Kept) -> Desk:
    """Bob's three turns, 1–4, 9–12 and 20–20.6 s: the first is made half a second longer, the
    second is accepted, the third left as it is proposed."""
    desk = Desk(kept)
    first, second, _ = (turn["id"] for turn in (await desk.look())["turns"])
    await desk.do(name="move", turn=first, start_ms=1_000, end_ms=4_500, given=new())
    await desk.do(name="accept", turn=second, given=new())
    return desk


async def test_machine_and_people(kept: Kept) -> None:
    """Of what is not judged nothing is compared. Three of four edges are one: F1 2·3/8."""
    await judged(kept)
    rows = await cut(kept)
    whole = rows.pop(WHOLE)
    assert len(rows) == 1
    assert (whole["one_turns"], whole["other_turns"], whole["unjudged"]) == (2, 2, 1)
    assert (whole["matched"], whole["f1"]) == (3, 0.75)
    assert 0.8 < whole["binary_alpha"] < 1
    assert whole["rules"].startswith("test 1")
    assert {row["binary_alpha"] for row in rows.values()} == {whole["binary_alpha"]}


async def test_what_is_accepted_as_proposed_agrees_wholly(kept: Kept) -> None:
    desk = Desk(kept)
    for turn in (await desk.look())["turns"]:
        await desk.do(name="accept", turn=turn["id"], given=new())
    whole = (await cut(kept))[WHOLE]
    assert (whole["binary_alpha"], whole["f1"], whole["unjudged"]) == (1, 1, 0)


async def test_what_was_undone_is_not_judged(kept: Kept) -> None:
    desk = await judged(kept)
    before = (await cut(kept))[WHOLE]
    await desk.do(name="undo", edit=(await desk.look())["undo"][-1]["id"], given=[new()])
    after = (await cut(kept))[WHOLE]
    assert (after["one_turns"], after["other_turns"], after["unjudged"]) == (1, 1, 2)
    assert after["f1"] != before["f1"]


async def test_a_turn_that_was_deleted_is_the_machines_alone(kept: Kept) -> None:
    desk = await judged(kept)
    last = (await desk.look())["turns"][-1]["id"]
    await desk.do(name="delete", turn=last)
    whole = (await cut(kept))[WHOLE]
    assert (whole["one_turns"], whole["other_turns"]) == (3, 2)
    assert (whole["one_boundaries"], whole["other_boundaries"]) == (6, 4)


def rttm(who: str, *spans: tuple[float, float]) -> str:
    return "\n".join(f"SPEAKER x 1 {a} {b - a} <NA> <NA> {who} <NA> <NA>" for a, b in spans)


async def test_a_second_person(kept: Kept) -> None:
    """Accepted are 1–4.5 and 9–12 s. The file's first ends half a second before."""
    await judged(kept)
    bob = next(name for name in await cut(kept) if name != WHOLE)
    same = {"form": "rttm", "content": rttm(bob, (1, 4.5), (9, 12))}
    whole = (await cut(kept, **same))[WHOLE]
    assert (whole["binary_alpha"], whole["f1"], whole["against"]) == (1, 1, "file")
    other = {"form": "rttm", "content": rttm(bob, (0.5, 3.5), (8.5, 11.5)), "offset_ms": 500}
    rows = await cut(kept, **other)
    assert rows[WHOLE]["f1"] == 0.75
    assert rows[bob]["binary_alpha"] < 1
    before = await Desk(kept).turns()
    assert before == [(1_000, 4_500, "accepted"), (9_000, 12_000, "accepted"), (
        20_000, 20_600, "proposed")]  # fmt: skip  # nothing of the file is kept


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ("SPEAKER x 1 nonsense", 422, "not_a_turn_file"),
        (rttm("Nobody", (1, 2)), 422, "speaker_unknown"),
    ],
)
async def test_what_cannot_be_compared_says_why(
    content: str, status: int, code: str, kept: Kept
) -> None:
    await judged(kept)
    for path in ("boundaries", "boundaries.csv"):
        answer = await kept.cast.researcher.client.post(
            f"{kept.path}/{path}", json={"form": "rttm", "content": content}
        )
        assert (answer.status_code, answer.json()["type"].split(":")[-1]) == (status, code)
        assert "problem." not in answer.text


async def test_whoever_compares_first_of_all_holds_up_nobody(kept: Kept) -> None:
    """It is told to the audit log; that would wait for a write of its own request."""
    await judged(kept)
    bob = next(name for name in await cut(kept) if name != WHOLE)
    form = {"form": "rttm", "content": rttm(bob, (1, 4), (9, 12))}
    for path in ("boundaries", "boundaries.csv"):
        async with asyncio.timeout(5):
            answer = await kept.cast.coordinator.client.post(f"{kept.path}/{path}", json=form)
        assert answer.status_code == 200, answer.text


async def test_names_that_nobody_has_are_said_beside_those_that_there_are(kept: Kept) -> None:
    await judged(kept)
    names = ["Bob", *(f"S{number:02}" * 30 for number in range(11))]
    content = "\n".join(rttm(name, (1, 2)) for name in names)
    answer = await kept.cast.researcher.client.post(
        f"{kept.path}/boundaries", json={"form": "rttm", "content": content}
    )
    said = answer.json()["title"]
    assert '"Bob", "S00S00' in said
    assert said.count("S00") * 3 <= 40
    assert "S08" in said
    assert "S09" not in said
    assert " …" in said
    assert "J1" in said


async def test_a_textgrid_is_compared(kept: Kept) -> None:
    """Praat's: |uα and F1 are 1 where the tier has what was accepted, and nothing else."""
    await judged(kept)
    bob = next(name for name in await cut(kept) if name != WHOLE)
    spans = '5 0 1 "" 1 4.5 "a" 4.5 9 "" 9 12 "b" 12 60 ""'
    content = f'"ooTextFile" "TextGrid" 0 60 <exists> 1 "IntervalTier" "{bob}" 0 60 {spans}'
    whole = (await cut(kept, form="textgrid", content=content))[WHOLE]
    assert (whole["binary_alpha"], whole["f1"], whole["other_turns"]) == (1, 1, 2)


async def test_turns_that_came_with_a_file_are_compared_with_another_persons(kept: Kept) -> None:
    """No machine proposed them, so there is nothing to compare with the machine's."""
    bob, form = kept.cast.bob, {"form": "rttm", "content": rttm("S1", (1, 4), (9, 12))}
    people = {"people": {"S1": str(bob.id)}}
    path = f"{kept.path}/turns/import"
    brought = await kept.cast.coordinator.client.post(path, json={**form, **people})
    assert brought.status_code == 200, brought.text
    refused = await kept.cast.researcher.client.get(f"{kept.path}/boundaries")
    assert refused.json()["type"].endswith("turns_not_proposed")
    rows = await cut(kept, form="rttm", content=rttm("J1", (1, 4), (9, 11)))
    assert (rows[WHOLE]["f1"], rows[WHOLE]["one_turns"]) == (0.75, 2)


async def test_before_anything_is_accepted_there_is_nothing(kept: Kept) -> None:
    answer = await kept.cast.researcher.client.get(f"{kept.path}/boundaries")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("no_turns_accepted")


@pytest.mark.parametrize(("who", "status"), [("coordinator", 200), ("bob", 403), ("mallory", 404)])
async def test_who_may_see_it(who: str, status: int, kept: Kept) -> None:
    await judged(kept)
    client = getattr(kept.cast, who).client
    for path in ("boundaries", "boundaries.csv"):
        assert (await client.get(f"{kept.path}/{path}")).status_code == status


async def test_who_withdrew_is_in_no_comparison(kept: Kept) -> None:
    await judged(kept)
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)
    answer = await kept.cast.researcher.client.get(f"{kept.path}/boundaries")
    assert answer.json()["type"].endswith("no_turns_accepted")


async def test_the_table_has_the_rows_of_the_answer(kept: Kept) -> None:
    await judged(kept)
    text = (await kept.cast.researcher.client.get(f"{kept.path}/boundaries.csv")).text
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["f1"] for row in rows] == ["0.75", "0.75"]
    assert rows[0]["against"] == "machine"

    own = {(kept.recording.id, kept.cast.bob.id, ("audio", "indexing"))}
    found = await holdings(kept.context, kept.meeting.group_id)
    name = f"boundaries-{group_key(kept.cast.group_id)}.csv"
    assert found == [(name, kept.meeting.id, own)]
