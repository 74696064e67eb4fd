"""One source and its receivers: what goes out on the wire, what comes back, what is asked for."""

import socket
from collections.abc import AsyncIterator

import pytest
from aiortc.rtp import RtcpPacket, RtcpPsfbPacket, RtcpRtpfbPacket, RtcpSrPacket, RtpPacket
from hypothesis import given
from hypothesis import strategies as st
from pylibsrtp import Policy, Session

from media.clock import Clock
from media.relay.allocation import Step
from media.relay.arrival import Arrival
from media.relay.publication import TAPED_KEYFRAME_S, Publication
from media.relay.seam import Certificate, Srtp
from media.relay.socket import Port
from media.relay.subscription import Subscription
from media.relay.transport import Transport
from media.rtp.header import FIXED
from media.rtp.keyframes import KEYFRAME_INTERVAL_S
from media.rtp.losses import WAIT_S
from media.rtp.rewriter import Rewriter
from media.tape.format import CodecInfo, TapeOrder
from media.tape.writer import TapeWriter

KEY = bytes(range(30))
VIDEO = CodecInfo("video/VP8", 90000, 1, 120)
KEY_FRAME = b"\x10\x00frame"
"""RFC 7741 §4: it begins here, and the lowest bit of what follows is 0."""


class Nobody:
    def receive_rtp(self, packet: bytearray, now: float) -> None: ...
    def receive_rtcp(self, data: bytes, now: float) -> None: ...
    def connected(self) -> None: ...


class Wire:
    """A transport whose keys the test knows, and the far end of it."""

    def __init__(self) -> None:
        self.port = Port("127.0.0.1", 0, lambda: 0.0)
        self._far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._far.bind(("127.0.0.1", 0))
        self._far.setblocking(False)
        self.transport = Transport(self.port, Certificate(), Nobody(), lambda: None)
        self.transport.ice.address = self._far.getsockname()
        self.transport.key(
            Srtp(self._session(Policy.SSRC_ANY_INBOUND), self._session(Policy.SSRC_ANY_OUTBOUND))
        )
        self._keys = self._session(Policy.SSRC_ANY_INBOUND)

    @staticmethod
    def _session(direction: int) -> Session:
        policy = Policy(key=KEY, ssrc_type=direction)
        policy.allow_repeat_tx = True
        return Session(policy)

    def datagram(self) -> bytes | None:
        try:
            return self._far.recv(2048)
        except BlockingIOError:
            return None

    def packets(self) -> list[RtpPacket]:
        found = []
        while (datagram := self.datagram()) is not None:
            found.append(RtpPacket.parse(self._keys.unprotect(datagram)))
        return found

    def report(self) -> RtcpSrPacket:
        datagram = self.datagram()
        assert datagram is not None
        report = RtcpPacket.parse(self._keys.unprotect_rtcp(datagram))[0]
        assert isinstance(report, RtcpSrPacket)
        return report

    async def close(self) -> None:
        self._far.close()
        await self.port.close()


class Scene:
    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.asked: list[bytes] = []
        self.publication = Publication("id", "alice", "camera", VIDEO)
        self.publication.connect(Arrival(self.asked.append, bytes(256)))
        self.layer = self.publication.layers[0]
        self.layer.bind(5)
        self.subscription = Subscription(wire.transport, Rewriter(77, 96, 1000), "alice")
        self.publication.subscribe(self.subscription)
        self.publication.want_keyframe(0.0)
        self.asked.clear()

    def send(self, *numbers: int, payload_type: int = 120, body: bytes = b"frame") -> None:
        for number in numbers:
            head = FIXED.pack(0x80, 0x80 | payload_type, number & 0xFFFF, number * 10, 5)
            self.layer.receive(bytearray(head + body), number / 100)

    def padding(self, number: int) -> None:
        head = FIXED.pack(0xA0, 120, number, number * 10, 5)
        self.layer.receive(bytearray(head + bytes(19) + b"\x14"), number / 100)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    wire = Wire()
    yield Scene(wire)
    await wire.close()


async def test_a_receiver_sees_its_own_header_and_the_same_payload(scene: Scene) -> None:
    scene.send(65535, 65536)

    first, second = scene.wire.packets()
    assert (first.ssrc, first.payload_type, first.marker) == (77, 96, 1)
    assert (first.sequence_number, second.sequence_number) == (1000, 1001)
    assert (first.timestamp, first.payload) == (655350, b"frame")


async def test_a_foreign_payload_type_is_not_media(scene: Scene) -> None:
    scene.send(1, payload_type=124)

    assert scene.wire.packets() == []
    assert scene.layer.counters.foreign == 1


async def test_a_padding_probe_leaves_no_hole(scene: Scene) -> None:
    scene.send(1)
    scene.padding(2)
    scene.send(3)

    assert [p.sequence_number for p in scene.wire.packets()] == [1000, 1001]


async def test_a_lost_packet_is_sent_again_byte_for_byte(scene: Scene) -> None:
    scene.send(1, 2, 3)
    scene.wire.packets()
    again = scene.wire

    scene.publication.resend(scene.subscription, 1001, 0.0)
    scene.publication.resend(scene.subscription, 900, 0.0)

    assert again.datagram() is not None
    assert again.datagram() is None


async def test_what_was_muted_is_never_sent_again(scene: Scene) -> None:
    scene.send(1)
    scene.publication.set_muted(True, 0.0)
    scene.send(2, 3)
    scene.publication.set_muted(False, 0.0)
    scene.send(4)
    assert [p.sequence_number for p in scene.wire.packets()] == [1000, 1001]

    for number in range(990, 1010):
        scene.publication.resend(scene.subscription, number, 0.0)

    resent = [scene.wire.datagram(), scene.wire.datagram(), scene.wire.datagram()]
    assert resent[0] is not None
    assert resent[1:] == [None, None]


