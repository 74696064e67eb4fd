"""The dearest datagrams that anyone may send take no longer than others can wait."""

import time
from collections.abc import Callable

import pytest
from aiortc.rtp import RtcpRtpfbPacket

from media.rtp import feedback
from tests.fixtures.offers import FIREFOX
from tests.fixtures.paths import in_c
from tests.fuzz import corpus, targets
from tests.fuzz.attacks import LARGEST, LONG_RUNS

__all__ = ["in_c"]

MOST_S = 0.02
"""Of CPU for one datagram of 1,400 bytes: what a voice waits for in a jitter buffer anyway."""
MOST_S_FOR_A_DESCRIPTION = 0.1
"""Of CPU for 64 KB: each takes a command of its own, of which a connection may send few."""
LONGEST_DESCRIPTION = 60_000


def every(words: int) -> bytes:
    """A request for all numbers that fit."""
    nack = RtcpRtpfbPacket(feedback.NACK, 1, corpus.RECEIVED, [])
    head = bytes(nack)[:2] + (words + 2).to_bytes(2, "big") + bytes(nack)[4:12]
    return head + b"".join(number.to_bytes(2, "big") + b"\xff\xff" for number in range(words))


def full(piece: bytes) -> bytes:
    return piece * (LARGEST // len(piece))


DEAREST: dict[str, tuple[Callable[[bytes], None], bytes]] = {
    "runs": (targets.downlink, full(LONG_RUNS)),
    "half of the runs": (targets.downlink, full(LONG_RUNS[:14] + b"\x07\xff" + LONG_RUNS[16:])),
    "one long request": (targets.downlink, every(300)),
    "many requests": (targets.downlink, full(every(1))),
    "key frames": (targets.downlink, full(corpus.COMPLAINTS[1])),
    "sender reports": (targets.uplink, full(corpus.REPORT)),
    "elements": (targets.uplink, corpus.rtp(6, 1, b"", 120, b"\x10\x00" * 600)),
    "padding": (targets.uplink, corpus.rtp(6, 1, b"", 120, bytes(1200) + b"\x10\x00")),
    "descriptor": (targets.uplink, corpus.rtp(8, 1, bytes(1300), 122)),
    "attributes": (
        targets.datagram,
        corpus.CHECK[:20] + full(b"\x00\x24\x00\x04" + bytes(4))[:1368],
    ),
}
DESCRIPTIONS = {
    "sources": "a=ssrc:{} cname:x\n",
    "layers": "a=rid:r{} send\n",
    "formats": "a=rtpmap:{} x/9\n",
    "sections": "m=audio 9 UDP 0\na=mid:x{}\n",
    "certificates": "a=fingerprint:sha-256 {}\n",
    "extensions": "a=extmap:{} urn:x\n",
}


def cost(target: Callable[[bytes], None], data: bytes) -> float:
    """The best of some runs: other processes only ever add to it."""
    spent = []
    for _ in range(5):
        begun = time.process_time()
        target(data)
        spent.append(time.process_time() - begun)
    return min(spent)


@pytest.mark.parametrize("name", DEAREST)
def test_one_datagram_is_soon_done(name: str) -> None:
    target, datagram = DEAREST[name]
    assert len(datagram) <= LARGEST
    whole = targets.joined([datagram]) if target is not targets.stun else datagram

    assert cost(target, whole) < MOST_S


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_a_long_description_is_done_or_refused_in_time(name: str) -> None:
    line = DESCRIPTIONS[name]
    lines = "".join(line.format(number) for number in range(LONGEST_DESCRIPTION // len(line)))
    layers = ";".join(f"r{number}" for number in range(3000)) if name == "layers" else ""
    text = FIREFOX + lines + (f"a=simulcast:send {layers}\n" if layers else "")

    assert cost(targets.description, text[:65_536].encode()) < MOST_S_FOR_A_DESCRIPTION
