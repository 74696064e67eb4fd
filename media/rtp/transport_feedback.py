"""Transport-wide feedback: what arrived when, as its receiver tells the sender.

Format of draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1: RTCP RTPFB with format 15; a row
of statuses from a base number on, then the time between arrivals in ticks of 250 µs.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from media.rtp.arrivals import Arrival

FORMAT = 15
TICK_S = 0.00025
REFERENCE_TICKS = 256
"""The reference time counts 64 ms."""
LOST, SMALL, LARGE = range(3)
"""Statuses; the number is also how many bytes the packet's time takes."""
MOST_STATUSES = 400
"""In one RTCP packet, so that it fits into a path MTU."""
LONGEST_RUN = 0x1FFF
MOST_TOLD = 2048
"""Statuses read of one datagram. A sender remembers no more packets (sent.py); a run of thousands
takes two bytes, and reading it would keep everyone waiting."""
WRAP_S = TICK_S * REFERENCE_TICKS * (1 << 24)
"""The reference time begins again after some 12 days."""
WORTH_A_RUN = 7
"""Alike in a row: fewer fit as well into a chunk of single symbols."""

_FCI = struct.Struct("!HH")


class Feedback(NamedTuple):
    base: int
    """16-bit number of the first status."""
    serial: int
    """Of feedback packets, modulo 256."""
    arrivals: list[float | None]
    """Seconds on the receiver's clock (modulo some 12 days); None: not arrived."""


def write(sender: int, media: int, arrivals: Sequence[Arrival], serial: int) -> list[bytes]:
    """RTCP packets that tell of `arrivals`, which are in the order of their numbers.

    What lies between two of them is told as lost. `serial`: of the first packet.
    """
    packets: list[bytes] = []
    for stretch in _stretches(arrivals):
        packets.append(_packet(sender, media, stretch, serial + len(packets) & 0xFF))
    return packets


def _stretches(arrivals: Sequence[Arrival]) -> Iterator[Sequence[Arrival]]:
    """Pieces that one packet can tell."""
    begin = 0
    for end in range(1, len(arrivals) + 1):
        if (
            end == len(arrivals)
            or arrivals[end].number - arrivals[begin].number >= MOST_STATUSES
            or not -8 < arrivals[end].at - arrivals[end - 1].at < 8
        ):
            yield arrivals[begin:end]
            begin = end


def _packet(sender: int, media: int, arrivals: Sequence[Arrival], serial: int) -> bytes:
    first = arrivals[0]
    ticks = round(first.at / TICK_S)
    reference = ticks // REFERENCE_TICKS
    before = reference * REFERENCE_TICKS
    symbols, times = [], bytearray()
    expected = first.number
    for number, at in arrivals:
        symbols += [LOST] * (number - expected)
        expected = number + 1
        ticks = round(at / TICK_S)
        change = ticks - before
        before = ticks
        small = 0 <= change <= 255
        symbols.append(SMALL if small else LARGE)
        times += change.to_bytes(1, "big") if small else change.to_bytes(2, "big", signed=True)
    body = _FCI.pack(first.number & 0xFFFF, len(symbols))
    body += (reference & 0xFFFFFF).to_bytes(3, "big") + bytes([serial])
    body += b"".join(_chunks(symbols)) + times
    body += bytes(-len(body) % 4)
    words = 2 + len(body) // 4
    return struct.pack("!BBHII", 0x80 | FORMAT, 205, words, sender, media) + body


def _chunks(symbols: list[int]) -> Iterator[bytes]:
    at = 0
    while at < len(symbols):
        run = 1
        while at + run < len(symbols) and symbols[at + run] == symbols[at] and run < LONGEST_RUN:
            run += 1
        if run >= WORTH_A_RUN or at + run == len(symbols):
            yield (symbols[at] << 13 | run).to_bytes(2, "big")
            at += run
            continue
        word = 0b11
        for symbol in (symbols[at : at + 7] + [LOST] * 7)[:7]:
            word = word << 2 | symbol
        yield word.to_bytes(2, "big")
        at += 7


def read(fci: bytes) -> Feedback:
    """What follows the two SSRCs of a packet of format 15. Raises ValueError."""
    if len(fci) < 8:
        raise ValueError("transport feedback ends inside its head")
    base, expected = _FCI.unpack_from(fci)
    reference = int.from_bytes(fci[4:7], "big", signed=True)
    if expected > MOST_TOLD:
        raise ValueError("transport feedback tells of more than can be remembered")
    symbols, at = _statuses(fci, expected)
    ticks = reference * REFERENCE_TICKS
    arrivals: list[float | None] = []
    for symbol in symbols:
        if symbol == LOST:
            arrivals.append(None)
            continue
        if symbol not in (SMALL, LARGE) or at + symbol > len(fci):
            raise ValueError("transport feedback ends inside its times")
        ticks += int.from_bytes(fci[at : at + symbol], "big", signed=symbol == LARGE)
        at += symbol
        arrivals.append(ticks * TICK_S)
    return Feedback(base, fci[7], arrivals)


def _statuses(fci: bytes, expected: int) -> tuple[list[int], int]:
    symbols: list[int] = []
    at = 8
    while len(symbols) < expected:
        if at + 2 > len(fci):
            raise ValueError("transport feedback ends inside its statuses")
        word = int.from_bytes(fci[at : at + 2], "big")
        at += 2
        if not word & 0x8000:
            symbols += [word >> 13 & 3] * min(word & LONGEST_RUN, expected - len(symbols))
            if not word & LONGEST_RUN:
                raise ValueError("transport feedback holds an empty run")
        elif word & 0x4000:
            symbols += [word >> shift & 3 for shift in range(12, -1, -2)]
        else:
            symbols += [word >> shift & 1 for shift in range(13, -1, -1)]
    return symbols[:expected], at
