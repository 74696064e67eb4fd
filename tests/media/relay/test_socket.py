"""Anyone may send anything to the port: it is counted, thrown away, and disturbs no one."""

import random
import socket
from collections.abc import Iterator

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from media.relay.addresses import Address
from media.relay.ice import Check
from media.relay.relay import Relay
from media.relay.room import Room
from media.relay.seam import Buffer
from media.relay.socket import Port
from tests.fixtures.networks import HAS_IPV6
from tests.fixtures.peers import Stage, until


@pytest.fixture
def stranger(relay: Relay) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.connect(("127.0.0.1", relay.port))
        yield stranger


class Silent:
    peer = None

    def receive_check(self, check: Check, source: Address, now: float) -> None: ...
    def receive_dtls(self, datagram: bytes) -> None: ...
    def receive_media(self, buffer: Buffer, length: int, now: float) -> None: ...
    def receive_opened(self, packet: bytearray, now: float) -> None: ...


def flood(count: int, seed: int) -> Iterator[bytes]:
    """Datagrams of every protocol by their first byte, and of none."""
    chance = random.Random(seed)
    for _ in range(count):
        first = chance.choice([0, 1, 22, 23, 60, 100, 128, 144, 176, 191, 255])
        yield bytes([first]) + chance.randbytes(chance.choice([0, 1, 11, 19, 40, 1200]))


async def test_a_flood_from_a_stranger_disturbs_no_one(
    stage: Stage, stranger: socket.socket
) -> None:
    alice, bob = stage.peer("alice"), stage.peer("bob")
    await alice.publish("microphone")
    await bob.receive()
    await until(lambda: bob.frames.get("audio", 0) > 5, "audio before")

    for datagram in flood(2000, seed=1):
        stranger.send(datagram)

    heard = bob.frames["audio"]
    await until(lambda: bob.frames["audio"] > heard + 20, "audio after")
    dropped = stage.relay.dropped
    assert dropped["unknown_source"]
    assert dropped["malformed_stun"]
    assert dropped["unknown_protocol"]


async def test_a_flood_from_a_participant_disturbs_no_one_else(
    stage: Stage, stranger: socket.socket
) -> None:
    """mallory has proven an address and sends garbage from it."""
    alice, bob, mallory = stage.peer("alice"), stage.peer("bob"), stage.peer("mallory")
    await mallory.publish("microphone")
    answer = mallory.up.remoteDescription.sdp
    ufrag = answer.split("a=ice-ufrag:")[1].split()[0]
    password = answer.split("a=ice-pwd:")[1].split()[0]
    check = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    check.attributes["USERNAME"] = f"{ufrag}:mallory"
    check.add_message_integrity(password.encode())
    stranger.send(bytes(check))
    await alice.publish("microphone")
    await bob.receive()

    for datagram in flood(1000, seed=2):
        stranger.send(datagram)

    await until(lambda: bob.frames.get("audio", 0) > 20, "audio")
    dropped = stage.relay.dropped
    assert dropped["forged_rtp"] + dropped["not_connected"]


async def test_a_check_under_a_guessed_password_opens_nothing(
    stage: Stage, stranger: socket.socket
) -> None:
    alice = stage.peer("alice")
    published = await alice.publish("microphone")
    ufrag = published.answer.split("a=ice-ufrag:")[1].split()[0]
    check = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    check.attributes["USERNAME"] = f"{ufrag}:x"
    check.add_message_integrity(b"guessed")

    stranger.send(bytes(check))
    await until(lambda: stage.relay.dropped["forged_check"], "the forgery is counted")
    stranger.send(b"\x80" + bytes(40))

    await until(lambda: stage.relay.dropped["unknown_source"], "its media is unknown")


async def test_what_cannot_be_sent_is_counted(relay: Relay) -> None:
    port = Port("127.0.0.1", 0, lambda: 0.0)

    assert not port.send(bytes(70_000), ("127.0.0.1", relay.port))
    assert port.dropped["not_sent"] == 1
    await port.close()


async def test_a_forgotten_transport_is_not_reached(relay: Relay) -> None:
    port = Port("127.0.0.1", 0, lambda: 0.0)
    endpoint = Silent()
    port.know_ufrags(["ufrag"], endpoint)
    port.know_address(("127.0.0.1", 9), endpoint)
    assert port.endpoints == 1

    port.forget(endpoint)

    assert port.endpoints == 0
    await port.close()


@given(st.lists(st.binary(max_size=60), max_size=20))
async def test_no_datagram_raises(datagrams: list[bytes]) -> None:
    port = Port("127.0.0.1", 0, lambda: 0.0)
    port.know_address(("127.0.0.1", 9), Silent())
    for datagram in datagrams:
        port._inbound.view[: len(datagram)] = datagram
        port._route(len(datagram), ("127.0.0.1", 9), 0.0)
    await port.close()


class Broken(Silent):
    """Somebody's packet finds an error that nobody foresaw."""

    def receive_media(self, buffer: Buffer, length: int, now: float) -> None:
        raise ZeroDivisionError


async def test_an_unforeseen_error_ends_with_its_own_datagram(
    relay: Relay, caplog: pytest.LogCaptureFixture
) -> None:
    port, heard = relay._network.port, list[bytes]()
    broken, well = Broken(), Silent()
    well.receive_dtls = heard.append  # type: ignore[method-assign]
    with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(type=socket.SOCK_DGRAM) as two:
        for far, endpoint in ((one, broken), (two, well)):
            far.connect(("127.0.0.1", port.number))
            host, number = far.getsockname()
            port.know_address(
                (f"::ffff:{host}", number, 0, 0) if HAS_IPV6 else (host, number), endpoint
            )
        for _ in range(3):
            one.send(b"\x80" + bytes(20))
        two.send(b"\x16" + bytes(20))

        await until(lambda: heard, "what the other one sent")

    assert relay.dropped["failed"] == 3
    assert len(caplog.records) == 1


async def test_a_room_that_fails_does_not_stop_the_others(relay: Relay) -> None:
    class BrokenRoom(Room):
        def ask(self, now: float) -> None:
            raise ZeroDivisionError

    relay.room("well", lambda event: None)
    relay._rooms = {"broken": BrokenRoom(relay._network, lambda event: None), **relay._rooms}
    asked: list[float] = []
    relay._rooms["well"].ask = asked.append  # type: ignore[method-assign]

    await until(lambda: len(asked) > 2, "the other room is kept")
