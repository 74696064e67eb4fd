"""However the frames come in columns, a file's blocks are in the same order, and its bytes are."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.recorder.frame import Frame, FrameRows
from media.recorder.merging import SMALLEST_STEP_S, Blocks, merged
from media.recorder.muxer import mux
from media.recorder.scratch import Scratch

KEY = b"\x10\x00\x00\x9d\x01\x2a\x40\x01\xf0\x00" + bytes(20)
VOICE = b"\x78" + bytes(60)

Told = list[tuple[int, float, bytes]]

times = st.lists(st.sampled_from([0.0, 0.0004, 0.001, 0.02, 0.3, 7.0]), max_size=40)
"""From one frame to the next; often the same for sound and pictures."""
cuts = st.lists(st.integers(1, 7), min_size=1, max_size=5)
"""How many frames come together, over and over."""


def sounds(steps: Sequence[float]) -> list[Frame]:
    at, made = 0.0, []
    for number, step in enumerate(steps):
        at += step
        made.append(Frame(at, VOICE + number.to_bytes(2, "big"), True, 0.02))
    return made


def pictures(steps: Sequence[float]) -> list[Frame]:
    return [
        Frame(frame.at_s, KEY + frame.data[-2:], number % 5 == 0, 0.0, codec="vp8")
        for number, frame in enumerate(sounds(steps))
    ]


def together(frames: Sequence[Frame], sizes: Sequence[int]) -> Iterator[FrameRows]:
    at, turn = 0, 0
    while at < len(frames):
        size = sizes[turn % len(sizes)]
        yield FrameRows.of(frames[at : at + size])
        at, turn = at + size, turn + 1


def told(blocks: Iterator[Blocks]) -> Told:
    found: Told = []
    for some in blocks:
        found += zip(some.kind.tolist(), some.at_s.tolist(), some.data, strict=True)
    return found


def one_by_one(audio: list[Frame], video: list[Frame]) -> Told:
    shown: Told = []
    for frame in video:
        at_s = max(frame.at_s, shown[-1][1] + SMALLEST_STEP_S) if shown else frame.at_s
        shown.append((1, at_s, frame.data))
    every = [(0, frame.at_s, frame.data) for frame in audio] + shown
    return sorted(every, key=lambda block: (block[1], block[0]))


@given(times, times, cuts, cuts)
def test_sound_comes_before_pictures_of_its_time(
    sound: list[float], shown: list[float], few: list[int], many: list[int]
) -> None:
    audio, video = sounds(sound), pictures(shown)

    found = told(merged(together(audio, few), together(video, many)))

    assert found == one_by_one(audio, video)
    seen = [at_s for kind, at_s, _ in found if kind]
    assert all(after - before >= SMALLEST_STEP_S * 0.999 for before, after in pairwise(seen))


@pytest.mark.parametrize("size", [1, 3, 50, 1000])
def test_a_file_is_the_same_however_its_frames_come(size: int) -> None:
    """Clusters and index as well, which go on from one batch to the next."""
    audio, video = sounds([0.02] * 900), pictures([1 / 30] * 500)

    def written(sizes: Sequence[int]) -> bytes:
        with Scratch(Path("/tmp")) as out:
            mux(out, together(audio, sizes), together(video, sizes), lambda _: None)
            out.seek(0)
            return out.read()

    assert written([size]) == written([7])
