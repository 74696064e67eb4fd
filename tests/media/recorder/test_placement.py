"""Frames in their place over two hours, whatever the sender's clock does."""

from collections.abc import Iterator

import pytest

from media.recorder.frame import Frame, in_columns
from media.recorder.placement import TOLERANCE_S, Gaps, without_holes

LENGTH_S = 7200
VOICE = b"\x78" + bytes(60)
EMPTY = b"\x78"


def numbered(number: int) -> bytes:
    return VOICE + number.to_bytes(4, "big")


def placed(frames: Iterator[Frame], gaps: Gaps) -> Iterator[Frame]:
    for rows in without_holes(in_columns(frames), gaps):
        yield from (rows.frame(place) for place in range(len(rows)))


def off_s(frame: Frame, skew: float) -> float:
    """How far it is from where its sender's clock says."""
    return abs(frame.at_s - int.from_bytes(frame.data[len(VOICE) :], "big") * 0.02 * (1 + skew))


def spoken(skew: float) -> Iterator[Frame]:
    """One who never pauses; a frame of this clock lasts a little more or less than 20 ms."""
    for number in range(LENGTH_S * 50):
        yield Frame(number * 0.02 * (1 + skew), numbered(number), True, 0.02)


def with_pauses(skew: float) -> Iterator[Frame]:
    """Five seconds of speech, five of a pause that is kept by a packet each 0.4 s."""
    for number in range(LENGTH_S * 50):
        silent = number % 500 - 250
        if silent < 0 or silent % 20 == 0:
            data = numbered(number) if silent < 0 else EMPTY
            yield Frame(number * 0.02 * (1 + skew), data, True, 0.02)


@pytest.mark.parametrize("skew", [-500e-6, 500e-6])
def test_one_who_never_pauses_stays_within_a_frame(skew: float) -> None:
    gaps, at = Gaps(), 0.0
    worst, kept = 0.0, 0

    for frame in placed(spoken(skew), gaps):
        assert frame.at_s == pytest.approx(at, abs=1e-6)
        at += frame.duration_s
        if frame.data.startswith(VOICE):
            worst = max(worst, off_s(frame, skew))
            kept += 1

    assert worst <= TOLERANCE_S + 1e-6
    assert LENGTH_S * 50 - kept <= LENGTH_S * 500e-6 / 0.02 + 1
    assert gaps.found == []


@pytest.mark.parametrize("skew", [-500e-6, 500e-6])
def test_pauses_put_a_clock_right_without_losing_a_frame(skew: float) -> None:
    gaps = Gaps()

    found = [frame for frame in placed(with_pauses(skew), gaps) if frame.data.startswith(VOICE)]

    assert max(off_s(frame, skew) for frame in found) < 0.006
    # 2.5 ms to which a pause is filled, and five seconds of drift
    assert len(found) == LENGTH_S * 25
    assert gaps.overlapping == 0
    assert gaps.concealed_s == 0
    assert gaps.found == []
