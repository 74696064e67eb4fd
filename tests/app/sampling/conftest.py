"""Two groups whose series of six are over, in the programme of the cast."""

import pytest

from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.remembered import two_series
from tests.fixtures.series import Series


@pytest.fixture
async def groups(running: Application, cast: Cast) -> list[Series]:
    return await two_series(running, cast)
