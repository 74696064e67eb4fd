"""The pages of group dynamics: who reads them, and what stands on them."""

import pytest

from app.kit.languages import LANGUAGES
from app.meetings.models import Meeting, MeetingState
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
    kept = await keep(running, cast)
    client = await browser(getattr(cast, who))
    for path in (f"/meetings/{kept.meeting.id}/analysis", f"/groups/{cast.group_id}/analysis"):
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
        assert text.count("<svg xmlns") in (3, 5)
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
    assert "consent does not cover indexing: 1." in page
    assert "J5" not in page


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
