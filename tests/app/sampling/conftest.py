"""Two groups whose series of six are over, in the programme of the cast."""

import pytest

from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.series import Series, play_series


@pytest.fixture
async def groups(running: Application, cast: Cast) -> list[Series]:
    async with running.context.database.transaction() as db:
        return [
            await play_series(running.context, db, cast.programme_id, name, seed)
            for seed, name in enumerate(("Maanantairyhmä", "Torstairyhmä"))
        ]
