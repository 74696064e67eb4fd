"""A tape writer on a good disk and on a full one."""

import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from media.clock import Clock
from media.tape.format import Packet, SenderReport
from media.tape.reader import Ending, TapeReader
from media.tape.writer import TapeWriter
from tests.fixtures.tapes import KEY, OPUS, order, packets_of

CLOCK = Clock.capture()


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Files of this process may not grow beyond 16 MiB (RLIMIT_FSIZE): writing fails then.

    Not less, because what the test runner itself prints may go to a file.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16 << 20, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_times_and_reports_come_back(tmp_path: Path) -> None:
    start = CLOCK.now()
    writer = TapeWriter(order(tmp_path / "a" / "t.tape"), OPUS, CLOCK)
    writer.write(bytearray(b"packet"), start + 1.25)
    writer.write_report(960, 1 << 33, start + 2.5)
    size = writer.close()

    reader = TapeReader(tmp_path / "a" / "t.tape", KEY)
    packet, report = list(reader)

    assert isinstance(packet, Packet)
    assert isinstance(report, SenderReport)
    assert packet.arrival_s == pytest.approx(1.25, abs=0.01)
    assert (report.rtp_timestamp, report.ntp) == (960, 1 << 33)
    assert reader.header.codec == OPUS
    assert abs(reader.header.started_ns - CLOCK.wall_ns(start)) < 10_000_000
    assert size == (tmp_path / "a" / "t.tape").stat().st_size


def test_writing_touches_no_disk_before_flush(tmp_path: Path) -> None:
    path = tmp_path / "t.tape"
    writer = TapeWriter(order(path), OPUS, CLOCK)
    header = path.stat().st_size

    writer.write(b"x" * 1000, CLOCK.now())
    before = path.stat().st_size
    writer.flush()

    assert before == header
    assert path.stat().st_size > header + 1000
    writer.close()


def test_a_borrowed_packet_is_copied(tmp_path: Path) -> None:
    writer = TapeWriter(order(tmp_path / "t.tape"), OPUS, CLOCK)
    packet = bytearray(b"mine")
    writer.write(packet, CLOCK.now())
    packet[:] = b"gone"
    writer.close()

    assert packets_of(TapeReader(tmp_path / "t.tape", KEY)) == [b"mine"]


def test_a_full_disk_fails_the_tape_and_raises_nothing(tmp_path: Path, small_disk: None) -> None:
    reasons: list[str] = []
    writer = TapeWriter(order(tmp_path / "t.tape"), OPUS, CLOCK, reasons.append)
    for number in range(100):
        for _ in range(5):
            writer.write(bytes([number]) * 50_000, CLOCK.now())
        writer.flush()
    writer.close()

    reader = TapeReader(tmp_path / "t.tape", KEY)
    kept = packets_of(reader)

    assert len(reasons) == 1
    assert writer.failed == reasons[0]
    assert kept == [bytes([number // 5]) * 50_000 for number in range(len(kept))]
    assert 0 < len(kept) < 500
    assert reader.ending is Ending.TORN


def test_a_place_that_cannot_be_written_fails_the_tape(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    reasons: list[str] = []

    writer = TapeWriter(order(tmp_path / "file" / "t.tape"), OPUS, CLOCK, reasons.append)
    writer.write(b"packet", CLOCK.now())

    assert writer.close() == 0
    assert len(reasons) == 1


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    writer = TapeWriter(order(tmp_path / "t.tape"), OPUS, CLOCK)

    assert writer.close() == writer.close() == os.stat(tmp_path / "t.tape").st_size
