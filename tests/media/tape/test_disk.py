"""When a disk is written to: a reserve, patience, and no storm of new tries."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from media.tape.disk import PAUSE_MOST_S, PAUSE_S, PROBE_BYTES, RESUME_FACTOR, STEADY_S, Disk
from tests.fixtures.small_disk import fill, small_disk

RESERVE = 1000


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "tiny", 2) as folder:
        yield folder


def test_below_the_reserve_nothing_is_written_until_twice_as_much_is_free(tmp_path: Path) -> None:
    disk = Disk(tmp_path, RESERVE)

    assert not disk.judge(RESERVE, 0.0)
    assert disk.trouble is None
    disk.judge(RESERVE - 1, 1.0)
    assert disk.trouble is not None
    later = 1.0 + PAUSE_S
    assert not disk.judge(RESUME_FACTOR * RESERVE - 1, later)
    assert disk.judge(RESUME_FACTOR * RESERVE, later)
    disk.resume(later)
    assert disk.trouble is None


def test_room_at_once_does_not_bring_writing_back_at_once(tmp_path: Path) -> None:
    disk = Disk(tmp_path, RESERVE)
    disk.refused("No space left on device", 0.0)

    assert not disk.judge(1 << 40, PAUSE_S - 0.1)
    assert disk.judge(1 << 40, PAUSE_S)


def test_a_disk_that_refuses_again_and_again_is_tried_ever_more_rarely(tmp_path: Path) -> None:
    disk, now, tries = Disk(tmp_path, 0), 0.0, 0
    while now < 3600:
        disk.refused("Input/output error", now)
        while not disk.judge(1 << 40, now):
            now += 1.0
        disk.resume(now)
        tries += 1

    assert 3600 / PAUSE_MOST_S <= tries < 20


def test_a_disk_that_was_sound_for_long_begins_with_the_shortest_pause(tmp_path: Path) -> None:
    disk = Disk(tmp_path, 0)
    for now in (0.0, 20.0, 60.0):
        disk.refused("full", now)
        disk.resume(now + 1)
    disk.refused("full", 62 + STEADY_S)

    assert disk.judge(1, 62 + STEADY_S + PAUSE_S)


def test_a_probe_that_fails_counts_as_a_refusal(tmp_path: Path) -> None:
    disk = Disk(tmp_path, 0)
    disk.refused("full", 0.0)
    disk.still_refuses("still full", PAUSE_S)

    assert disk.trouble == "still full"
    assert not disk.judge(1, 2 * PAUSE_S)
    assert disk.judge(1, 3 * PAUSE_S)


def test_a_probe_tells_a_full_disk_and_leaves_nothing_behind(tiny: Path) -> None:
    disk = Disk(tiny, 0)
    assert disk.free() == 2 << 20
    disk.probe()
    assert os.listdir(tiny) == []

    other = fill(tiny, leave=PROBE_BYTES // 2)
    with pytest.raises(OSError, match=r"No space|only a part"):
        disk.probe()
    assert os.listdir(tiny) == [other.name]
