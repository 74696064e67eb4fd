"""A tape of a real voice, and one of a picture, cut at every single byte of the last chunk."""

from pathlib import Path

import pytest

from media.relay.relay import FLUSH_TICKS, TICK_S
from media.tape.reader import Ending, TapeReader
from tests.fixtures.senders import (
    OPUS,
    VP8,
    Network,
    Sender,
    opus_packets,
    order,
    send_opus,
    send_vp8,
    speech,
    vp8_frames,
    write_tape,
)
from tests.fixtures.tapes import chunk_ends, packets_of

LENGTH_S = {"microphone": 1.0, "camera": 1.1}
"""So that the last chunk is nearly a whole one."""
FLUSH_S = FLUSH_TICKS * TICK_S
FPS = 30
SIZE = (96, 64)
MOST_LOST_S = 0.25
KEY = bytes(32)


@pytest.fixture(params=["microphone", "camera"])
def tape(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, list[tuple[float, bytes]]]:
    """Written by a node that was killed: no chunk says that it is the last. With what came."""
    path = tmp_path / "t.tape"
    length_s = LENGTH_S[request.param]
    if request.param == "microphone":
        codec = OPUS
        sent = send_opus(Sender(), opus_packets(speech(length_s, [(0.0, length_s)])))
    else:
        codec = VP8  # in packets so small that each picture needs several
        sent = send_vp8(Sender(), vp8_frames(round(FPS * length_s), SIZE), fps=FPS, mtu=30)
    arrivals = Network(delay_s=0.03, jitter_s=0.004).arrivals(sent)
    write_tape(order(path, request.param, KEY), codec, arrivals, close=False, flush_s=FLUSH_S)
    return path, arrivals


def test_at_no_byte_more_than_a_quarter_of_a_second_is_lost(
    tape: tuple[Path, list[tuple[float, bytes]]],
) -> None:
    path, arrivals = tape
    content, ends = path.read_bytes(), chunk_ends(path, KEY)
    *_, before, last = ends
    whole = [packet for _, packet in arrivals]
    assert len(ends) > 1.0 / FLUSH_S / 2
    assert last - before > 350
    for cut in range(before, last):
        path.write_bytes(content[:cut])
        reader = TapeReader(path, KEY)
        kept = packets_of(reader)

        assert kept == whole[: len(kept)]
        assert (reader.ending, reader.cut_bytes) == (Ending.TORN, cut - before)
        lost = [at for at, _ in arrivals[len(kept) :]]
        assert arrivals[-1][0] - lost[0] <= MOST_LOST_S


def test_at_any_byte_of_the_whole_tape_every_whole_chunk_is_kept(
    tape: tuple[Path, list[tuple[float, bytes]]],
) -> None:
    path, _ = tape
    content, ends = path.read_bytes(), chunk_ends(path, KEY)
    counts = []
    for end in ends:
        path.write_bytes(content[:end])
        counts.append(len(packets_of(TapeReader(path, KEY))))
    chunk = 0
    for cut in range(ends[0], len(content), 13):
        while chunk + 1 < len(ends) and ends[chunk + 1] <= cut:
            chunk += 1
        path.write_bytes(content[:cut])
        reader = TapeReader(path, KEY)
        assert len(packets_of(reader)) == counts[chunk]
        assert reader.cut_bytes == cut - ends[chunk]
