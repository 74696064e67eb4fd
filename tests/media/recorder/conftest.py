"""A relay and browsers, whose tapes the recorder takes."""

from collections.abc import AsyncIterator

import pytest

from app.kit.settings import RelaySettings
from media.clock import Clock
from media.relay.relay import Relay
from tests.app.conftest import postgres_server
from tests.fixtures.peers import Stage
from tests.fixtures.tabs import open_tab, page_url

__all__ = ["open_tab", "page_url", "postgres_server"]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    relay = await Relay.open(RelaySettings(udp_port=0), Clock.capture())
    yield Stage(relay)
    await relay.close()
