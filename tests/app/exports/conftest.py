import pytest

from tests.fixtures.agreeing import agree
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import Kept, keep


@pytest.fixture
async def kept(running: Application, cast: Cast) -> Kept:
    return await keep(running, cast)


@pytest.fixture
async def both(kept: Kept) -> Kept:
    return await agree(kept)
