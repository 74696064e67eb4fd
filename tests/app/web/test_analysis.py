"""The pages of group dynamics: who reads them, and what stands on them."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from app.analysis import kept, null
from app.kit.languages import LANGUAGES, Languages
from app.meetings.models import Meeting, MeetingState
from app.recordings.models import OffRecordSpan, Recording
from app.turns.models import Turn, TurnIndex, TurnState
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import keep
from tests.fixtures.remembered import one_series
from tests.fixtures.series import PEOPLE, Series


@pytest.fixture
async def series(running: Application, cast: Cast) -> Series:
    return await one_series(running, cast)


@pytest.mark.parametrize("who", ["alice", "bob", "olga"])
async def test_nobody_in_the_group_reads_it(
    who: str, running: Application, cast: Cast, browser: Browser
) -> None:
    one = await keep(running, cast)
    client = await browser(getattr(cast, who))
    for path in (f"/meetings/{one.meeting.id}/analysis", f"/groups/{cast.group_id}/analysis"):
        assert (await client.get(path)).status_code == 403
    assert "/analysis" not in (await client.get(f"/groups/{cast.group_id}")).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_both_pages_are_whole_in_every_language(
    language: str, cast: Cast, series: Series, browser: Browser
) -> None:
    client = await browser(cast.researcher, language)
    for path in (f"/meetings/{series.meetings[0]}/analysis", f"/groups/{series.group}/analysis"):
        answer = await client.get(path)
        assert answer.status_code == 200
        text = answer.text
        assert "analysis.about" not in text
        assert ">analysis." not in text
        assert text.count("<svg xmlns") in (4, 8)
        assert text.count('class="definition"') >= 5
        assert "bridge_pause_ms 700" in text
        assert not [name for name in PEOPLE if name in text]
        comma = "comma" if language != "en" else "point"
        assert f".csv?decimal={comma}" in text


async def test_who_is_left_out_is_counted_and_not_named(
    cast: Cast, series: Series, browser: Browser
) -> None:
    client = await browser(cast.researcher, "en")
    page = (await client.get(f"/meetings/{series.meetings[0]}/analysis")).text
    assert "5 / 6" in page
    assert "their speech is not kept: 1." in page
    assert "J5" not in page


async def test_silence_and_passages_are_told_on_both_sides_beside_chance(
    cast: Cast, series: Series, browser: Browser
) -> None:
    client = await browser(cast.researcher, "en")
    page = (await client.get(f"/meetings/{series.meetings[0]}/analysis")).text
    figures = page.split("<h2>With and without")[1].split("</section>")[0]
    for name in ("Silence", "Overlapping speech", "Interruptions tried", "Dual starts"):
        row = figures.split(f'<th scope="row">{name}</th>')[1].split("</tr>")[0]
        assert row.count("by chance") == 2, name
    passages = page.split("<h2>Pauses")[1].split("</section>")[0]
    everybody, others = passages.split("Without the facilitator</th>")
    for part in (everybody, others):
        row = part.split("Gap: another goes on</th>")[1].split("</tr>")[0]
        assert row.count("by chance") == 2
    for told in ("If nobody heeded anybody", "Figures without chance"):
        assert told in page
    group = (await client.get(f"/groups/{series.group}/analysis")).text
    spread = group.split("<h2>Spread")[1].split("</table>")[0]
    assert spread.count(">Silence</th>") == spread.count(">Overlap beside chance</th>") == 2


BESIDE = '<span class="chance">by chance'
NO_CHANCE = ("people", "turns", "talk_ms", "backchannels", "shift_A0")


async def test_means_over_meetings_stand_beside_chance_once_it_is_drawn(
    running: Application, cast: Cast, series: Series, browser: Browser
) -> None:
    client = await browser(cast.researcher, "en")
    paths = (f"/groups/{series.group}/analysis", f"/programmes/{cast.programme_id}/analysis")
    heads = ("<h2>Spread", "<h2>Differences between")
    waiting = await kept.waiting(running.context.database)
    await kept.draw(running.context.database, waiting[0])
    for path, head in zip(paths, heads, strict=True):
        table = (await client.get(path)).text.split(head)[1].split("</section>")[0]
        assert "drawn of 1 of 6 meetings" in table
        assert BESIDE not in table

    for recording_id in waiting[1:]:
        await kept.draw(running.context.database, recording_id)

    for path, head in zip(paths, heads, strict=True):
        page = (await client.get(path)).text
        table = page.split(head)[1].split("</table>")[0]
        assert table.count(BESIDE) == table.count("<tr>") - 1
        assert "been drawn of" not in page
    for head, columns in (("<h2>By meeting order", 6), ("<h2>By group", 1)):
        table = page.split(head)[1].split("</table>")[0]
        assert table.count(">p\u00a0=\u00a0") == columns * (table.count("<tr>") - 1)
    for path in paths:
        found = (await cast.researcher.client.get(f"/api/v1{path}")).json()
        assert found["drawn"] == 6
        for row in found["spread"] if "spread" in found else found["between"]:
            drawn = not row["figure"].startswith(NO_CHANCE)
            assert (row["p"] is not None) == drawn, row["figure"]
            assert not drawn or row["chance_low"] <= row["chance_high"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_definition_names_the_draws_and_their_seed(language: str) -> None:
    said = Languages().text("analysis.about_pooled", language)
    assert str(null.DRAWN) in said
    assert str(null.SEED) in said


async def test_what_the_figures_rest_on_is_told(
    running: Application, cast: Cast, series: Series, browser: Browser
) -> None:
    async with running.context.database.transaction() as db:
        query = select(Recording).where(Recording.meeting_id == series.meetings[0])
        recording = (await db.exec(query)).one()
        since = recording.started_at + timedelta(minutes=59)
        db.add(OffRecordSpan(recording_id=recording.id, started_at=since))
        index = select(TurnIndex.id).where(TurnIndex.recording_id == recording.id)
        turns = (await db.exec(select(Turn).where(col(Turn.index_id).in_(index)))).all()
        turns[0].state = TurnState.ACCEPTED
    client = await browser(cast.researcher, "en")
    page = (await client.get(f"/meetings/{series.meetings[0]}/analysis")).text
    group = (await client.get(f"/groups/{series.group}/analysis")).text

    assert "Of the meeting 1:00 was not recorded" in page
    assert "<dd>59:00</dd>" in page
    assert f"<dd>1 / {len(turns)}</dd>" in page
    assert f"Of the turns {len(turns) - 1} are proposals" in page
    assert f"Turns accepted / all: 1 / {len(turns)}" in group
    assert "coverage.csv?decimal=point" in page


async def test_figures_by_different_rules_are_not_to_be_compared(
    running: Application, cast: Cast, series: Series, browser: Browser
) -> None:
    client = await browser(cast.researcher, "en")
    paths = (f"/groups/{series.group}/analysis", f"/programmes/{cast.programme_id}/analysis")
    said = "were made by different rules"
    assert not [path for path in paths if said in (await client.get(path)).text]
    async with running.context.database.transaction() as db:
        (await db.exec(select(TurnIndex))).all()[0].parameters = {"bridge_pause_ms": 900}
    for path in paths:
        page = (await client.get(path)).text
        assert said in page
        assert "bridge_pause_ms 900" in page


async def test_during_the_meeting_there_is_nothing_to_see(
    running: Application, cast: Cast, series: Series, browser: Browser
) -> None:
    async with running.context.database.transaction() as db:
        (await db.get_one(Meeting, series.meetings[0])).state = MeetingState.OPEN
    page = await (await browser(cast.researcher, "en")).get(
        f"/meetings/{series.meetings[0]}/analysis"
    )
    assert page.status_code == 200
    assert "only after the meeting has ended" in page.text
    assert "<svg xmlns" not in page.text


async def test_a_group_without_turns_says_so(cast: Cast, browser: Browser) -> None:
    page = await (await browser(cast.researcher, "en")).get(f"/groups/{cast.group_id}/analysis")
    assert page.status_code == 200
    assert "no speaking turns yet" in page.text
