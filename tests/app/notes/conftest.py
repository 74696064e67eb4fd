import pytest

from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.noted import Noted, noted


@pytest.fixture
async def meeting(running: Application, cast: Cast) -> Noted:
    return await noted(running, cast)
