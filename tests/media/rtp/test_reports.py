"""A receiver's reports: how long the way is, and what was lost on it."""

import pytest
from aiortc.rtp import RtcpReceiverInfo
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.reports import LONGEST_RTT_S, MOST_STREAMS, ReceiverReports

NTP = 0x1234_5678_9ABC_DEF0
MIDDLE = 0x5678_9ABC


def block(highest: int = 0, lost: int = 0, lsr: int = 0, dlsr: int = 0, ssrc: int = 7) -> object:
    return RtcpReceiverInfo(ssrc, 0, lost, highest, 0, lsr, dlsr)


def hear(reports: ReceiverReports, now: float = 0.0, at: float = 0.0, **fields: int) -> None:
    reports.hear(block(**fields), NTP, at, now)  # type: ignore[arg-type]


def test_the_round_trip_is_what_is_left_of_the_time_since_our_report() -> None:
    reports = ReceiverReports()
    hear(reports, now=10.75, at=10.0, lsr=MIDDLE, dlsr=int(0.7 * 65536))

    assert reports.rtt_s == pytest.approx(0.05, abs=0.001)


def test_a_report_about_another_report_of_ours_says_nothing() -> None:
    reports = ReceiverReports()
    hear(reports, now=10.75, at=10.0, lsr=MIDDLE - 1, dlsr=100)

    assert reports.rtt_s is None


def test_losses_are_those_between_two_reports_also_when_the_numbers_begin_again() -> None:
    reports = ReceiverReports()
    hear(reports, highest=0xFFFF_FFF0, lost=5)
    hear(reports, highest=0x54, lost=17)

    assert (reports.expected, reports.lost) == (100, 12)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 0xFFFF_FFFF),
            st.integers(-0x800000, 0x7FFFFF),
            st.sampled_from([0, MIDDLE]),
            st.integers(0, 0xFFFF_FFFF),
            st.integers(0, 0xFFFF_FFFF),
        ),
        max_size=200,
    )
)
def test_whatever_is_told_the_figures_stay_sensible(
    told: list[tuple[int, int, int, int, int]],
) -> None:
    reports = ReceiverReports()
    for highest, lost, lsr, dlsr, ssrc in told:
        hear(reports, now=5.0, highest=highest, lost=lost, lsr=lsr, dlsr=dlsr, ssrc=ssrc)

    assert 0 <= reports.lost <= reports.expected
    assert reports.rtt_s is None or 0 <= reports.rtt_s <= LONGEST_RTT_S
    assert len(reports._before) <= MOST_STREAMS
