"""The C packet path and the Python one, given the same datagrams, do the same to the last byte."""

import asyncio
import contextlib
import select
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from aiortc.rtp import RtcpPacket, RtcpRtpfbPacket
from hypothesis import given
from hypothesis import strategies as st
from pylibsrtp import Policy, Session

from media.clock import Clock
from media.native import library
from media.relay.addresses import Address, bound
from media.relay.allocation import Step as Given
from media.relay.arrival import Arrival
from media.relay.description import SEQUENCE_URI, RemoteMedia
from media.relay.layer import MOST_OUTLETS, Layer
from media.relay.network import Network
from media.relay.publication import Publication
from media.relay.seam import Buffer, Certificate, Srtp
from media.relay.socket import Port
from media.relay.streams import MOST_SSRCS, Stream
from media.relay.subscription import REPEATABLE, Subscription
from media.relay.transport import Transport
from media.relay.uplink import Uplink
from media.relay.writing import SEQUENCE_ID
from media.rtp import arrivals, history, levels, sent, speaker
from media.rtp.header import FIXED, extension_place
from media.rtp.rewriter import Rewriter
from media.tape import format, pending
from media.tape.format import CodecInfo
from media.tape.reader import TapeReader
from media.tape.writer import TapeWriter
from tests.fixtures.networks import HAS_IPV6
from tests.fixtures.tapes import KEY as TAPE_KEY
from tests.fixtures.tapes import order

KEY = bytes(range(30))
AUDIO = CodecInfo("audio/opus", 48000, 2, 111)
VIDEO = CodecInfo("video/VP8", 90000, 1, 120)
LAYERED = CodecInfo("video/VP8", 90000, 1, 122)
CODECS = (AUDIO, VIDEO, LAYERED)
TYPES = {5: 111, 6: 120, 7: 122, 8: 122}
"""SSRC → payload type; the last two are layers of one picture."""
LEVEL_ID, NUMBER_ID = 3, 1
ASKED_OF = slice(16, 20)
"""The SSRC in a request, behind an empty receiver report."""
AFTER = {
    None: Given(0, 1),
    Given(0, 1): Given(0, 0),
    Given(0, 0): Given(0),
    Given(0): Given(1),
    Given(1): None,
}
"""What a receiver of the layered picture is given next."""
HOSTS = ["127.0.0.1", "::1", "::"] if HAS_IPV6 else ["127.0.0.1"]
OTHER_ID = 9
"""Under which one receiver takes the transport-wide number."""
TABLE = bytes([0, SEQUENCE_ID, 0, 1, 14, 5, 20, *range(7, 256)])

needs_native = pytest.mark.skipif(not library.use(True), reason="the C packet path was not built")


def session(direction: int) -> Session:
    policy = Policy(key=KEY, ssrc_type=direction)
    policy.allow_repeat_tx = True  # as aiortc has it
    return Session(policy)


class Nobody:
    def receive_rtp(self, packet: bytearray, now: float) -> None: ...
    def receive_rtcp(self, data: bytes, now: float) -> None: ...
    def connected(self) -> None: ...


