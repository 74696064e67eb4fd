"""The C packet path and the Python one, given the same datagrams, do the same to the last byte."""

import asyncio
import socket
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
from media.relay.publication import Publication
from media.relay.seam import Buffer, Certificate, Srtp
from media.relay.socket import Port
from media.relay.subscription import Subscription
from media.relay.transport import Transport
from media.relay.uplink import MOST_SSRCS
from media.rtp import history, levels, reception
from media.rtp.header import FIXED
from media.rtp.rewriter import Rewriter
from media.tape import format, pending
from media.tape.format import CodecInfo
from media.tape.reader import TapeReader
from media.tape.writer import TapeWriter
from tests.fixtures.tapes import KEY as TAPE_KEY
from tests.fixtures.tapes import order

KEY = bytes(range(30))
AUDIO = CodecInfo("audio/opus", 48000, 2, 111)
VIDEO = CodecInfo("video/VP8", 90000, 1, 120)
SSRCS = {111: 5, 120: 6}
LEVEL_ID = 3
TABLE = bytes([0, 4, 0, 1, 14, 5, 20, *range(7, 256)])

needs_native = pytest.mark.skipif(not library.use(True), reason="the C packet path was not built")


def session(direction: int) -> Session:
    return Session(Policy(key=KEY, ssrc_type=direction))


class Keyed:
    """A transport's owner whose packets go to the publications by SSRC."""

    def __init__(self) -> None:
        self.publications: dict[int, Publication] = {}
        self.unknown = 0

    def receive_rtp(self, packet: bytearray, now: float) -> None:
        publication = self.publications.get(int.from_bytes(packet[8:12], "big"))
        if publication is None:
            self.unknown += 1
        else:
            publication.receive(packet, now)

    def receive_rtcp(self, data: bytes, now: float) -> None: ...
    def connected(self) -> None: ...


