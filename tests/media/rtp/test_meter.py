"""A stream's rate and whether it is there at all."""

import pytest

from media.rtp.meter import SILENT_S, Meter
from media.rtp.reception import Reception


def test_a_rate_is_measured_and_a_silence_noticed() -> None:
    reception = Reception(90000)
    meter = Meter(reception.numbers)
    assert not meter.live(0.0)

    for number in range(40):
        reception.seen(number, 0, 1250, number / 10)
        meter.read(number / 10)

    assert meter.bps == pytest.approx(100_000, rel=0.01)
    assert meter.live(3.9 + SILENT_S / 2)
    meter.read(3.9 + 2 * SILENT_S)
    assert not meter.live(3.9 + 2 * SILENT_S)
    meter.read(3.9 + 4 * SILENT_S)
    assert meter.bps == 0