class House:
    """A port with one sender of three sources and three receivers, one of them without keys."""

    def __init__(self, folder: Path, *, native: bool, host: str = "127.0.0.1") -> None:
        assert library.use(native) == native
        self.now = 1.0
        self._folder = folder
        self._port = Port(host, 0, lambda: self.now)
        self._certificate = Certificate()
        self._both = host == "::"
        hosts = ("127.0.0.1", "::1", "127.0.0.1") if self._both else (host, host, host)
        self._far = [self._socket(far) for far in hosts]
        self._opening = [Srtp(*[session(Policy.SSRC_ANY_INBOUND)] * 2) for _ in range(3)]
        self._told = [0, 0, 0]
        self._asked: list[bytes] = []
        network = Network(self._port, self._certificate, [], [], Clock(1.0, 0))
        self._uplink = Uplink(network, lambda: None)
        self._keep(self._uplink.transport, self._far[0])
        self._sources = [self._publication(codec) for codec in CODECS]
        self._describe()
        self._receivers = list(self._open())
        self._receivers[0].number_under(OTHER_ID)
        self._subscriptions: list[Subscription] = []
        for number, transport in enumerate(self._receivers):
            for place, publication in enumerate(self._sources):
                rewriter = Rewriter(10 * number + place, 100 + number, 65_530)
                subscription = Subscription(transport, rewriter, "alice")
                publication.subscribe(subscription)
                self._subscriptions.append(subscription)
                publication.select(subscription, Given(number % len(publication.layers)), self.now)
        self._keys = Srtp(*[session(Policy.SSRC_ANY_OUTBOUND) for _ in range(2)])
        self._buffer = Buffer()
        self._tapes: list[Path] = []

    @staticmethod
    def _socket(host: str) -> socket.socket:
        far = bound(host, 0)
        far.setblocking(False)
        return far

    def _seen_from(self, far: socket.socket) -> Address:
        """As the port's own socket writes it."""
        address: Address = far.getsockname()
        if self._both and far.family == socket.AF_INET:
            return f"::ffff:{address[0]}", address[1], 0, 0
        return address

    def _keep(self, transport: Transport, far: socket.socket) -> Transport:
        address = self._seen_from(far)
        transport.key(Srtp(session(Policy.SSRC_ANY_INBOUND), session(Policy.SSRC_ANY_OUTBOUND)))
        transport.ice.address = address
        if transport.peer is not None:
            self._port.tell_address(transport.peer, address)
        self._port.know_address(address, transport)
        return transport

    def _open(self) -> Iterator[Transport]:
        for far in self._far[1:]:
            yield self._keep(self._transport(), far)
        yield self._transport()

    def _transport(self) -> Transport:
        return Transport(self._port, self._certificate, Nobody(), lambda: None)

    def _publication(self, codec: CodecInfo) -> Publication:
        rids = ("l", "h") if codec is LAYERED else ("",)
        publication = Publication("id", "alice", "source", codec, rids)
        publication.connect(Arrival(self._asked.append, TABLE, LEVEL_ID, NUMBER_ID))
        return publication

    def _describe(self) -> None:
        mids = {str(place): publication for place, publication in enumerate(self._sources)}
        media = {
            mid: RemoteMedia(
                mid, p.kind, "sendonly", False, "", "", p.codec, extensions={SEQUENCE_URI: 1}
            )
            for mid, p in mids.items()
        }
        self._uplink._sequence_id = NUMBER_ID
        self._uplink._streams.describe(mids, media)
        for ssrc, layer in zip(TYPES, self.layers, strict=True):
            owner = next(p for p in self._sources if layer in p.layers)
            self._uplink._streams._bind(ssrc, Stream(owner, layer))
        self._uplink._tell()

    @property
    def layers(self) -> list[Layer]:
        return [layer for publication in self._sources for layer in publication.layers]

    # ---- What happens -----------------------------------------------------------------------

    def send(self, packet: bytes) -> None:
        self._buffer.view[: len(packet)] = packet
        length = self._keys.protect(self._buffer, len(packet))
        # libsrtp refuses what is too malformed or too old to be sent under a key: send it bare.
        datagram = self._buffer.view[:length] if length else packet
        self._far[0].sendto(datagram, (self._far[0].getsockname()[0], self._port.number))

    def drain(self) -> None:
        self.now += 0.013
        if self._port._path is None:
            self._port._drain()
        else:
            self._port._pump()

    def mute(self) -> None:
        for publication in self._sources:
            publication.set_muted(not publication.muted, self.now)

    def tape(self) -> None:
        for number, publication in enumerate(self._sources):
            if publication.tape is None:
                path = self._folder / f"{len(self._tapes)}-{number}"
                tape = TapeWriter(order(path), publication.codec, Clock(1.0, 0))
                tape.pending.memory.started = 1.0
                publication.record(tape, self.now)
                self._tapes.append(path)
            else:
                ended = publication.tape
                publication.record(None, self.now)
                ended.close()

    def tick(self) -> None:
        self.now += 0.08
        for publication in self._sources:
            publication.ask(self.now)
            publication.measure(self.now)
            publication.follow(self.now)

    def rebind(self) -> None:
        """The sender says that its next packets are another row."""
        for layer in self.layers:
            layer.bind(layer.ssrc + 1 if layer.ssrc is not None else 1)

    def drop(self) -> None:
        """One receiver goes, and comes again at the end of the list."""
        self._sources[0].unsubscribe(self._subscriptions[0])
        self._sources[0].subscribe(self._subscriptions[0])

    def quieten(self) -> None:
        """The voice loses its place, and gets it back with the first packet that is loud."""
        layer = self._sources[0].layers[0]

        def wakes(level: int, now: float) -> bool:
            if 127 - (level & 0x7F) < speaker.SPEECH:
                return False
            layer.set_quiet(False)
            return True

        layer.wakes = wakes
        layer.set_quiet(True)

    def select(self) -> None:
        """The receivers of the layered picture are moved from layer to layer, or to none."""
        publication = self._sources[2]
        for subscription in publication.subscriptions:
            following = AFTER[subscription.wanted]
            publication.select(subscription, following, self.now)

    # ---- What can be seen -------------------------------------------------------------------

    def seen(self) -> dict[str, object]:
        layers = self.layers
        heard = [p.levels.take() if p.levels is not None else None for p in self._sources]
        return {
            "received": [self._received(number) for number in range(3)],
            "figures": [layer.figures(self.now) for layer in layers],
            "rates": [publication.steps(self.now) for publication in self._sources],
            "counters": [(layer.counters, layer.reception.received) for layer in layers],
            "levels": heard,
            "arrivals": self._uplink._arrivals.take(),
            "asked": sorted(self._asked, key=lambda asked: asked[ASKED_OF]),
            "outlets": [(s.outlet.packets, s.outlet.octets) for s in self._subscriptions],
            "rows": [self._row(s.rewriter) for s in self._subscriptions],
            "sent": [self._sent(transport) for transport in self._receivers],
            "dropped": {reason: n for reason, n in self._port.dropped.items() if n},
            "history": [self._kept(layer) for layer in layers],
        }

    @staticmethod
    def _row(rewriter: Rewriter) -> tuple[int, ...]:
        return tuple(int(getattr(rewriter.row, field)) for field in ROW)

    @staticmethod
    def _sent(transport: Transport) -> tuple[int, int]:
        memory = transport.sent.memory
        return memory.next, sum(memory.octets)

    @staticmethod
    def _kept(layer: Layer) -> list[bytes | None]:
        highest = layer.reception.highest
        found = (layer._history.find(number) for number in range(highest - 40, highest + 1))
        return [bytes(packet) if packet is not None else None for packet in found]

    def _received(self, number: int) -> dict[bytes, list[bytes]]:
        """By SSRC: which of two sources goes first within one batch is not promised. So their
        transport-wide numbers are taken out, once they are seen to go up by one each."""
        received: dict[bytes, list[bytes]] = {}
        while True:
            try:
                datagram = self._far[number].recv(2048)
            except BlockingIOError:
                return received
            packet = self._opened(number, datagram)
            at = self._numbered(packet, OTHER_ID if number == 1 else SEQUENCE_ID)
            if at:
                assert int.from_bytes(packet[at : at + 2], "big") == self._told[number]
                packet[at : at + 2] = bytes(2)
                self._told[number] += 1
            received.setdefault(datagram[8:12], []).append(bytes(packet))

    def _opened(self, number: int, datagram: bytes) -> bytearray:
        self._buffer.view[: len(datagram)] = datagram
        length = self._opening[number].unprotect(self._buffer, len(datagram))
        assert length
        return self._buffer.bytes[:length]

    @staticmethod
    def _numbered(packet: bytearray, identifier: int) -> int:
        """Where the transport-wide number lies; 0: nowhere."""
        if not packet[0] & 0x10:
            return 0
        start, end = extension_place(packet, identifier)
        return start if end - start >= 2 else 0

    def recorded(self) -> list[list[object]]:
        for publication in self._sources:
            ended = publication.tape
            publication.record(None, self.now)
            if ended is not None:
                ended.close()
        return [list(TapeReader(path, TAPE_KEY)) for path in self._tapes]

    async def close(self) -> None:
        for far in self._far:
            far.close()
        await self._port.close()


