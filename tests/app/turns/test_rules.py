"""What the rules in force make of what people mark: left out of figures, or counted."""

from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from app.meetings.models import Meeting
from app.recordings.models import Recording
from app.turns import columns, rules
from app.turns.models import Laughter, Talk, TechnicalTalk
from tests.app.turns.test_edits import Desk, new
from tests.fixtures.kept import Kept


@pytest.mark.parametrize(
    ("laughter", "technical", "left_out"),
    [
        (Laughter.UNDECLARED, TechnicalTalk.UNDECLARED, set()),
        (Laughter.OWN, TechnicalTalk.COUNTED, set()),
        (Laughter.OWN, TechnicalTalk.CODED, set()),
        (Laughter.WITHIN, TechnicalTalk.COUNTED, {Talk.LAUGHTER}),
        (Laughter.LEFT_OUT, TechnicalTalk.LEFT_OUT, {Talk.LAUGHTER, Talk.TECHNICAL}),
    ],
)
def test_what_each_choice_leaves_out(
    laughter: Laughter, technical: TechnicalTalk, left_out: set[Talk]
) -> None:
    found = rules.own(UUID(int=1))
    found.laughter, found.technical_talk = laughter, technical
    assert rules.left_out(found) == left_out


async def change(kept: Kept, **fields: Any) -> None:
    own = {"bridge_pause_ms": 700, "backchannel_max_ms": 1_000, "minimum_ms": 250}
    own |= {"laughter": "undeclared", "technical_talk": "undeclared"}
    path = f"/api/v1/programmes/{kept.cast.programme_id}/turn-rules"
    answer = await kept.cast.coordinator.client.post(path, json=own | fields)
    assert answer.is_success, answer.text


async def spoken(kept: Kept) -> tuple[list[int], columns.LeftOut]:
    """Where turns begin that are counted; and how much is left out."""
    async with kept.context.database.reading() as db:
        query = (
            select(Recording, Meeting).join(Meeting).where(col(Recording.id) == kept.recording.id)
        )
        found = await columns.of_recordings(db, list((await db.exec(query)).all()))
    return found.of(0)["start_ms"].to_list(), columns.LeftOut.of(found.aside(0))


async def test_a_mark_is_an_edit_and_the_rules_in_force_say_what_it_does(kept: Kept) -> None:
    desk = Desk(kept)
    turn, marked = (await desk.look())["turns"][0], new()
    assert turn["talk"] == "speech"
    await desk.do(name="sort", turn=turn["id"], talk="technical", given=marked)
    length = turn["end_ms"] - turn["start_ms"]
    whole = [1_000, 9_000, 20_000]
    assert await spoken(kept) == (whole, (0, 0)), "nothing is agreed"

    await change(kept, technical_talk="left_out")
    assert await spoken(kept) == (whole[1:], (1, length))
    assert len(await desk.turns()) == 3, "at the workbench it stands as before"
    await change(kept, laughter="left_out")
    assert await spoken(kept) == (whole, (0, 0)), "the newest rules count, at once"

    await desk.do(name="sort", turn=marked, talk="laughter", given=new())
    assert await spoken(kept) == (whole[1:], (1, length))
    (before, after) = (await desk.client.get(f"{kept.path}/edits")).json()["edits"]
    assert [each["given"][0]["talk"] for each in (before, after)] == ["technical", "laughter"]
    undo = {"name": "undo", "edit": after["id"], "given": [new()]}
    await desk.do(**undo)
    assert await spoken(kept) == (whole, (0, 0))


async def test_exports_hold_what_is_left_out_and_say_what_it_is(kept: Kept) -> None:
    desk = Desk(kept)
    await desk.do(name="sort", turn=await desk.first(), talk="technical", given=new())
    await change(kept, technical_talk="left_out")
    table = (await desk.client.get(f"{kept.path}/turns.csv")).content.decode("utf-8-sig")
    head, *lines = (line.split(";") for line in table.splitlines())
    assert [line[head.index("talk")] for line in lines] == ["technical", "speech", "speech"]


@pytest.mark.parametrize("talk", ["singing", "", None])
async def test_what_is_no_sort_of_talk_is_refused(kept: Kept, talk: str | None) -> None:
    desk = Desk(kept)
    answer = await desk.send(name="sort", turn=await desk.first(), talk=talk, given=new())
    assert answer.status_code == 422
    assert {state for _, _, state in await desk.turns()} == {"proposed"}
