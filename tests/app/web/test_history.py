"""The page of the edit history, in plain words and every language."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.consent.models import Decision, Purpose
from app.kit.languages import LANGUAGES
from app.turns import service as turns
from app.turns.models import Turn
from app.web.history import fine
from tests.app.turns.test_edits import Desk, new
from tests.app.turns.test_history import edited
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import Kept, keep
from tests.fixtures.played import UNSET


@pytest.fixture
async def kept(running: Application, cast: Cast) -> Kept:
    return await keep(running, cast)


def lines(text: str) -> list[str]:
    """The rows of the table as they are read."""
    body = re.search(r"<tbody>(.*?)</tbody>", text, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL) if body else []
    return [html.unescape(" ".join(re.sub(r"<[^>]*>", " ", row).split())) for row in rows]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_changed_what_is_said_in_words(
    language: str, kept: Kept, browser: Browser
) -> None:
    await edited(kept)
    client = await browser(kept.cast.researcher, language)
    page = f"/recordings/{kept.recording.id}/history"
    assert page in (await client.get(f"/recordings/{kept.recording.id}/workbench")).text
    answer = await client.get(page)
    assert answer.status_code == 200
    assert "history." not in answer.text.replace("/history.", "")
    assert len(lines(answer.text)) == 6


async def test_times_are_to_the_hundredth_and_beside_the_proposal(
    kept: Kept, browser: Browser
) -> None:
    desk = await edited(kept)
    turn = await desk.first()
    await desk.do(name="mark", turn=turn, is_backchannel=True, given=new())
    client = await browser(kept.cast.researcher, "en")
    marked, undone, deleted, made, joined, split, moved = lines(
        (await client.get(f"/recordings/{kept.recording.id}/history")).text
    )
    assert "Researcher Moved an edge Bob" in moved
    assert "Before 00:01.00–00:04.00 After 00:00.97–00:04.02" in moved
    assert "Starts 0.03 s earlier. Ends 0.02 s later. Proposed 00:01.00–00:04.00" in moved
    assert "The proposal became 2 turns." in split
    assert "2 proposals are one turn now." in joined
    assert "Proposed 00:01.00–00:04.00 , 00:09.00–00:12.00" in joined
    assert "Added a turn Bob After 00:15.00–00:16.00 Nothing was proposed here." in made
    assert "The proposal is no longer in use." in deleted
    assert "As proposed." in undone
    assert "Marked as a back-channel." in marked


@given(st.integers(0, 86_400_000))
def test_a_moment_is_written_to_the_hundredth(ms: int) -> None:
    written = fine(ms, lambda key: "," if key == "analysis.decimal_mark" else key)
    *hours, minutes, seconds = written.replace(",", ".").split(":")
    back = int(hours[0] if hours else 0) * 3600 + int(minutes) * 60 + float(seconds)
    assert abs(back * 1000 - ms // 10 * 10) < 0.5
    assert len(minutes) == 2
    assert len(seconds) == 5


async def test_a_person_is_chosen_and_the_table_follows(kept: Kept, browser: Browser) -> None:
    await edited(kept)
    await Desk(kept, "coordinator").do(name="accept", turn=await Desk(kept).first(), given=new())
    client = await browser(kept.cast.researcher, "en")
    author = str(kept.cast.coordinator.id)
    page = f"/recordings/{kept.recording.id}/history"
    text = (await client.get(page, params={"author": author})).text
    assert len(lines(text)) == 1
    assert f"history.csv?author_id={author}" in text
    assert len(lines((await client.get(page, params={"before": "3"})).text)) == 2
    assert (await client.get(page, params={"author": "nobody"})).status_code == 404


async def test_who_withdrew_is_not_named(kept: Kept, browser: Browser) -> None:
    await edited(kept)
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)
    client = await browser(kept.cast.researcher, "en")
    text = (await client.get(f"/recordings/{kept.recording.id}/history")).text
    assert len(lines(text)) == 6
    assert all(line.endswith("may no longer be shown.") for line in lines(text))
    assert "Bob" not in text
    assert "00:01.00" not in text


async def test_nothing_is_said_of_a_proposal_whose_person_withdrew(
    kept: Kept, browser: Browser
) -> None:
    """Bob's turn was given to Alice, who agrees to be studied; then Bob withdraws."""
    await kept.decide(kept.cast.alice, Purpose.INDEXING, Decision.GRANTED)
    async with kept.context.database.transaction() as db:
        made = [
            Turn(index_id=UNSET, user_id=kept.cast.bob.id, start_ms=start, end_ms=start + 900)
            for start in (1_000, 3_000)
        ]
        await turns.store(db, kept.recording.id, "test 2", {}, made)
    desk = Desk(kept)
    alice = str(kept.cast.alice.id)
    await desk.do(name="assign", turn=await desk.first(), user_id=alice, given=new())
    client = await browser(kept.cast.researcher, "en")
    page = f"/recordings/{kept.recording.id}/history"
    (line,) = lines((await client.get(page)).text)
    assert "Changed the speaker Bob, Alice" in line
    assert "The proposed speaker was Bob." in line
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)
    (line,) = lines((await client.get(page)).text)
    assert line.endswith("Changed the speaker Alice After 00:01.00–00:01.90")


@pytest.mark.parametrize("who", ["alice", "olga", "bob"])
async def test_nobody_in_the_group_comes_in(who: str, kept: Kept, browser: Browser) -> None:
    client = await browser(getattr(kept.cast, who))
    answer = await client.get(f"/recordings/{kept.recording.id}/history")
    assert answer.status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
async def test_how_far_the_machines_boundaries_are_peoples(
    language: str, kept: Kept, browser: Browser
) -> None:
    """Before anything is judged there is nothing to compare, and no card."""
    client = await browser(kept.cast.researcher, language)
    page, table = f"/recordings/{kept.recording.id}/history", "boundaries.csv"
    assert table not in (await client.get(page)).text
    desk = Desk(kept)
    await desk.do(name="accept", turn=await desk.first(), given=new())
    text = (await client.get(page)).text
    assert table in text
    card = text.split('class="figures"')[1].split("</section>")[0]
    assert "agreement." not in card
    assert "200 ms" in card
    assert card.count("<tr>") == 3  # its head, all together, bob
    assert re.search(r">2 [^<]*<", card)  # two proposals wait to be judged
