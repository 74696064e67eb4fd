"""A series that is over, in the programme of the cast."""

import pytest

from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.series import Series, play_series


@pytest.fixture
async def series(running: Application, cast: Cast) -> Series:
    async with running.context.database.transaction() as db:
        return await play_series(running.context, db, cast.programme_id)
