"""What is sent again comes out as it was, and not more of it than a line can carry."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from media.rtp.header import FIXED
from media.rtp.repair import AGAIN_S, BURST_BYTES, SHARE, RepairBudget, RepairRow, restore

PLAIN = FIXED.pack(0x80, 0x80 | 120, 500, 9000, 5)
EXTENDED = FIXED.pack(0x90, 120, 501, 9000, 5) + b"\xbe\xde\x00\x01\x30\x85\x00\x00"


@given(st.sampled_from([PLAIN, EXTENDED]), st.binary(max_size=60), st.integers(0, 0xFFFF))
def test_there_and_back_again(head: bytes, body: bytes, number: int) -> None:
    row = RepairRow(77, 97, 0xFFFF)
    buffer = memoryview(bytearray(2048))

    length = row.write(buffer, head + body, number)
    again = row.write(buffer[1000:], head + body, number)
    restored = restore(bytearray(buffer[:length]), 5, 120)

    _, second, sequence, timestamp, ssrc = FIXED.unpack_from(buffer)
    assert (second & 0x7F, sequence, timestamp, ssrc) == (97, 0xFFFF, 9000, 77)
    assert second & 0x80 == head[1] & 0x80
    assert FIXED.unpack_from(buffer, 1000)[2] == 0
    assert again == length
    assert restored is not None
    assert restored[2:4] == number.to_bytes(2, "big")
    assert restored[:2] + restored[4:] == head[:2] + head[4:] + body
    assert (row.packets, row.octets) == (2, 2 * (length - 12))


def test_a_probe_carries_nothing() -> None:
    padding = FIXED.pack(0xA0, 97, 1, 9000, 77) + bytes(20) + bytes([21])

    assert restore(bytearray(padding), 5, 120) is None


def test_padding_is_not_part_of_what_was_lost() -> None:
    packet = FIXED.pack(0xA0, 97, 1, 9000, 77) + b"\x00\x09frame" + bytes([0, 0, 3])

    restored = restore(bytearray(packet), 5, 120)

    assert restored == FIXED.pack(0x80, 120, 9, 9000, 5) + b"frame"


@given(st.binary(max_size=60))
def test_garbage_is_refused_and_nothing_else_is_raised(packet: bytes) -> None:
    with suppress(ValueError):
        restore(bytearray(packet), 5, 120)


def test_a_packet_is_not_sent_twice_at_once() -> None:
    budget = RepairBudget()

    assert budget.allows(7, 1000, 0, 1.0)
    assert not budget.allows(7, 1000, 0, 1.0 + AGAIN_S / 2)
    assert budget.allows(7, 1000, 0, 1.0 + AGAIN_S)


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(50, 1200)), max_size=200))
def test_repairs_stay_a_share_of_what_is_new(steps: list[tuple[int, int]]) -> None:
    budget = RepairBudget()
    octets = repaired = 0
    for number, (new, length) in enumerate(steps):
        octets += new
        if budget.allows(number, length, octets, number / 100):
            repaired += length
        assert repaired <= BURST_BYTES + SHARE * octets