async def test_the_sender_is_asked_for_what_is_missing(scene: Scene) -> None:
    scene.send(1, 2, 5)

    scene.publication.ask(0.05 + WAIT_S)

    _, nack = RtcpPacket.parse(scene.asked[0])
    assert isinstance(nack, RtcpRtpfbPacket)
    assert (nack.media_ssrc, nack.lost) == (5, [3, 4])


async def test_key_frames_are_asked_for_once_in_a_while(scene: Scene) -> None:
    scene.publication.want_keyframe(0.1)
    scene.publication.want_keyframe(0.2)
    assert scene.asked == []

    scene.publication.ask(KEYFRAME_INTERVAL_S)

    _, loss = RtcpPacket.parse(scene.asked[0])
    assert isinstance(loss, RtcpPsfbPacket)
    assert len(scene.asked) == 1


async def test_a_tape_waits_for_no_key_frame_that_others_had(
    scene: Scene, order: TapeOrder
) -> None:
    scene.publication.want_keyframe(1.0)
    tape = TapeWriter(order, VIDEO, Clock(0.0, 0))
    scene.publication.record(tape, 1.0 + KEYFRAME_INTERVAL_S / 5)
    assert len(scene.asked) == 2
    scene.publication.record(None, 2.0)
    tape.close()


async def test_a_tape_asks_until_its_first_key_frame_has_come(
    scene: Scene, order: TapeOrder
) -> None:
    """The network may lose what is asked: the next would come ten seconds later."""
    tape = TapeWriter(order, VIDEO, Clock(0.0, 0))
    scene.publication.record(tape, 1.0)
    scene.send(100, 101)
    for tenth in range(10, 30):
        scene.publication.ask(tenth / 10)
    assert len(scene.asked) == 2.0 / KEYFRAME_INTERVAL_S

    scene.send(102, body=KEY_FRAME)
    assert not scene.layer.waiting  # the C packet path has it again
    scene.asked.clear()
    for tenth in range(30, 50):
        scene.publication.ask(tenth / 10)
    assert len(scene.asked) <= 1  # that had been wanted already
    scene.publication.record(None, 5.0)
    tape.close()


async def test_a_recording_can_be_entered_every_few_seconds(scene: Scene, order: TapeOrder) -> None:
    tape = TapeWriter(order, VIDEO, Clock(0.0, 0))
    for tenth in range(10 * 60):
        scene.publication.follow(tenth / 10)
        scene.publication.ask(tenth / 10)
    assert scene.asked == []  # of what nobody records

    scene.publication.record(tape, 60.0)
    scene.send(6000, body=KEY_FRAME)
    for tenth in range(10 * 60, 10 * 120):
        scene.publication.follow(tenth / 10)
        scene.publication.ask(tenth / 10)

    assert len(scene.asked) == 60 / TAPED_KEYFRAME_S
    scene.publication.record(None, 120.0)
    tape.close()


async def test_a_sender_report_is_passed_on_under_the_receiver_s_ssrc(scene: Scene) -> None:
    scene.layer.report(1 << 40, 5000, 0.0)
    assert scene.wire.datagram() is None
    scene.send(1, 2)
    scene.wire.packets()

    scene.layer.report(1 << 40, 5000, 1.0)

    report = scene.wire.report()
    info = report.sender_info
    assert (report.ssrc, info.ntp_timestamp, info.rtp_timestamp) == (77, 1 << 40, 5000)
    assert (info.packet_count, info.octet_count) == (2, 10)


@given(st.lists(st.binary(min_size=12, max_size=80), max_size=20))
def test_garbage_from_a_participant_is_counted_and_nothing_is_raised(packets: list[bytes]) -> None:
    publication = Publication("id", "alice", "camera", VIDEO)
    publication.connect(Arrival(lambda data: None, bytes(range(256)), 3, 4))
    (layer,) = publication.layers
    layer.bind(5)
    for packet in packets:
        layer.receive(bytearray(packet), 0.0)
        layer.receive(bytearray([packet[0] & 0x3F | 0x80, 120]) + packet[2:], 0.0)
        publication.ask(1.0)


async def test_sender_reports_in_a_burst_are_passed_on_once(scene: Scene) -> None:
    scene.send(1)
    scene.wire.packets()

    for repeat in range(20):
        scene.layer.report(1 << 40, 5000, 1.0 + repeat / 1000)

    assert scene.wire.datagram() is not None
    assert scene.wire.datagram() is None


def layered() -> Publication:
    publication = Publication("id", "alice", "camera", VIDEO, ("l", "h"))
    publication.connect(Arrival(lambda data: None, bytes(256)))
    return publication


async def test_a_padding_probe_of_a_layer_can_be_looked_up(scene: Scene) -> None:
    """It has no picture, which must not end the ticker that repeats what was sent last."""
    low, _ = layered().layers
    head = FIXED.pack(0xA0, 120, 1, 10, 5)
    low.receive(bytearray(head + b"\x01"), 0.0)

    kept = low.kept(low.reception.highest, 0.0)

    assert kept is not None
    assert kept.picture is None


async def test_who_leaves_waits_for_no_key_frame(scene: Scene) -> None:
    publication = layered()
    subscription = Subscription(scene.wire.transport, Rewriter(78, 96, 1000), "alice")
    publication.subscribe(subscription)
    publication.select(subscription, Step(1), 0.0)
    assert publication.layers[1].waiting

    publication.select(subscription, Step(0), 0.0)
    assert not publication.layers[1].waiting
    publication.unsubscribe(subscription)

    assert not publication.layers[0].waiting
