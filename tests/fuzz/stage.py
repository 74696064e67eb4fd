"""What stands behind the parsers, for inputs that go all the way: rooms and links without keys.

One port and one event loop for all inputs; everything else is new for each, so that an input found
by a fuzzer fails again when it is played alone.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from app.kit.settings import RelaySettings
from media.clock import Clock
from media.relay.allocation import Step
from media.relay.arrival import Arrival
from media.relay.description import SEQUENCE_URI, RemoteMedia
from media.relay.downlink import Downlink
from media.relay.ice import Credentials
from media.relay.network import Network
from media.relay.publication import Publication
from media.relay.room import Room
from media.relay.subscription import Subscription
from media.relay.transport import LARGEST_PACKET, Transport
from media.relay.uplink import Uplink
from media.rtp.header import FIXED, FIXED_BYTES, is_rtcp
from media.rtp.repair import RepairRow
from media.rtp.rewriter import Rewriter
from media.tape.format import CodecInfo

AUDIO = CodecInfo("audio/opus", 48000, 2, 111)
VIDEO = CodecInfo("video/VP8", 90000, 1, 120)
SIZED = CodecInfo("video/VP8", 90000, 1, 122)
EXTENSIONS = {
    SEQUENCE_URI: 1,
    "urn:ietf:params:rtp-hdrext:sdes:mid": 2,
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id": 4,
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id": 5,
}
TABLE = bytes([0, 2, 0, 1, *bytes(252)])
RECEIVED = 900
"""The SSRC under which the receiver knows what it complains of."""
FAR = ("127.0.0.1", 9)
DAY_S = 86_400.0


Result = TypeVar("Result")


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    return _loop().run_until_complete(work)


@cache
def _network() -> Network:
    async def opened() -> Network:
        settings = RelaySettings(host="127.0.0.1", udp_port=0)
        network = Network.open(settings, Clock(DAY_S, 0))
        return network

    return _run(opened())


@contextmanager
def _room() -> Iterator[Room]:
    room = Room(_network(), lambda event: None)
    try:
        yield room
        room.ask(DAY_S)
        room.settle(DAY_S)
        room.share(DAY_S, 0, 1)
    finally:
        room.close()
        _run(asyncio.sleep(0))


def publish(offer: str, sources: Mapping[str, str]) -> None:
    with _room() as room:
        before = len(room.publications)
        try:
            _run(room.publish("alice", offer, sources))
        except Exception:
            assert len(room.publications) == before
            raise


def answer(text: str) -> None:
    with _room() as room:
        publication = Publication("id", "alice", "camera", VIDEO)
        room._add(publication)
        room.offer_downlink("bob")
        _run(room.answer_downlink("bob", text))
        _picture(publication)


def watch(offer: str) -> None:
    with _room() as room:
        publication = Publication("id", "alice", "camera", VIDEO)
        room._add(publication)
        try:
            answer = _run(_watched(room, offer))
        except Exception:
            assert "bob" not in room._participants
            raise
        assert "a=sendonly" in answer
        _picture(publication)


async def _watched(room: Room, offer: str) -> str:
    return room.watch("bob", offer)  # the handshake needs a loop


def _picture(publication: Publication) -> None:
    """Some packets of it, as if they had come."""
    for number in range(8):
        head = FIXED.pack(0x80, 120, number, number * 3000, 5)
        publication.layers[0].receive(bytearray(head + b"\x90\x80\x05\0picture"), DAY_S)


def _sections() -> dict[str, tuple[Publication, RemoteMedia]]:
    made = {}
    for mid, (codec, rids, ssrcs) in enumerate(
        [(AUDIO, ("",), (5,)), (VIDEO, ("",), (6,)), (SIZED, ("l", "h"), ())]
    ):
        publication = Publication(str(mid), "alice", "source", codec, rids)
        section = RemoteMedia(
            str(mid),
            publication.kind,
            "sendonly",
            False,
            "",
            "",
            codec,
            extensions=EXTENSIONS,
            ssrcs=ssrcs,
            repair_type=97,
            repairs={66: 6} if ssrcs == (6,) else {},
        )
        made[str(mid)] = publication, section
    return made


def hear(datagrams: Iterable[bytes]) -> None:
    """One uplink of a voice, a picture, and a picture in two sizes, all taken by one receiver."""
    network = _network()
    link, receiver = Uplink(network, lambda: None), Downlink(network, lambda: None)
    sections = _sections()
    link._sequence_id = 1
    link._streams.describe(
        {mid: publication for mid, (publication, _) in sections.items()},
        {mid: section for mid, (_, section) in sections.items()},
    )
    for publication, section in sections.values():
        publication.connect(Arrival(lambda data: None, TABLE, 3, 1), section.repair_type)
        subscription = Subscription(receiver.transport, Rewriter(RECEIVED, 96, 0), "alice")
        publication.subscribe(subscription)
        publication.select(subscription, Step(len(publication.layers) - 1), DAY_S)
    now = DAY_S
    for datagram in datagrams:
        now += 0.02
        if len(datagram) > 1 and is_rtcp(datagram[1]):
            link.receive_rtcp(datagram, now)
        elif FIXED_BYTES <= len(datagram) <= LARGEST_PACKET:
            link.receive_rtp(bytearray(datagram), now)
        for publication, _ in sections.values():
            publication.ask(now)
            publication.measure(now)
    link.tell_arrivals()
    link.report(now)
    for publication, _ in sections.values():
        publication.close()
    link.close()
    receiver.close()


def complain(datagrams: Iterable[bytes]) -> None:
    """One downlink with one picture, of which some packets have been sent."""
    link = Downlink(_network(), lambda: None)
    publication = Publication("id", "alice", "camera", VIDEO)
    link.add(publication)
    (slot,) = link._slots
    slot.ssrc = RECEIVED
    repair = RepairRow(RECEIVED + 1, 97, 0)
    slot.subscription = Subscription(link.transport, Rewriter(RECEIVED, 96, 0), "alice", repair)
    link._by_ssrc[RECEIVED] = slot
    publication.subscribe(slot.subscription)
    _picture(publication)
    for place in range(20):
        link.transport.sent.number(1000, DAY_S + place / 100)
    now = DAY_S
    for datagram in datagrams:
        now += 0.02
        link.receive_rtcp(datagram, now)
        link.share(None, now)
        link.probe(now)
    publication.close()
    link.close()


class _Silent:
    def receive_rtp(self, packet: bytearray, now: float) -> None: ...
    def receive_rtcp(self, data: bytes, now: float) -> None: ...
    def connected(self) -> None: ...


def arrive(datagrams: Iterable[bytes]) -> None:
    """The port, with one transport behind it that waits for its peer."""
    port = _network().port
    transport = Transport(port, _network().certificate, _Silent(), lambda: None)
    transport.ice.local = Credentials("relay", "p" * 32)
    transport._bind()
    port.know_address(FAR, transport)
    for datagram in datagrams:
        kept = datagram[: len(port._inbound.view)]
        port._inbound.view[: len(kept)] = kept
        port._route(len(kept), FAR, DAY_S)
    transport.close()
