"""Columns say of packets what is said of one after another."""

from itertools import chain
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from media.recorder.ordering import ordered
from media.recorder.packets import Losses, RtpPacket
from media.recorder.rows import CHUNKS, RowReader
from media.tape.format import Packet, SenderReport
from tests.fixtures.one_by_one import Numbering, in_order
from tests.fixtures.senders import OPUS, Sender, chunked


def in_rows(records: list[Packet], per_chunk: int = 1) -> tuple[list[RtpPacket], Losses, int]:
    reader, losses = RowReader(), Losses()
    rows = ordered(reader.batches(chunked(records, per_chunk)), losses)
    return list(chain.from_iterable(row.packets() for row in rows)), losses, reader.malformed


def one_by_one(records: list[Packet]) -> tuple[list[RtpPacket], Losses, int]:
    numbering, losses = Numbering(), Losses()
    numbered = (packet for packet in map(numbering.number, records) if packet is not None)
    return list(in_order(numbered, losses)), losses, numbering.malformed


def essence(packets: list[RtpPacket]) -> list[tuple[int, int, int, bool, bytes]]:
    return [(p.stretch, p.sequence, p.timestamp, p.marker, p.payload) for p in packets]


@given(st.integers(0, 10_000), st.floats(0, 0.2), st.floats(0, 0.1), st.booleans())
def test_lost_late_repeated_and_new_ones_are_the_same_either_way(
    seed: int, loss: float, repeats: float, begins_anew: bool
) -> None:
    random, sender, sent = Random(seed), Sender(), []
    for number in range(1100):  # across batches' ends, and the wrap-around of both numbers
        if begins_anew and number == 400:
            sender = Sender(ssrc=7, sequence=random.randrange(65_536), timestamp=5)
        at = number * 0.02
        data = sender.packet(OPUS, at, number.to_bytes(2, "big"), marker=number % 3 == 0)
        delays = [random.expovariate(20) for _ in range(1 + (random.random() < repeats))]
        if number == 0 or (begins_anew and 350 <= number < 450):
            delays = [0.0]
        sent += [(at + delay, data) for delay in delays if number == 0 or random.random() >= loss]
    records = [Packet(at, data) for at, data in sorted(sent, key=lambda item: item[0])]

    columns, singles = in_rows(records), one_by_one(records)

    assert essence(columns[0]) == essence(singles[0])
    assert columns[1] == singles[1]
    assert len(records) > CHUNKS


@given(st.lists(st.binary(max_size=40), max_size=30))
def test_garbage_is_counted_and_nothing_is_raised(garbage: list[bytes]) -> None:
    records = [Packet(i / 10, data) for i, data in enumerate(garbage)]

    assert essence(in_rows(records)[0]) == essence(one_by_one(records)[0])
    assert in_rows(records)[2] == one_by_one(records)[2]


def test_header_parts_around_the_payload_are_left_out() -> None:
    fixed = bytes([0xB1, 0x80 | 111]) + b"\x00\x07" + b"\x00\x00\x00\x09" + b"\x00\x00\x00\x05"
    packet = fixed + b"CSRC" + b"\xbe\xde\x00\x01" + b"ext." + b"payload" + b"\x00\x00\x03"

    ((found,), _, _) = in_rows([Packet(0.0, packet)])

    assert (found.payload, found.sequence, found.timestamp) == (b"payload", 7, 9)


def test_a_report_is_beside_its_packets() -> None:
    sender = Sender()
    records: list[Packet | SenderReport] = [
        Packet(at, sender.packet(OPUS, at, b"x", marker=False)) for at in (0.0, 2.0, 4.0)
    ]
    records.insert(2, SenderReport(2.5, *sender.report(OPUS, 2.4, 0.0)))

    (batch,) = RowReader().batches(chunked(records))

    assert [(s, rtp) for s, rtp, _, _ in batch.reports] == [(0, 0xFFFF_0000 + 24 * 4800)]
