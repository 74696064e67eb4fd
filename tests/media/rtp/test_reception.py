"""Counting what arrives (RFC 3550 appendix A)."""

from media.rtp.reception import Reception


def test_numbers_go_on_over_the_wrap_and_late_ones_keep_theirs() -> None:
    reception = Reception(90000)

    first = reception.seen(65534, 0, 100, 0.0)
    numbers = [reception.seen(n, 0, 100, 0.0) for n in (65535, 1, 0)]

    assert [n - first for n in numbers] == [1, 3, 2]
    assert reception.highest - first == 3


def test_a_far_jump_begins_a_new_row_above_the_old_one() -> None:
    reception = Reception(90000)
    before = reception.seen(40000, 0, 100, 0.0)

    after = reception.seen(100, 0, 100, 0.0)

    assert reception.restarted
    assert after > before
    assert after & 0xFFFF == 100
    reception.seen(101, 0, 100, 0.0)
    assert not reception.restarted


def test_another_ssrc_begins_a_new_row_though_its_numbers_are_near() -> None:
    reception = Reception(90000)
    before = reception.seen(100, 0, 100, 0.0)
    reception.renew()

    assert reception.seen(99, 0, 100, 0.0) > before
    assert reception.restarted


def test_a_report_counts_the_loss_since_the_last_one() -> None:
    reception = Reception(48000)
    for number in (1, 2, 3, 5):
        reception.seen(number, number * 960, 100, number * 0.02)

    first = reception.figures(1.0)
    reception.seen(6, 6 * 960, 100, 0.12)
    second = reception.figures(2.0)

    assert (first.packets_lost, first.fraction_lost) == (1, 256 // 5)
    assert (second.packets_lost, second.fraction_lost) == (1, 0)
    assert second.highest_sequence & 0xFFFF == 6
    assert second.jitter <= 1


def test_jitter_is_measured_in_the_source_s_clock() -> None:
    reception = Reception(48000)
    for number in range(200):
        late = 0.005 if number % 2 else 0.0
        reception.seen(number, number * 960, 100, number * 0.02 + late)

    assert 200 < reception.figures(4.0).jitter < 260  # 5 ms are 240 units


def test_a_sender_report_comes_back_with_its_age() -> None:
    reception = Reception(48000)
    reception.seen(1, 0, 100, 0.0)
    reception.reported(0x1122334455667788, 10.0)

    figures = reception.figures(10.5)

    assert figures.last_report == 0x33445566
    assert figures.delay == 0x8000
