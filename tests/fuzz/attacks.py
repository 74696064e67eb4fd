"""What one who is connected may send: seeded, endless, each kind through the door it needs."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from random import Random

from aioice import stun
from pylibsrtp import Error

from benchmarks.sfu.link import Link
from media.rtp import feedback
from media.rtp.header import FIXED
from tests.fuzz import corpus
from tests.fuzz.company import Guest

LARGEST = 1400
LONG_RUNS = b"\x8f\xcd\x00\x08" + bytes(10) + b"\xff\xf8" + bytes(4) + b"\x1f\xff" * 8
"""Transport-wide feedback of 65,528 packets in 36 bytes."""
FIRST_BYTES = [0, 1, 20, 21, 22, 23, 60, 100, 128, 144, 176, 191, 255]


def damaged(data: bytes, chance: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(changed) + 1)
        match chance.randrange(4):
            case 0 if place < len(changed):
                changed[place] = chance.choice([0, 1, 15, 16, 127, 128, 255, chance.randrange(256)])
            case 1:
                del changed[place : place + chance.randint(1, 8)]
            case 2:
                changed[place:place] = chance.randbytes(chance.randint(1, 8))
            case 3:
                changed[place:place] = changed[place : place + chance.randint(1, 40)]
    return bytes(changed)


def garbage(guest: Guest, chance: Random) -> Iterator[None]:
    """Of every protocol by its first byte, and of none."""
    while True:
        rest = chance.randbytes(chance.choice([0, 1, 11, 19, 40, 1200]))
        guest.uplink.send(bytes([chance.choice(FIRST_BYTES)]) + rest)
        yield


def dtls(guest: Guest, chance: Random) -> Iterator[None]:
    """Records of every kind without keys: alerts, new handshakes, data."""
    while True:
        kind = chance.choice([20, 21, 22, 23, 24, 26])
        body = chance.choice([b"\x01\x00", b"\x02\x28", chance.randbytes(chance.randint(0, 300))])
        head = bytes([kind]) + b"\xfe\xfd" + bytes(2) + chance.randbytes(6)
        record = head + len(body).to_bytes(2, "big") + body
        guest.uplink.send(chance.choice([record, damaged(record, chance)]))
        yield


def checks(guest: Guest, chance: Random) -> Iterator[None]:
    """STUN: with a valid password around nonsense, and damaged."""
    link = guest.uplink
    while True:
        message = stun.Message(chance.choice(list(stun.Method)), chance.choice(list(stun.Class)))
        message.attributes["USERNAME"] = f"{link._remote.user}:{'x' * chance.randrange(200)}"
        if chance.random() < 0.3:
            message.attributes["ICE-CONTROLLED"] = chance.randrange(1 << 63)
        if chance.random() < 0.3:
            message.attributes["ERROR-CODE"] = (chance.randrange(300, 700), "no")
        message.add_message_integrity(link._remote.password.encode())
        link.send(chance.choice([bytes(message), damaged(bytes(message), chance)]))
        yield


def rtp(guest: Guest, chance: Random) -> Iterator[None]:
    """Under the sender's own keys: its own sources damaged, jumping, repeated, and unknown ones."""
    ssrcs = [source.ssrc for source in guest.sources]
    ssrcs += [ssrc + 1 for ssrc in ssrcs] + [7]
    number = 0
    while True:
        number += chance.choice([1, 1, 1, 0, 2, 50, 4000, -3])
        kind = chance.choice([96, 97, 111]) | chance.choice([0, 0x80])
        payload = chance.choice([corpus.KEYFRAME, corpus.DELTA, b"", chance.randbytes(1100)])
        elements = chance.choice([b"", b"\x101", b"\x100", b"\x20\x05", chance.randbytes(9)])
        packet = corpus.rtp(
            chance.choice(ssrcs), number, payload, kind, elements, chance.choice([0, 0, 0x20, 3])
        )
        if chance.random() < 0.5:  # the first twelve bytes whole, or libsrtp would not protect it
            packet = packet[: FIXED.size] + damaged(packet[FIXED.size :], chance)
        _protected(guest.uplink, packet, guest.uplink.sending.protect)
        yield


def reports(guest: Guest, chance: Random) -> Iterator[None]:
    """Under the sender's own keys, on both its peer connections: requests, feedback, reports."""
    while True:
        known = list(guest.heard) or [corpus.RECEIVED]
        ssrc = chance.choice(known)
        numbers = chance.sample(range(0x10000), 200)
        told = chance.choice(corpus.TOLD)
        whole = [
            feedback.negative_acknowledgement(ssrc, numbers),
            feedback.picture_loss(ssrc) * 10,
            told * 8,
            LONG_RUNS * 30,
            guest.sources[0].report() * 8,
            corpus.REPORT,
        ]
        packet = chance.choice(whole)
        if chance.random() < 0.5:
            packet = packet[:8] + damaged(packet[8:], chance)
        link = chance.choice([guest.uplink, guest.downlink])
        _protected(link, packet[:LARGEST], link.sending.protect_rtcp)
        yield


def _protected(link: Link, packet: bytes, protect: Callable[[bytes], bytes]) -> None:
    """What libsrtp refuses (too malformed, too old, too long) goes as it is."""
    datagram = packet
    with suppress(Error):
        datagram = protect(packet)
    link.send(datagram)


ATTACKS: dict[str, Callable[[Guest, Random], Iterator[None]]] = {
    attack.__name__: attack for attack in (garbage, dtls, checks, rtp, reports)
}
