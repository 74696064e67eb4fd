"""Two series, half of which two coders have finished, in the programme of the cast."""

import pytest

from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded_series import CodedSeries
from tests.fixtures.remembered import coded_series, two_series
from tests.fixtures.series import Series

MEETINGS = 3
"""Coded of each series."""


@pytest.fixture
async def groups(running: Application, cast: Cast) -> list[Series]:
    return await two_series(running, cast)


@pytest.fixture
async def coded(running: Application, cast: Cast, groups: list[Series]) -> CodedSeries:
    return await coded_series(running, cast, groups, MEETINGS)