class House:
    """A port with one sender of two sources and three receivers, one of them without keys."""

    def __init__(self, folder: Path, *, native: bool) -> None:
        assert library.use(native) == native
        self.now = 1.0
        self._folder = folder
        self._port = Port("127.0.0.1", 0, lambda: self.now)
        self._certificate = Certificate()
        self._far = [self._socket() for _ in range(3)]
        self._keyed = Keyed()
        self._uplink = self._transport(self._far[0], self._keyed)
        self._sources = {pt: self._publication(pt) for pt in SSRCS}
        self._tell_sources()
        self._asked: list[bytes] = []
        self._subscriptions: list[Subscription] = []
        for number, transport in enumerate(self._receivers()):
            for payload_type, publication in self._sources.items():
                rewriter = Rewriter(SSRCS[payload_type] + 10 * number, 100 + number, 65_530)
                subscription = Subscription(transport, rewriter, "alice")
                publication.subscribe(subscription)
                self._subscriptions.append(subscription)
        self._keys = Srtp(*[session(Policy.SSRC_ANY_OUTBOUND) for _ in range(2)])
        self._buffer = Buffer()
        self._tapes: list[Path] = []

    @staticmethod
    def _socket() -> socket.socket:
        far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        far.bind(("127.0.0.1", 0))
        far.setblocking(False)
        return far

    def _transport(self, far: socket.socket, receiver: Keyed) -> Transport:
        transport = Transport(self._port, self._certificate, receiver, lambda: None)
        transport.key(Srtp(session(Policy.SSRC_ANY_INBOUND), session(Policy.SSRC_ANY_OUTBOUND)))
        transport.ice.address = far.getsockname()
        if transport.peer is not None:
            self._port.tell_address(transport.peer, far.getsockname())
        self._port.know_address(far.getsockname(), transport)
        return transport

    def _receivers(self) -> Iterator[Transport]:
        yield self._transport(self._far[1], Keyed())
        yield self._transport(self._far[2], Keyed())
        unconnected = Transport(self._port, self._certificate, Keyed(), lambda: None)
        yield unconnected

    def _publication(self, payload_type: int) -> Publication:
        codec = AUDIO if payload_type == AUDIO.payload_type else VIDEO
        publication = Publication("id", "alice", "source", codec)
        publication.connect(lambda data: self._asked.append(data), TABLE, LEVEL_ID)
        publication.bind(SSRCS[payload_type])
        self._keyed.publications[SSRCS[payload_type]] = publication
        return publication

    def _tell_sources(self) -> None:
        peer = self._uplink.peer
        if peer is not None:
            for place, (ssrc, publication) in enumerate(self._keyed.publications.items()):
                peer.ssrcs[place], peer.sources[place] = ssrc, publication.native
            peer.source_count = len(self._keyed.publications)

    # ---- What happens -----------------------------------------------------------------------

    def send(self, packet: bytes) -> None:
        self._buffer.view[: len(packet)] = packet
        length = self._keys.protect(self._buffer, len(packet))
        # libsrtp refuses what is too malformed or too old to be sent under a key: send it bare.
        datagram = self._buffer.view[:length] if length else packet
        self._far[0].sendto(datagram, ("127.0.0.1", self._port.number))

    def drain(self) -> None:
        self.now += 0.013
        if self._port._path is None:
            self._port._drain()
        else:
            self._port._pump()

    def mute(self) -> None:
        for publication in self._sources.values():
            publication.set_muted(not publication.muted, self.now)

    def tape(self) -> None:
        for number, publication in enumerate(self._sources.values()):
            if publication.tape is None:
                path = self._folder / f"{len(self._tapes)}-{number}"
                publication.tape = TapeWriter(order(path), publication.codec, Clock(1.0, 0))
                publication.tape.pending.memory.started = 1.0
                self._tapes.append(path)
            else:
                tape, publication.tape = publication.tape, None
                tape.close()

    def tick(self) -> None:
        self.now += 0.08
        for publication in self._sources.values():
            publication.ask(self.now)

    def rebind(self) -> None:
        """The sender says that its next packets are another row."""
        for publication in self._sources.values():
            publication.bind(publication.ssrc + 1 if publication.ssrc is not None else 1)

    def drop(self) -> None:
        """One receiver goes, and comes again at the end of the list."""
        publication = self._sources[AUDIO.payload_type]
        publication.unsubscribe(self._subscriptions[0])
        publication.subscribe(self._subscriptions[0])

    # ---- What can be seen -------------------------------------------------------------------

    def seen(self) -> dict[str, object]:
        sources = self._sources.values()
        heard = [p.levels.take() if p.levels is not None else None for p in sources]
        return {
            "received": [self._received(far) for far in self._far],
            "figures": [p.figures(self.now) for p in sources],
            "counters": [(p.foreign, p.malformed, p.received) for p in sources],
            "levels": heard,
            "unknown": self._keyed.unknown,
            "asked": self._asked,
            "outlets": [(s.outlet.packets, s.outlet.octets) for s in self._subscriptions],
            "rows": [self._row(s.rewriter) for s in self._subscriptions],
            "dropped": {reason: n for reason, n in self._port.dropped.items() if n},
            "history": self._kept(),
        }

    @staticmethod
    def _row(rewriter: Rewriter) -> tuple[int, ...]:
        row = rewriter.row
        return row.next, row.first, row.offset, row.restart

    def _kept(self) -> list[bytes | None]:
        kept = self._sources[VIDEO.payload_type]._history
        highest = self._sources[VIDEO.payload_type]._reception.highest
        assert kept is not None
        found = (kept.find(number) for number in range(highest - 40, highest + 1))
        return [bytes(packet) if packet is not None else None for packet in found]

    @staticmethod
    def _received(far: socket.socket) -> dict[bytes, list[bytes]]:
        """By SSRC: which of two sources goes first within one batch is not promised."""
        received: dict[bytes, list[bytes]] = {}
        try:
            while True:
                datagram = far.recv(2048)
                received.setdefault(datagram[8:12], []).append(datagram)
        except BlockingIOError:
            return received

    def recorded(self) -> list[list[object]]:
        for publication in self._sources.values():
            if publication.tape is not None:
                publication.tape.close()
                publication.tape = None
        return [list(TapeReader(path, TAPE_KEY)) for path in self._tapes]

    async def close(self) -> None:
        for far in self._far:
            far.close()
        await self._port.close()


# ---- What is sent ---------------------------------------------------------------------------


class Step(NamedTuple):
    """A packet, its number so far ahead of the last one; then perhaps something else happens."""

    payload_type: int
    ahead: int
    first_byte: int
    extension: bytes
    body: bytes
    ssrc: int | None
    then: str


def one_byte(elements: list[tuple[int, bytes]]) -> bytes:
    """RFC 8285 §4.2; a padding byte now and then comes from id 0 with length 1."""
    return b"".join(bytes([id << 4 | len(value) - 1]) + value for id, value in elements)


def two_byte(elements: list[tuple[int, bytes]]) -> bytes:
    return b"".join(bytes([id, len(value)]) + value for id, value in elements)


def block(profile: int, elements: bytes, words_more: int) -> bytes:
    words = (len(elements) + 3) // 4
    head = profile.to_bytes(2, "big") + max(0, words + words_more).to_bytes(2, "big")
    return head + elements.ljust(4 * words, b"\0")


