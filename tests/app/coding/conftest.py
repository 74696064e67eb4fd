import pytest

from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded import Coded, coded
from tests.fixtures.kept import keep


@pytest.fixture
async def work(running: Application, cast: Cast) -> Coded:
    return await coded(await keep(running, cast))
