"""Whose voice leads, heard from waveforms of ten pixels a second."""

from media.recorder.composite.floor import leaders, loudness


def test_loudness_is_the_larger_side_of_a_wave() -> None:
    assert loudness({"data": [-3, 2, -1, 90, 0, 0]}) == [3, 90, 0]


def test_the_one_who_speaks_leads_until_a_while_after() -> None:
    speaks = [0] * 20 + [60] * 20 + [0] * 40

    told = leaders([[0] * 80, speaks], 0.1)

    assert [tile for _, tile in told] == [-1, 1, -1]
    assert 1.5 <= told[1][0] <= 2.5
    assert 4.0 <= told[2][0] <= 6.0


def test_a_short_word_of_another_does_not_take_the_floor() -> None:
    first, second = [60] * 100, [0] * 50 + [65] * 3 + [0] * 47

    assert [tile for _, tile in leaders([first, second], 0.1)] == [-1, 0]


def test_a_fan_and_silence_lead_nobody() -> None:
    assert leaders([[3] * 50, []], 0.1) == [(0.0, -1)]
    assert leaders([], 0.1) == [(0.0, -1)]
