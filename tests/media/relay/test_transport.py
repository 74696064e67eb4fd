"""A transport knows many addresses of one browser, and never loses the one in use."""

import secrets
from collections.abc import AsyncIterator

import pytest
from aioice import stun

from media.relay.addresses import Address
from media.relay.ice import Check, parse_check
from media.relay.seam import Certificate
from media.relay.socket import Port
from media.relay.transport import MOST_ADDRESSES, Transport


class Nobody:
    def receive_rtp(self, packet: bytearray, now: float) -> None: ...
    def receive_rtcp(self, data: bytes, now: float) -> None: ...
    def connected(self) -> None: ...


@pytest.fixture
async def transport(in_c: bool) -> AsyncIterator[Transport]:
    port = Port("127.0.0.1", 0, lambda: 0.0)
    yield Transport(port, Certificate(), Nobody(), lambda: None)
    await port.close()


def check(transport: Transport) -> Check:
    local = transport.ice.local
    message = stun.Message(
        stun.Method.BINDING, stun.Class.REQUEST, transaction_id=secrets.token_bytes(12)
    )
    message.attributes["USERNAME"] = f"{local.ufrag}:browser"
    message.add_message_integrity(local.password.encode())
    return parse_check(bytes(message))


async def test_however_many_ways_a_browser_tries_the_one_in_use_is_kept(
    transport: Transport,
) -> None:
    used: Address = ("127.0.0.1", 20_000)
    transport.receive_check(check(transport), used, 1.0)

    for number in range(1, MOST_ADDRESSES + 5):
        transport.receive_check(check(transport), ("127.0.0.1", 20_000 + number), 1.0)

    known = transport.port._by_address
    assert transport.ice.address == used
    assert used in known
    assert len(known) == MOST_ADDRESSES
    assert ("127.0.0.1", 20_001) not in known