LEVEL = block(0xBEDE, one_byte([(LEVEL_ID, b"\x85")]), 0)
IDS = [LEVEL_ID, LEVEL_ID, 1, 2, 4, 6, 15, 0]
elements = st.lists(st.tuples(st.sampled_from(IDS), st.binary(min_size=1, max_size=5)), max_size=3)
extensions = st.one_of(
    st.just(LEVEL),
    st.builds(block, st.just(0xBEDE), elements.map(one_byte), st.sampled_from([0, 0, 0, -1, 1])),
    st.builds(block, st.just(0x1007), elements.map(two_byte), st.sampled_from([0, 0, 0, -1, 1])),
    st.builds(block, st.just(0x1234), st.binary(min_size=1, max_size=9), st.just(0)),
)
bodies = st.one_of(
    st.binary(max_size=30),
    st.integers(1, 20).map(lambda n: bytes(n - 1) + bytes([n])),  # all of it padding, if it says so
    st.integers(0, 255).map(lambda n: bytes([n]) * 1550),
)
AHEAD = [1] * 12 + [2, 2, 3, 0, -1, -2, 200, 4000]
THEN = [""] * 4 + ["drain"] * 6 + ["mute", "tape", "tick", "drop", "rebind"]


@st.composite
def steps(draw: st.DrawFn) -> Step:
    payload_type = draw(st.sampled_from([111, 120] * 5 + [96]))
    odd = draw(st.sampled_from([0] * 8 + [0x20, 0x20, 0x01, 0x03]))
    extension = draw(st.one_of(st.just(b""), extensions))
    return Step(
        payload_type=payload_type,
        ahead=draw(st.sampled_from(AHEAD)),
        first_byte=0x80 | odd | (0x10 if extension else 0),
        extension=extension,
        body=draw(bodies),
        ssrc=draw(st.sampled_from([None] * 9 + [99])),
        then=draw(st.sampled_from(THEN)),
    )


def packets(script: list[Step]) -> Iterator[tuple[bytes, str]]:
    numbers = {111: 65_500, 120: 30, 96: 0}
    for position, step in enumerate(script):
        numbers[step.payload_type] += step.ahead
        number = numbers[step.payload_type]
        ssrc = step.ssrc or SSRCS.get(step.payload_type, 6)
        marker = 0x80 if position % 3 == 0 else 0
        head = FIXED.pack(
            step.first_byte,
            marker | step.payload_type,
            number & 0xFFFF,
            number * 960 & 0xFFFFFFFF,
            ssrc,
        )
        yield head + step.extension + step.body, step.then


class Outcome(NamedTuple):
    steps: list[dict[str, object]]
    tapes: list[list[object]]


async def play(script: list[Step], *, native: bool) -> Outcome:
    with TemporaryDirectory() as folder:
        house = House(Path(folder), native=native)
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
@given(st.lists(steps(), min_size=5, max_size=60))
def test_both_paths_do_the_same(script: list[Step]) -> None:
    in_c = asyncio.run(play(script, native=True))
    in_python = asyncio.run(play(script, native=False))

    for seen_c, seen_python in zip(in_c.steps, in_python.steps, strict=True):
        for name, value in seen_c.items():
            assert value == seen_python[name], name
    assert in_c.tapes == in_python.tapes


@needs_native
async def test_a_stream_in_good_order_never_reaches_python(tmp_path: Path) -> None:
    """Otherwise the test above might compare Python with itself."""
    house = House(tmp_path, native=True)
    for packet, _ in packets([Step(120, 1, 0x80, b"", b"x", None, "")] * 3):
        house.send(packet)
        house.drain()
    house._keyed.publications.clear()  # what is left to Python now counts as unknown
    for packet, _ in packets([Step(120, 1, 0x80, b"", b"x", None, "")] * 20):
        house.send(packet[:3] + bytes([packet[3] + 3]) + packet[4:])
        house.drain()

    seen = house.seen()
    assert seen["unknown"] == 0
    assert seen["outlets"] == [(0, 0), (23, 23)] * 3
    await house.close()


@needs_native
async def test_what_is_missing_is_asked_for_while_c_forwards(tmp_path: Path) -> None:
    house = House(tmp_path, native=True)
    plain = Step(120, 1, 0x80, b"", b"x", None, "")
    for packet, _ in packets([plain, plain._replace(ahead=2), plain, plain, plain]):
        house.send(packet)
        house.drain()

    (asked,) = house._asked
    nack = RtcpPacket.parse(asked)[1]
    assert isinstance(nack, RtcpRtpfbPacket)
    assert nack.lost == [32]
    await house.close()


@needs_native
def test_constants_on_both_sides_agree() -> None:
    fields = {name: dict(library.ffi.typeof(f"struct {name}").fields) for name in SHARED_ARRAYS}
    for name, sizes in SHARED_ARRAYS.items():
        for field, size in sizes.items():
            assert fields[name][field].type.length == size
    source = (library.HERE / "path.c").read_text()
    for value in [
        f"LARGEST_JUMP = {reception.LARGEST_JUMP}",
        f"RECORD_HEAD = {format.RECORD_HEAD.size}",
        f"RECORD_PACKET = {format.PACKET}",
    ]:
        assert value in source
    assert pending.ROOM < 1 << 32


SHARED_ARRAYS = {
    "history": {"numbers": history.CAPACITY},
    "levels": {"level": levels.MOST},
    "peer": {"ssrcs": MOST_SSRCS},
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
