import pytest

from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import Kept, keep
from tests.fixtures.observed import Observed, observe


@pytest.fixture
async def kept(running: Application, cast: Cast) -> Kept:
    return await keep(running, cast)


@pytest.fixture
async def observed(kept: Kept) -> Observed:
    return await observe(kept)
