"""Valid inputs of each target, made by our own writers and by aiortc's, to be damaged."""

from aioice import stun

from media.relay.writing import LocalSide, OfferedSection, write_offer
from media.rtp import feedback, transport_feedback
from media.rtp.arrivals import Arrival
from media.rtp.header import FIXED
from media.rtp.reception import ReceptionFigures
from media.rtp.repair import RepairRow
from tests.fixtures.offers import ANSWER, FIREFOX, SIMULCAST
from tests.fixtures.packetisers import CODECS, payloads, pictures
from tests.fuzz.stage import RECEIVED
from tests.fuzz.targets import CREDENTIALS, joined

KEYFRAME, DELTA = b"\x90\xe0\x81\x02\x09\x80\x10", b"\x80\xe0\x81\x03\x0a\x80\x11"


def rtp(
    ssrc: int, number: int, payload: bytes, kind: int = 120, extensions: bytes = b"", first: int = 0
) -> bytes:
    """`extensions`: one-byte elements (RFC 8285 §4.2)."""
    extensions += bytes(-len(extensions) % 4)
    block = b"\xbe\xde" + (len(extensions) // 4).to_bytes(2, "big") + extensions
    first |= 0x90 if extensions else 0x80
    head = FIXED.pack(first, kind, number & 0xFFFF, number * 3000 & 0xFFFFFFFF, ssrc)
    return head + (block if extensions else b"") + payload


def _again(packet: bytes, ssrc: int, kind: int) -> bytes:
    buffer = memoryview(bytearray(2048))
    row = RepairRow(ssrc, kind, 7)
    return bytes(buffer[: row.write(buffer, packet, 3)])


SEQUENCE = b"\x11\x00\x09"
VOICE = rtp(5, 1, b"voice", 111, SEQUENCE + b"\x30\x85")
NAMED = rtp(8, 1, KEYFRAME, 122, SEQUENCE + b"\x202\x40h")
PICTURE = [rtp(6, number, KEYFRAME if number == 1 else DELTA) for number in (1, 2, 3, 6, 7)]
SIZED = [NAMED, rtp(8, 2, DELTA, 122), rtp(9, 1, KEYFRAME, 122, b"\x202\x40l")]
TWO_BYTE = FIXED.pack(0x90, 120, 4, 9, 6) + b"\x10\x00\x00\x02\x03\x01\x85\x00\x01\x02\x00\x09"
PADDING = rtp(6, 8, bytes(9) + b"\x0a", first=0x20)
RESTORED = [_again(PICTURE[2], 66, 97), _again(SIZED[1], 99, 97)]
REPORT = feedback.sender_report(6, 1 << 63, 9000, 5, 5000, b"alice")
FIGURES = ReceptionFigures(3, -1, 70000, 12, 5, 6)
ARRIVALS = [Arrival(0x10000 + n, 1000 + n / 90) for n in (0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 19)]
TOLD = transport_feedback.write(1, RECEIVED, ARRIVALS, 0)
ENTRIES = RECEIVED.to_bytes(4, "big") + bytes(4)
COMPLAINTS = [
    feedback.negative_acknowledgement(RECEIVED, [0, 1, 3, 5, 6]),
    feedback.picture_loss(RECEIVED),
    bytes(feedback.RtcpPsfbPacket(4, 1, 0, ENTRIES)),
    feedback.receiver_report({RECEIVED: FIGURES}, 1_500_000),
    *TOLD,
]


def _check() -> bytes:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, b"transaction!")
    message.attributes["USERNAME"] = f"{CREDENTIALS.ufrag}:browser"
    message.attributes["PRIORITY"] = 1 << 24
    message.attributes["ICE-CONTROLLING"] = 1 << 40
    message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(CREDENTIALS.password.encode())
    message.add_fingerprint()
    return bytes(message)


def _offer() -> bytes:
    local = LocalSide(CREDENTIALS, ("sha-256", "28:4F"), [], "actpass")
    sections = [
        OfferedSection(str(mid), kind, mid, mid + 50, "stream track", "alice")
        for mid, kind in enumerate(("audio", "video"), 1)
    ]
    return write_offer(sections, local, 1).encode()


FRAGMENT = """a=ice-lite
m=audio 9 UDP/TLS/RTP/SAVPF 0
a=mid:0
a=ice-ufrag:09d0e1c8
a=ice-pwd:8e66c9b072c2d34269e800e8e71f9c11
a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host
a=end-of-candidates
"""
CHECK = _check()
HANDSHAKE = bytes.fromhex("16fefd0000000000000000000c") + bytes(12)
OFFERS = [FIREFOX.encode(), SIMULCAST.encode(), _offer()]
SEEDS: dict[str, list[bytes]] = {
    "stun": [CHECK],
    "header": [VOICE, NAMED, TWO_BYTE, PADDING],
    "descriptor": [*PICTURE[:2], NAMED],
    "repair": [*RESTORED, PADDING],
    "rtcp": [*COMPLAINTS, REPORT, b"".join(COMPLAINTS)],
    "arrivals": [packet[12:] for packet in TOLD],
    "description": [*OFFERS, ANSWER.encode()],
    "publish": OFFERS,
    "subscribe": [ANSWER.encode()],
    "watch": [FIREFOX.replace("a=sendonly", "a=recvonly").encode()],
    "program": [FIREFOX.encode(), FRAGMENT.encode()],
    "uplink": [
        joined([VOICE, *PICTURE, *RESTORED, PADDING]),
        joined([*SIZED, PICTURE[0], REPORT, TWO_BYTE]),
    ],
    "downlink": [joined([complaint]) for complaint in COMPLAINTS] + [joined(COMPLAINTS)],
    "datagram": [joined([CHECK, HANDSHAKE, VOICE, REPORT])],
    "pictures": [
        joined(payloads(codec, picture, number, 200))
        for codec in CODECS
        for number, picture in enumerate(pictures(codec, 30)[:2])
    ],
}
