"""Two series, half of which two coders have finished, in the programme of the cast."""

import pytest

from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded_series import CodedSeries, code_series
from tests.fixtures.series import Series, play_series

MEETINGS = 3
"""Coded of each series."""


@pytest.fixture
async def groups(running: Application, cast: Cast) -> list[Series]:
    async with running.context.database.transaction() as db:
        return [
            await play_series(running.context, db, cast.programme_id, name, seed)
            for seed, name in enumerate(("Maanantairyhmä", "Torstairyhmä"))
        ]


@pytest.fixture
async def coded(running: Application, cast: Cast, groups: list[Series]) -> CodedSeries:
    coders = [cast.researcher.actor, cast.coordinator.actor]
    async with running.context.database.transaction() as db:
        own = (cast.programme_id, groups, coders)
        return await code_series(db, cast.coordinator.actor, *own, most=MEETINGS)
