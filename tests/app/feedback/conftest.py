"""A series that is over, whose people agree to the summary or not."""

import pytest

from app.consent.models import Decision, Purpose
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.remembered import one_series
from tests.fixtures.series import Series, agree, decides


@pytest.fixture
async def series(running: Application, cast: Cast) -> Series:
    return await one_series(running, cast)


async def say(
    running: Application,
    series: Series,
    who: str,
    decision: Decision,
    purpose: Purpose = Purpose.FEEDBACK,
) -> None:
    async with running.context.database.transaction() as db:
        await decides(db, series, who, purpose, decision)


@pytest.fixture
async def agreed(running: Application, series: Series) -> Series:
    async with running.context.database.transaction() as db:
        await agree(db, series, Purpose.FEEDBACK)
    return series
