"""A receiver's reports: how long the way is."""

import pytest
from aiortc.rtp import RtcpReceiverInfo
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.reports import LONGEST_RTT_S, ReceiverReports

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

    assert reports.rtt_s is None or 0 <= reports.rtt_s <= LONGEST_RTT_S
