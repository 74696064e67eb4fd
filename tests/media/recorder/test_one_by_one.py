"""What test_rows.py compares with: packets parsed, numbered and ordered one after another."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.recorder.packets import WAIT_S, Losses, RtpPacket
from media.tape.format import Packet
from tests.fixtures.one_by_one import Numbering, in_order, parse
from tests.fixtures.senders import OPUS, Sender


def numbered(arrivals: list[tuple[float, bytes]]) -> list[RtpPacket]:
    numbering = Numbering()
    packets = [numbering.number(Packet(at, data)) for at, data in arrivals]
    return [packet for packet in packets if packet is not None]


def sent(count: int, sender: Sender | None = None) -> list[tuple[float, bytes]]:
    sender = sender or Sender()
    return [
        (i * 0.02, sender.packet(OPUS, i * 0.02, i.to_bytes(2, "big"), marker=False))
        for i in range(count)
    ]


def test_header_parts_around_the_payload_are_left_out() -> None:
    fixed = bytes([0xB1, 0x80 | 111]) + b"\x00\x07" + b"\x00\x00\x00\x09" + b"\x00\x00\x00\x05"
    packet = fixed + b"CSRC" + b"\xbe\xde\x00\x01" + b"ext." + b"payload" + b"\x00\x00\x03"

    assert parse(packet) == (5, 7, 9, True, b"payload")


@given(st.binary(max_size=40))
def test_garbage_is_refused_and_nothing_else_is_raised(data: bytes) -> None:
    try:
        parse(data)
    except ValueError:
        return


def test_numbers_go_on_beyond_their_wrap_around() -> None:
    packets = numbered(sent(200))

    assert [p.sequence - packets[0].sequence for p in packets] == list(range(200))
    assert [p.timestamp - packets[0].timestamp for p in packets] == [960 * i for i in range(200)]


@given(st.integers(0, 2**32), st.integers(0, 60))
def test_any_reordering_within_the_wait_is_undone(seed: int, spread: int) -> None:
    random, packets = Random(seed), sent(120)
    late = sorted((at + random.random() * spread / 50, data) for at, data in packets)

    ordered = list(in_order(numbered(late), losses := Losses()))

    first = ordered[0].payload  # what came before the first to arrive is not waited for
    assert [p.payload for p in ordered] == [
        i.to_bytes(2, "big") for i in range(int.from_bytes(first, "big"), 120)
    ]
    assert losses.lost == 0


def test_repeated_packets_count_once_and_lost_ones_are_counted() -> None:
    packets = sent(300)
    arrivals = [*packets[:10], packets[9], *packets[11:]]

    ordered = list(in_order(numbered(arrivals), losses := Losses()))

    assert len(ordered) == 299
    assert (losses.lost, losses.repeated) == (1, 1)


def test_a_loss_does_not_hold_back_longer_than_the_wait() -> None:
    packets = numbered([p for i, p in enumerate(sent(300)) if i != 5])

    given_out = in_order(iter(packets), Losses())
    for _ in range(6):
        last = next(given_out)

    assert last.sequence == packets[0].sequence + 6
    assert packets[-1].at_s > WAIT_S


def test_another_ssrc_is_another_stretch() -> None:
    first, second = sent(5), sent(5, Sender(ssrc=77, sequence=9, timestamp=5))

    packets = list(in_order(numbered(first + second), losses := Losses()))

    assert [p.stretch for p in packets] == [0] * 5 + [1] * 5
    assert losses == Losses(0, 0)


def test_what_is_no_rtp_is_counted() -> None:
    numbering = Numbering()

    assert numbering.number(Packet(0.0, b"?")) is None
    assert numbering.malformed == 1


@pytest.mark.parametrize("count", [0, 1])
def test_few_packets_are_no_special_case(count: int) -> None:
    assert len(list(in_order(numbered(sent(count)), Losses()))) == count
