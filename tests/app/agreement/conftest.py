"""A series that two coders have finished, in the programme of the cast."""

import pytest

from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded_series import CodedSeries, code_series
from tests.fixtures.series import Series, play_series


@pytest.fixture
async def series(running: Application, cast: Cast) -> Series:
    async with running.context.database.transaction() as db:
        return await play_series(running.context, db, cast.programme_id)


@pytest.fixture
async def coded(running: Application, cast: Cast, series: Series) -> CodedSeries:
    coders = [cast.researcher.actor, cast.coordinator.actor]
    async with running.context.database.transaction() as db:
        return await code_series(db, cast.coordinator.actor, cast.programme_id, [series], coders)
