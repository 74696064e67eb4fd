"""Chunks of two tapes, sealed in the same place."""

from pathlib import Path

from media.clock import Clock
from media.tape.chunk import Chunk
from media.tape.pending import ROOM
from media.tape.reader import Ending, TapeReader
from media.tape.writer import TapeWriter
from tests.fixtures.tapes import KEY, OPUS, order, packets_of

CLOCK = Clock.capture()


def test_tapes_that_share_a_place_keep_their_own(tmp_path: Path) -> None:
    chunk = Chunk()
    tapes = [
        TapeWriter(order(tmp_path / name, name), OPUS, CLOCK, chunk=chunk) for name in ("a", "b")
    ]
    written: dict[str, list[bytes]] = {"a": [], "b": []}
    for length in (900, 3, 60_000, 1):  # what is shorter lies over what was longer
        for tape in tapes:
            packet = tape.order.tape_id.encode() * length
            tape.write(packet, CLOCK.now())
            written[tape.order.tape_id].append(packet)
        for tape in tapes:
            tape.flush()
    sizes = [tape.close() for tape in tapes]

    for tape, size in zip(tapes, sizes, strict=True):
        reader = TapeReader(tape.path, KEY)
        assert packets_of(reader) == written[tape.order.tape_id]
        assert (reader.ending, tape.path.stat().st_size) == (Ending.CLOSED, size)


def test_all_that_can_be_pending_is_one_chunk(tmp_path: Path) -> None:
    tape = TapeWriter(order(tmp_path / "t"), OPUS, CLOCK)
    packets = [bytes([n]) * 60_000 for n in range(ROOM // 60_100)]
    packets.append(b"x" * (ROOM - sum(11 + len(p) for p in packets) - 11))
    for packet in packets:
        tape.write(packet, CLOCK.now())
    assert len(tape.pending) == ROOM
    tape.close()

    reader = TapeReader(tmp_path / "t", KEY)
    assert packets_of(reader) == packets
    assert reader.chunks == 1
