"""A page of a whole programme asks the database as often for six recordings as for two."""

import re

import pytest
from sqlmodel import col, select

from app.recordings.models import Recording, RecordingState
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded_series import CodedSeries
from tests.fixtures.remembered import coded_series, one_series
from tests.fixtures.statements import statements

LIST = re.compile(r"\(\?(, \?)*\)")
"""However many are asked for in one statement."""
PAGES = (
    "/programmes/{programme}",
    "/programmes/{programme}/analysis",
    "/programmes/{programme}/agreement",
    "/programmes/{programme}/content",
    "/programmes/{programme}/coding",
    "/programmes/{programme}/sampling",
    "/programmes/{programme}/retention",
    "/programmes/{programme}/transcripts?words=sana",
    "/groups/{group}/analysis",
    "/api/v1/programmes/{programme}/analysis",
    "/api/v1/programmes/{programme}/analysis/by_order.csv",
    "/api/v1/programmes/{programme}/analysis/programme_balance.svg",
    "/api/v1/programmes/{programme}/coding-assignments",
    "/api/v1/codebook-versions/{version}/agreement",
    "/api/v1/codebook-versions/{version}/content",
)


@pytest.fixture
async def coded(running: Application, cast: Cast) -> tuple[CodedSeries, str]:
    series = await one_series(running, cast)
    return await coded_series(running, cast, [series]), str(series.group)


async def only(running: Application, count: int) -> None:
    """So many of the recordings are ready, the others failed."""
    async with running.context.database.transaction() as db:
        query = select(Recording).order_by(col(Recording.started_at))
        for number, recording in enumerate((await db.exec(query)).all()):
            state = RecordingState.READY if number < count else RecordingState.FAILED
            recording.state = state


@pytest.mark.parametrize("page", PAGES)
async def test_as_often_for_six_as_for_two(
    page: str, running: Application, cast: Cast, coded: tuple[CodedSeries, str], browser: Browser
) -> None:
    client = await browser(cast.coordinator)
    series, group = coded
    path = page.format(programme=cast.programme_id, version=series.version_id, group=group)
    await client.get(path)  # the first look is told of in the audit log, the others are the same
    found = []
    for count in (2, 6):
        await only(running, count)
        with statements(running.context.database) as sent:
            answer = await client.get(path)
        assert answer.status_code == 200
        found.append(sorted(LIST.sub("(…)", each) for each in sent))
    assert found[0] == found[1]
