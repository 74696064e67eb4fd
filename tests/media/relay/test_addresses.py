"""IPv4 and IPv6 through one port: what is told to browsers, and that media comes by either."""

import socket
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.settings import RelaySettings
from media.clock import Clock
from media.relay.addresses import Address, bound, own, packed, plain, unpacked
from media.relay.relay import Relay
from tests.fixtures.networks import OWN_IPV6, needs_ipv6
from tests.fixtures.peers import Stage
from tests.fixtures.tabs import Browser, OpenTab

HOSTS = {"127.0.0.1": ["127.0.0.1"], "::1": ["::1"], "::": ["127.0.0.1", "::1"]}
OF_BOTH = {"addresses": OWN_IPV6}
"""A socket of both families, found by IPv6 alone. The peers are not on loopback, and the kernel
answers them from the address of the machine that is nearest to theirs: not from `::1`."""


@pytest.fixture
async def relay(in_c: bool, request: pytest.FixtureRequest) -> AsyncIterator[Relay]:
    """The stage's own would be found at every address."""
    settings = RelaySettings(udp_port=0, native=in_c, **request.param)
    relay = await Relay.open(settings, Clock.capture())
    yield relay
    await relay.close()


def told(description: str) -> list[str]:
    """The addresses of its candidates; each section repeats them."""
    lines = [line for line in description.splitlines() if line.startswith("a=candidate:")]
    return list(dict.fromkeys(line.split()[4] for line in lines))


async def _meet(stage: Stage) -> None:
    alice, bob = stage.peer("alice"), stage.peer("bob")
    await alice.publish("microphone", "camera")
    await bob.receive()
    await bob.gets("audio", 20)
    await bob.gets("video", 5)


@pytest.mark.parametrize(
    "relay", [{"addresses": ["203.0.113.7", "2001:db8::7"]}], indirect=True, ids=["public"]
)
async def test_behind_nat_the_public_addresses_are_told_and_no_other(stage: Stage) -> None:
    alice, bob = stage.peer("alice"), stage.peer("bob")

    published = await alice.publish("microphone")
    offered = stage.room.offer_downlink(bob.name)

    assert offered is not None
    for description in (published.answer, offered.sdp):
        assert told(description) == ["203.0.113.7", "2001:db8::7"]
        assert f" 203.0.113.7 {stage.relay.port} typ host" in description


@needs_ipv6
@pytest.mark.parametrize("relay", [{}], indirect=True, ids=["everywhere"])
async def test_without_a_setting_both_families_are_told(stage: Stage) -> None:
    published = await stage.peer("alice").publish("microphone")

    assert {"127.0.0.1", "::1"} <= set(told(published.answer))


@needs_ipv6
@pytest.mark.parametrize(
    "relay",
    [{"host": "::1"}, {"host": "127.0.0.1"}, OF_BOTH],
    indirect=True,
    ids=["ipv6", "ipv4", "ipv6-of-both"],
)
async def test_media_flows_by_one_family_alone(stage: Stage) -> None:
    await _meet(stage)


@needs_ipv6
@pytest.mark.browser
@pytest.mark.parametrize("relay", [{"host": "::1"}, OF_BOTH], indirect=True, ids=["one", "both"])
async def test_browsers_meet_by_ipv6_alone(stage: Stage, open_tab: OpenTab) -> None:
    alice, bob = Browser(stage, "alice", await open_tab()), Browser(stage, "bob", await open_tab())

    await alice.publish()
    await bob.publish()
    await alice.receive()
    await bob.receive()

    for one in (alice, bob):
        await one.until("peer.decoded().then((n) => n > 10)")
        await one.until("peer.heard().then((n) => n > 25)")


@pytest.mark.parametrize("host", [pytest.param(h, marks=needs_ipv6) for h in HOSTS])
def test_an_address_is_written_as_the_kernel_writes_it(host: str) -> None:
    with bound(host, 0) as ours:
        port = ours.getsockname()[1]
        for there in HOSTS[host]:
            with bound(there, 0) as far:
                far.sendto(b"?", (there, port))
                source: Address = ours.recvfrom(1)[1]

                assert plain(source) == far.getsockname()[:2]
                assert unpacked(packed(source)) == source
                assert len(packed(source)) == (16 if ours.family == socket.AF_INET else 28)


@given(
    st.ip_addresses(v=6).map(str),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFFF),
    st.integers(0, 0xFFFFFFFF),
)
def test_packing_keeps_everything(host: str, port: int, flow: int, scope: int) -> None:
    address = (socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, host)), port)

    assert unpacked(packed((*address, flow, scope))) == (*address, flow, scope)


def test_a_socket_of_one_family_has_addresses_of_that_family() -> None:
    with bound("0.0.0.0", 0) as opened:
        assert all(":" not in address for address in own(opened))
    with bound("127.0.0.1", 0) as opened:
        assert own(opened) == ["127.0.0.1"]
