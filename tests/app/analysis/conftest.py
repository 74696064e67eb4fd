"""A series that is over, in the programme of the cast."""

import pytest

from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.remembered import one_series
from tests.fixtures.series import Series


@pytest.fixture
async def series(running: Application, cast: Cast) -> Series:
    return await one_series(running, cast)