# ---- What is sent ---------------------------------------------------------------------------


class Step(NamedTuple):
    """A packet, its number so far ahead of the last one; then perhaps something else happens."""

    ssrc: int = 6
    ahead: int = 1
    first_byte: int = 0x80
    extension: bytes = b""
    body: bytes = b"x"
    payload_type: int | None = None
    """None: the right one."""
    then: str = ""


def one_byte(elements: list[tuple[int, bytes]]) -> bytes:
    """RFC 8285 §4.2; a padding byte now and then comes from id 0 with length 1."""
    return b"".join(bytes([id << 4 | len(value) - 1]) + value for id, value in elements)


def two_byte(elements: list[tuple[int, bytes]]) -> bytes:
    return b"".join(bytes([id, len(value)]) + value for id, value in elements)


def block(profile: int, elements: bytes, words_more: int) -> bytes:
    words = (len(elements) + 3) // 4
    head = profile.to_bytes(2, "big") + max(0, words + words_more).to_bytes(2, "big")
    return head + elements.ljust(4 * words, b"\0")


def numbered(number: int) -> bytes:
    return block(0xBEDE, one_byte([(NUMBER_ID, number.to_bytes(2, "big"))]), 0)


LEVEL = block(0xBEDE, one_byte([(LEVEL_ID, b"\x85")]), 0)
IDS = [LEVEL_ID, LEVEL_ID, 1, 2, 4, 6, 15, 0]
LOUD = block(0xBEDE, one_byte([(LEVEL_ID, b"\xa0")]), 0)
elements = st.lists(st.tuples(st.sampled_from(IDS), st.binary(min_size=1, max_size=5)), max_size=3)
extensions = st.one_of(
    st.just(LEVEL),
    st.just(LOUD),
    st.integers(0, 0xFFFF).map(numbered),
    st.integers(0, 0xFFFF).map(numbered),
    st.builds(block, st.just(0xBEDE), elements.map(one_byte), st.sampled_from([0, 0, 0, -1, 1])),
    st.builds(block, st.just(0x1007), elements.map(two_byte), st.sampled_from([0, 0, 0, -1, 1])),
    st.builds(block, st.just(0x1234), st.binary(min_size=1, max_size=9), st.just(0)),
)
bodies = st.one_of(
    st.binary(max_size=30),
    st.integers(1, 20).map(lambda n: bytes(n - 1) + bytes([n])),  # all of it padding, if it says so
    st.integers(0, 255).map(lambda n: bytes([n]) * 1550),
)
descriptors = st.builds(
    # RFC 7741 §4.2: what is there, whether a picture begins, its numbers; then its first byte.
    lambda present, begins, numbers, first: bytes([0x80 | begins, present]) + numbers + first,
    st.sampled_from([0x80, 0xC0, 0xE0, 0x40, 0x20, 0x00]),
    st.sampled_from([0x10, 0x10, 0x00]),
    st.binary(min_size=4, max_size=4),
    st.sampled_from([b"\0", b"\1"]),
)
AHEAD = [1] * 12 + [2, 2, 3, 0, -1, -2, 200, 4000]
THEN = (
    [""] * 4
    + ["drain"] * 6
    + ["mute", "tape", "tick", "drop", "rebind", "select", "select", "quieten"]
)


