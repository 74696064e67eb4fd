"""A series that two coders have finished, in the programme of the cast."""

import pytest

from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded_series import CodedSeries
from tests.fixtures.remembered import coded_series, one_series
from tests.fixtures.series import Series


@pytest.fixture
async def series(running: Application, cast: Cast) -> Series:
    return await one_series(running, cast)


@pytest.fixture
async def coded(running: Application, cast: Cast, series: Series) -> CodedSeries:
    return await coded_series(running, cast, [series])
