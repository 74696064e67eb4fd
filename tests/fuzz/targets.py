"""Everything that reads bytes from the network, as functions that take any bytes at all.

Each declares, where it calls the product, which exceptions are the product's answer to nonsense.
Whatever else comes out of it is a bug. They are driven by hypothesis (`test_targets.py`) and, with
coverage as a guide, by atheris (`atheris_run.py`).
"""

from collections.abc import Callable, Iterator
from contextlib import suppress

from media.recorder.frames import PICTURES
from media.relay.description import parse
from media.relay.ice import Credentials, IceLite, parse_check
from media.relay.refusals import MediaRefused
from media.rtp import feedback, transport_feedback, vp8
from media.rtp.header import find_extension, is_empty, translate_extensions
from media.rtp.repair import RepairRow, restore
from signalling.streams.descriptions import read_fragment, sources_of
from tests.fuzz import stage

Target = Callable[[bytes], None]

CREDENTIALS = Credentials("relay", "p" * 32)
TABLE = bytes([0, 2, 0, 1, 14, 5, 20, *range(7, 256)])
SOURCES = {"0": "microphone", "1": "camera", "2": "screen"}


def joined(pieces: list[bytes]) -> bytes:
    """Several datagrams as one input."""
    return b"".join(len(piece).to_bytes(2, "big") + piece for piece in pieces)


def pieces(data: bytes) -> Iterator[bytes]:
    """The inverse; the last one may be cut."""
    while len(data) > 2:
        end = 2 + int.from_bytes(data[:2], "big")
        yield data[2:end]
        data = data[end:]


def stun(data: bytes) -> None:
    ice = IceLite()
    ice.local = CREDENTIALS
    with suppress(ValueError):
        check = parse_check(data)
        ice.answer(check, ("192.0.2.1", 4000), 1.0)


def header(data: bytes) -> None:
    """RTP, with its header extensions."""
    changed = bytearray(data)
    with suppress(ValueError):
        translate_extensions(changed, TABLE, 3, 1)
    assert len(changed) == len(data)
    for wanted in (1, 4, 15):
        with suppress(ValueError):
            find_extension(data, wanted)
    with suppress(ValueError):
        is_empty(data)


def descriptor(data: bytes) -> None:
    """VP8's, and the numbers written into it."""
    with suppress(ValueError):
        picture = vp8.read(data)
        changed = bytearray(data)
        vp8.renumber(memoryview(changed), picture, 0x1234, 0x56)
        assert len(changed) == len(data)


def repair(data: bytes) -> None:
    """Packets sent again (RTX): read as a publisher's, written as a receiver's."""
    buffer = memoryview(bytearray(len(data) + 2))
    with suppress(ValueError):
        restore(bytearray(data), 5, 120)
    with suppress(ValueError):
        RepairRow(77, 97, 0xFFFF).write(buffer, data, 9)


def rtcp(data: bytes) -> None:
    with suppress(ValueError):
        for packet in feedback.parse(data):
            if isinstance(packet, feedback.RtcpPsfbPacket):
                feedback.wants_keyframe(packet)
    with suppress(ValueError):
        for told in feedback.transport_feedbacks(data):
            assert len(told.arrivals) <= transport_feedback.MOST_TOLD


def arrivals(data: bytes) -> None:
    """What follows the two SSRCs of a transport-wide feedback."""
    with suppress(ValueError):
        told = transport_feedback.read(data)
        assert len(told.arrivals) <= transport_feedback.MOST_TOLD


def description(data: bytes) -> None:
    """SDP, up to the answer."""
    with suppress(MediaRefused):
        parse(data.decode("utf-8", "replace"))


def publish(data: bytes) -> None:
    """An offer to a room, which is as it was if it refuses."""
    with suppress(MediaRefused):
        stage.publish(data.decode("utf-8", "replace"), SOURCES)


def subscribe(data: bytes) -> None:
    """An answer to what a room offers."""
    with suppress(MediaRefused):
        stage.answer(data.decode("utf-8", "replace"))


def watch(data: bytes) -> None:
    """An offer to receive, which a room answers without asking back."""
    with suppress(MediaRefused):
        stage.watch(data.decode("utf-8", "replace"))


def program(data: bytes) -> None:
    """What programs send by HTTP: an offer to publish, a fragment about their ICE session."""
    text = data.decode("utf-8", "replace")
    with suppress(MediaRefused):
        sources_of(parse(text))
    with suppress(MediaRefused):
        read_fragment(text)


def uplink(data: bytes) -> None:
    """What one sends after it was decrypted: RTP and RTCP, in any order. Nothing is declared."""
    stage.hear(pieces(data))


def downlink(data: bytes) -> None:
    """The RTCP of one who receives. Nothing is declared."""
    stage.complain(pieces(data))


def datagram(data: bytes) -> None:
    """Straight from the socket: STUN, DTLS, RTP or nothing of these. Nothing is declared."""
    stage.arrive(pieces(data))


def pictures(data: bytes) -> None:
    """Payloads of a tape, as each codec reads them."""
    for made in PICTURES.values():
        codec, parts = made(), list[bytes]()
        for piece in pieces(data):
            with suppress(ValueError, IndexError):
                parts.append(codec.read(piece).data)
        with suppress(ValueError, IndexError):
            codec.size(codec.join(parts))
        codec.size(data)


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        stun,
        header,
        descriptor,
        repair,
        rtcp,
        arrivals,
        description,
        publish,
        subscribe,
        watch,
        program,
        uplink,
        downlink,
        datagram,
        pictures,
    )
}
