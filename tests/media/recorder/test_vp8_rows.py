"""VP8's pictures read in columns are those read one packet after another."""

from itertools import chain
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from media.recorder import vp8_rows
from media.recorder.ordering import ordered
from media.recorder.packets import Losses
from media.recorder.pictures import Assembly, Picture
from media.recorder.rows import RowReader
from media.recorder.vp8 import Vp8
from media.tape.format import Packet
from tests.fixtures.senders import VP8, Sender, chunked

Told = list[tuple[object, ...]]

descriptors = st.one_of(
    st.sampled_from([b"\x10", b"\x90\x80\x81\x02", b"\x90\xe0\x81\x02\x07\x40"]),
    st.binary(max_size=7),
)
"""As browsers send them, and whatever else."""


def told(pictures: list[Picture]) -> Told:
    return [tuple(picture) for picture in pictures]


def both(records: list[Packet]) -> tuple[tuple[Told, int], tuple[Told, int]]:
    """In columns, and one by one; with how many pictures were left out."""
    chunks = chunked(records, 7)
    columns, singles = Assembly(Vp8()), Assembly(Vp8())
    rows = ordered(RowReader().batches(chunks), Losses())
    in_columns = [one for row in vp8_rows.pictures(rows, columns) for one in row.singly()]
    rows = ordered(RowReader().batches(chunks), Losses())
    packets = chain.from_iterable(row.packets() for row in rows)
    one_by_one = list(singles.pictures(packets))
    return (told(in_columns), columns.incomplete), (told(one_by_one), singles.incomplete)


def sent(random: Random, count: int, loss: float) -> list[Packet]:
    """Pictures of one to four packets with padding between, some lost, late or of a new sender."""
    sender, records = Sender(), []
    for number in range(count):
        if random.random() < 0.01:
            sender = Sender(ssrc=random.randrange(1 << 32), sequence=random.randrange(1 << 16))
        at, size = number / 30, random.randint(1, 4)
        for place in range(size):
            head = bytes([0x90 if place == 0 else 0x80, 0xE0, 0x81, number & 255, number & 127, 64])
            payload = head + random.randbytes(random.randint(1, 30))
            if random.random() < loss / 4:
                payload = random.choice([b"", head, b"\x90\x80", random.randbytes(5)])
            marker = place == size - 1 and random.random() > loss / 8
            records.append((at, sender.packet(VP8, at, payload, marker=marker)))
    late = [(at + random.expovariate(40), data) for at, data in records if random.random() > loss]
    return [Packet(at, data) for at, data in sorted(late, key=lambda item: item[0])]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.01, 0.1, 0.4]))
def test_what_is_lost_late_torn_or_padding_is_the_same_either_way(seed: int, loss: float) -> None:
    columns, singles = both(sent(Random(seed), 600, loss))

    assert columns == singles


@given(st.lists(st.tuples(descriptors, st.booleans(), st.integers(1, 2)), max_size=40))
def test_whatever_the_payloads_are_it_is_the_same_either_way(
    payloads: list[tuple[bytes, bool, int]],
) -> None:
    sender, records = Sender(), []
    for number, (descriptor, marker, step) in enumerate(payloads):
        payload = descriptor + b"picture"[: number % 8]
        records.append(Packet(number / 30, sender.packet(VP8, number / 30, payload, marker=marker)))
        sender.sequence += step - 1

    columns, singles = both(records)

    assert columns == singles


def test_most_pictures_are_read_in_columns() -> None:
    """Else the comparisons above would compare nothing."""
    assembly, rows = Assembly(Vp8()), RowReader().batches(chunked(sent(Random(1), 600, 0.0), 7))
    singly = 0

    def count(payload: bytes) -> object:
        nonlocal singly
        singly += 1
        return Vp8().read(payload)

    assembly._codec.read = count  # type: ignore[method-assign, assignment]

    found = sum(len(row.data) for row in vp8_rows.pictures(ordered(rows, Losses()), assembly))

    assert found > 550
    assert singly < 100
