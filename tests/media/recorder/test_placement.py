"""Frames in their place over two hours, whatever the sender's clock does."""

from collections.abc import Iterator

import pytest

from media.recorder.frames import Frame
from media.recorder.placement import TOLERANCE_S, Gaps, without_holes

LENGTH_S = 7200
VOICE = b"\x78" + bytes(60)
EMPTY = b"\x78"


def spoken(skew: float) -> Iterator[Frame]:
    """One who never pauses; a frame of this clock lasts a little more or less than 20 ms."""
    for number in range(LENGTH_S * 50):
        yield Frame(number * 0.02 * (1 + skew), VOICE, True, 0.02)


def with_pauses(skew: float) -> Iterator[Frame]:
    """Five seconds of speech, five of a pause that is kept by a packet each 0.4 s."""
    for number in range(LENGTH_S * 50):
        silent = number % 500 - 250
        if silent < 0 or silent % 20 == 0:
            data = VOICE if silent < 0 else EMPTY
            yield Frame(number * 0.02 * (1 + skew), data, True, 0.02)


@pytest.mark.parametrize("skew", [-500e-6, 500e-6])
def test_one_who_never_pauses_stays_within_a_frame(skew: float) -> None:
    times = {number * 0.02 * (1 + skew) for number in range(LENGTH_S * 50)}
    gaps, at = Gaps(), 0.0
    worst, kept = 0.0, 0
    source = spoken(skew)
    wanted: list[float] = []

    def told() -> Iterator[Frame]:
        for frame in source:
            wanted.append(frame.at_s)
            yield frame

    for frame in without_holes(told(), gaps):
        assert frame.at_s == pytest.approx(at, abs=1e-6)
        at += frame.duration_s
        if frame.data == VOICE:
            worst = max(worst, abs(frame.at_s - wanted[-1]))
            kept += 1

    assert worst <= TOLERANCE_S + 1e-6
    assert len(times) - kept <= LENGTH_S * 500e-6 / 0.02 + 1
    assert gaps.found == []


@pytest.mark.parametrize("skew", [-500e-6, 500e-6])
def test_pauses_put_a_clock_right_without_losing_a_frame(skew: float) -> None:
    gaps, wanted = Gaps(), list[float]()

    def told() -> Iterator[Frame]:
        for frame in with_pauses(skew):
            wanted.append(frame.at_s)
            yield frame

    worst = max(
        abs(frame.at_s - wanted[-1]) for frame in without_holes(told(), gaps) if frame.data == VOICE
    )

    assert worst < 0.006  # 2.5 ms to which a pause is filled, and five seconds of drift
    assert gaps.overlapping == 0
    assert gaps.concealed_s == 0
    assert gaps.found == []