@st.composite
def steps(draw: st.DrawFn) -> Step:
    odd = draw(st.sampled_from([0] * 8 + [0x20, 0x20, 0x01, 0x03]))
    extension = draw(st.one_of(st.just(b""), extensions))
    return Step(
        ssrc=draw(st.sampled_from([*TYPES] * 5 + [7, 8] * 4 + [99])),
        ahead=draw(st.sampled_from(AHEAD)),
        first_byte=0x80 | odd | (0x10 if extension else 0),
        extension=extension,
        body=draw(st.one_of(descriptors, descriptors, bodies)),
        payload_type=draw(st.sampled_from([None] * 10 + [96])),
        then=draw(st.sampled_from(THEN)),
    )


def packets(script: list[Step]) -> Iterator[tuple[bytes, str]]:
    numbers = {5: 65_500, 6: 30, 7: 200, 8: 50_000, 99: 0}
    for position, step in enumerate(script):
        numbers[step.ssrc] += step.ahead
        number = numbers[step.ssrc]
        kind = TYPES.get(step.ssrc, 96) if step.payload_type is None else step.payload_type
        marker = 0x80 if position % 3 == 0 else 0
        timestamp = number * 960 + step.ssrc * 1_000_000
        head = FIXED.pack(
            step.first_byte, marker | kind, number & 0xFFFF, timestamp & 0xFFFFFFFF, step.ssrc
        )
        yield head + step.extension + step.body, step.then


class Outcome(NamedTuple):
    steps: list[dict[str, object]]
    tapes: list[list[object]]


async def play(script: list[Step], *, native: bool, host: str) -> Outcome:
    with TemporaryDirectory() as folder:
        house = House(Path(folder), native=native, host=host)
        try:
            seen: list[dict[str, object]] = []
            for packet, then in packets(script):
                house.send(packet)
                if then:
                    house.drain()
                    getattr(house, then)()
                    seen.append(house.seen())
            house.drain()
            seen.append(house.seen())
            return Outcome(seen, house.recorded())
        finally:
            await house.close()
            library.use(True)


