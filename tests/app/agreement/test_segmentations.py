"""The machine's boundaries beside people's, and a second person's, over HTTP."""

import csv
import io
from typing import Any

import pytest

from app.consent.models import Decision, Purpose
from tests.app.turns.test_edits import Desk, new
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import Kept, keep

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
