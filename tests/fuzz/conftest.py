"""A relay on loopback, once with each packet path."""

from collections.abc import AsyncIterator

import pytest

from app.kit.settings import RelaySettings
from media.clock import Clock
from media.relay.relay import Relay
from tests.fixtures.paths import in_c

__all__ = ["in_c"]


@pytest.fixture
async def relay(in_c: bool) -> AsyncIterator[Relay]:
    relay = await Relay.open(RelaySettings(udp_port=0, native=in_c), Clock.capture())
    yield relay
    await relay.close()