@needs_native
@given(st.lists(steps(), min_size=5, max_size=60), st.sampled_from(HOSTS))
def test_both_paths_do_the_same(script: list[Step], host: str) -> None:
    in_c = asyncio.run(play(script, native=True, host=host))
    in_python = asyncio.run(play(script, native=False, host=host))

    for seen_c, seen_python in zip(in_c.steps, in_python.steps, strict=True):
        for name, value in seen_c.items():
            assert value == seen_python[name], name
    assert in_c.tapes == in_python.tapes


@needs_native
@pytest.mark.parametrize("host", HOSTS)
async def test_a_stream_in_good_order_never_reaches_python(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the test above might compare Python with itself."""
    house = House(tmp_path, native=True, host=host)
    keyframe = Step(ssrc=8, body=b"\x90\x80\x05\0", extension=numbered(9), first_byte=0x90)
    script = [Step(), keyframe] * 3
    for packet, _ in packets(script):
        house.send(packet)
        house.drain()
    reached: list[bytes] = []
    monkeypatch.setattr(house._uplink, "receive_rtp", lambda packet, now: reached.append(packet))
    for packet, _ in list(packets(script * 6))[len(script) :]:
        house.send(packet)
        house.drain()

    assert reached == []
    octets = sum(len(step.extension + step.body) for step in script[1::2]) * 6
    large = house._subscriptions[5].outlet
    assert (large.packets, large.octets) == (18, octets)
    assert house._subscriptions[4].outlet.packets == 18
    assert house._receivers[1].sent.memory.next == 18
    await house.close()


UDP_SEGMENT, UDP_GRO, SO_NO_CHECK = 103, 104, 11  # Python has no names for them


@needs_native
@pytest.mark.parametrize("host", HOSTS)
async def test_a_picture_goes_to_a_receiver_as_one_message_of_many_datagrams(
    tmp_path: Path, host: str
) -> None:
    house = House(tmp_path, native=True, host=host)
    far = house._far[2]
    far.setsockopt(socket.SOL_UDP, UDP_GRO, 1)  # then the kernel gives it as it was sent
    first, *picture = packets([Step(ssrc=5, body=bytes(n)) for n in (9, 900, 900, 900, 900, 300)])
    house.send(first[0])  # a source's first packet is Python's to deal with
    house.drain()
    far.recv(2048)
    for packet, _ in picture:
        house.send(packet)
    house.drain()

    data, ancillary, _, _ = far.recvmsg(65_535, 64)
    ((_, kind, size),) = ancillary
    assert kind == UDP_GRO
    each = int.from_bytes(size[:2], sys.byteorder)
    assert each > 900
    assert 4 * each + 300 < len(data) < 5 * each
    numbers = [int.from_bytes(data[at + 2 : at + 4], "big") for at in range(0, len(data), each)]
    assert numbers == [(numbers[0] + n) & 0xFFFF for n in range(5)]
    await house.close()


@needs_native
async def test_a_picture_sent_bit_by_bit_is_one_message(tmp_path: Path) -> None:
    house, native = House(tmp_path, native=True), library.native()
    assert native is not None
    far = house._far[2]
    far.setsockopt(socket.SOL_UDP, UDP_GRO, 1)
    begun, *row = (packet for packet, _ in packets([Step(ssrc=6, body=bytes(500))] * 61))
    house.send(begun)
    house.drain()
    far.recv(2048)

    asyncio.get_running_loop().remove_reader(house._port._socket)  # it would read them itself
    sizes = []
    with select.epoll() as epoll:
        epoll.register(house._port._socket, select.EPOLLIN)
        for picture in zip(*[iter(row)] * 3, strict=True):  # every third packet has the marker
            waiting = asyncio.to_thread(native.path_wait, house._port._path, epoll.fileno(), 20)
            slept = asyncio.create_task(waiting)
            for packet in picture:
                house.send(packet)
                sent_at = time.perf_counter()
                while time.perf_counter() < sent_at + 0.0002:
                    await asyncio.sleep(0)
            await slept
            sizes.append([])
            with contextlib.suppress(BlockingIOError):
                while True:
                    sizes[-1].append(len(far.recv(65_535)))

    one = max(len(packet) for packet in row)
    assert all(sum(messages) > 2 * one for messages in sizes)  # nothing is held for ever
    whole = sum(len(messages) == 1 for messages in sizes)
    assert whole > len(sizes) / 4  # a busy machine may make more of some
    await house.close()


@needs_native
async def test_a_picture_without_its_end_is_not_held(tmp_path: Path) -> None:
    house, native = House(tmp_path, native=True), library.native()
    assert native is not None
    script = [packet for packet, _ in packets([Step(ssrc=6)] * 3)]  # the first has the marker
    house.send(script[0])
    house.drain()
    for packet in script[1:]:
        house.send(packet)
    with select.epoll() as epoll:
        epoll.register(house._port._socket, select.EPOLLIN)
        native.path_wait(house._port._path, epoll.fileno(), 30)

    (row,) = house._received(2).values()
    assert len(row) == 3
    await house.close()


@needs_native
async def test_what_the_kernel_does_not_cut_up_is_sent_one_by_one(tmp_path: Path) -> None:
    """A socket without checksums is refused it, as is a network card that cannot make them."""
    house = House(tmp_path, native=True)
    house._port._socket.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
    script = [Step(ssrc=5, then="drain" if n % 5 == 0 else "") for n in range(11)]
    for packet, then in packets(script):
        house.send(packet)
        if then:
            house.drain()

    received = house._received(2)
    (row,) = received.values()
    numbers = [int.from_bytes(packet[2:4], "big") for packet in row]
    assert numbers == [(numbers[0] + n) & 0xFFFF for n in range(11)]
    apart = [transport.peer.apart for transport in house._receivers if transport.peer]
    assert apart[:2] == [1, 1]
    assert house._port.dropped["not_sent"] == 0
    await house.close()


@needs_native
async def test_what_is_missing_is_asked_for_while_c_forwards(tmp_path: Path) -> None:
    house = House(tmp_path, native=True)
    house._asked.clear()
    for packet, _ in packets([Step(), Step(ahead=2), Step(), Step(), Step()]):
        house.send(packet)
        house.drain()

    (asked,) = house._asked
    nack = RtcpPacket.parse(asked)[1]
    assert isinstance(nack, RtcpRtpfbPacket)
    assert nack.lost == [32]
    await house.close()


@pytest.mark.parametrize("native", [pytest.param(True, marks=needs_native), False])
async def test_what_is_sent_again_under_its_number_is_the_same_to_the_last_byte(
    tmp_path: Path, native: bool
) -> None:
    """Anything else under the same nonce would give away the key (RFC 7714 §8.1)."""
    house = House(tmp_path, native=native)
    script = [Step(ssrc=5, extension=numbered(n), first_byte=0x90) for n in range(20)]
    for packet, _ in packets(script):
        house.send(packet)
        house.drain()
    far, voice, subscription = house._far[1], house._sources[0], house._subscriptions[0]
    first = [far.recv(2048) for _ in script]

    for datagram in first[-5:]:
        number = int.from_bytes(datagram[2:4], "big")
        voice.resend(subscription, number, house.now)
        assert far.recv(2048) == datagram
    await house.close()
    library.use(True)


@needs_native
def test_constants_on_both_sides_agree() -> None:
    fields = {name: dict(library.ffi.typeof(f"struct {name}").fields) for name in SHARED_ARRAYS}
    for name, sizes in SHARED_ARRAYS.items():
        for field, size in sizes.items():
            assert fields[name][field].type.length == size
    source = (library.HERE / "path.c").read_text()
    for value in [
        f"RECORD_HEAD = {format.RECORD_HEAD.size}",
        f"RECORD_PACKET = {format.PACKET}",
        f"SPEECH = {speaker.SPEECH}",
    ]:
        assert value in source
    assert pending.ROOM < 1 << 32


ROW = tuple(name for name, _ in library.ffi.typeof("struct row").fields)
SHARED_ARRAYS = {
    "history": {"numbers": history.CAPACITY},
    "levels": {"level": levels.MOST},
    "peer": {"ssrcs": MOST_SSRCS},
    "source": {"outlets": MOST_OUTLETS},
    "arrivals": {"at": arrivals.MOST},
    "sent": {"at": sent.REMEMBERED},
    "given": {"numbers": REPEATABLE},
}


@needs_native
def test_a_library_of_other_sources_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in library.HERE.iterdir():
        if file.suffix in (".c", ".h", ".so"):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "path.c").write_text("changed")
    monkeypatch.setattr(library, "HERE", tmp_path)

    assert library._load() is None
