"""What the disk confirms, and what becomes of a tape when it does not."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from media.clock import Clock
from media.tape.confirming import CONFIRM_EVERY_S, Confirming
from media.tape.reader import Ending, TapeReader
from media.tape.writer import TapeWriter
from tests.fixtures.tapes import KEY, OPUS, order, packets_of

CLOCK = Clock.capture()
DEADLINE_S = 10.0


def tape(path: Path, refused: Callable[[str], None] | None = None) -> TapeWriter:
    writer = TapeWriter(order(path), OPUS, CLOCK, refused)
    writer.write(b"packet", CLOCK.now())
    writer.flush()
    return writer


def spoil(writer: TapeWriter) -> None:
    """From now on its file takes what is written and confirms nothing (fsync(2): EINVAL)."""
    assert writer.file is not None
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, writer.file)
    os.close(nowhere)


def answered(confirming: Confirming, done: Callable[[], bool], now: float) -> None:
    """Asks for nothing new (there are no tapes to ask about) until that has come."""
    deadline = time.monotonic() + DEADLINE_S
    while not done():
        assert time.monotonic() < deadline
        confirming.confirm([], now)


def test_a_tape_that_is_not_confirmed_has_failed_and_the_others_go_on(tmp_path: Path) -> None:
    reasons: list[str] = []
    good, bad = tape(tmp_path / "good.tape"), tape(tmp_path / "bad.tape", reasons.append)
    confirming = Confirming()
    spoil(bad)

    confirming.confirm([good, bad], 0.0)
    answered(confirming, lambda: bad.failed is not None, 0.0)
    good.write(b"more", CLOCK.now())
    good.close()

    assert reasons == ["Invalid argument"]
    assert bad.file is None
    assert good.failed is None
    reader = TapeReader(tmp_path / "good.tape", KEY)
    assert packets_of(reader) == [b"packet", b"more"]
    assert reader.ending is Ending.CLOSED


def test_the_disk_is_asked_once_a_second(tmp_path: Path) -> None:
    first, second = tape(tmp_path / "1.tape"), tape(tmp_path / "2.tape")
    confirming = Confirming()
    spoil(first)
    confirming.confirm([first], 0.0)
    answered(confirming, lambda: first.failed is not None, 0.0)
    spoil(second)

    confirming.confirm([second], CONFIRM_EVERY_S * 0.99)
    asked_too_soon = second.named
    confirming.confirm([second], CONFIRM_EVERY_S)
    answered(confirming, lambda: second.failed is not None, CONFIRM_EVERY_S)

    assert not asked_too_soon


def test_a_tape_closed_while_the_disk_is_asked_is_not_told(tmp_path: Path) -> None:
    reasons: list[str] = []
    closed, told = tape(tmp_path / "1.tape", reasons.append), tape(tmp_path / "2.tape")
    confirming = Confirming()
    spoil(closed)
    spoil(told)

    confirming.confirm([closed, told], 0.0)
    closed.close()
    answered(confirming, lambda: told.failed is not None, 0.0)

    assert reasons == []
    assert closed.failed is None


def test_the_name_of_a_tape_is_confirmed_with_it_or_when_it_is_closed(tmp_path: Path) -> None:
    long, short = tape(tmp_path / "a" / "1.tape"), tape(tmp_path / "b" / "2.tape")
    named_at_once = long.named or short.named

    Confirming().confirm([long], 0.0)
    short.close()

    assert not named_at_once
    assert long.named
    assert short.named
    long.close()


def test_a_file_is_closed_when_the_tape_is(tmp_path: Path) -> None:
    writer = tape(tmp_path / "t.tape")
    descriptor = writer.file
    confirming = Confirming()
    confirming.confirm([writer], 0.0)

    writer.close()

    deadline = time.monotonic() + DEADLINE_S
    while holds(descriptor, tmp_path / "t.tape"):
        assert time.monotonic() < deadline


def holds(descriptor: int | None, path: Path) -> bool:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}") == str(path)
    except FileNotFoundError:
        return False
