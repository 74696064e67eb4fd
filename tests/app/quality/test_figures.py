"""Stretches put together, and what is said of a whole meeting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quality.figures import ENOUGH_PACKETS, Figures, share, summary, together
from tests.fixtures.observed import CLEAN, LOSSY

packets = st.integers(0, 5_000)
known = st.none() | st.floats(0, 600_000)


@st.composite
def figures(draw: st.DrawFn) -> Figures:
    sent, given_ = draw(packets), draw(packets)
    return Figures(
        seconds=draw(st.floats(0.1, 60)),
        rtt_ms=draw(known),
        uplink_packets=sent,
        uplink_lost=draw(st.integers(0, sent)),
        uplink_limited=draw(st.sampled_from([None, "none", "cpu", "bandwidth"])),
        downlink_packets=given_,
        downlink_lost=draw(st.integers(0, given_)),
        freezes=draw(st.none() | st.integers(0, 100)),
        frozen_ms=draw(known),
    )


def test_of_too_few_packets_there_is_no_share() -> None:
    assert share(1, ENOUGH_PACKETS - 1) is None
    assert share(12, ENOUGH_PACKETS) == 0.12


def test_what_nobody_could_tell_stays_unknown_and_counts_add_up() -> None:
    whole = together([CLEAN, LOSSY, Figures(5.0)])

    assert whole.seconds == 35.0
    assert (whole.uplink_packets, whole.uplink_lost, whole.uplink_missing) == (2_000, 120, 4)
    assert (whole.rtt_ms, whole.frozen_ms, whole.freezes) == (110.0, 2_500.0, 3)
    assert whole.uplink_limited == "bandwidth"
    assert whole.concealed is None


@given(st.lists(figures(), min_size=1, max_size=12))
def test_putting_together_loses_no_packet_and_invents_none(parts: list[Figures]) -> None:
    whole = together(parts)

    assert whole.uplink_lost == sum(part.uplink_lost for part in parts) <= whole.uplink_packets
    assert whole.downlink_packets == sum(part.downlink_packets for part in parts)
    assert (whole.freezes is None) == all(part.freezes is None for part in parts)
    rtts = [part.rtt_ms for part in parts if part.rtt_ms is not None]
    assert whole.rtt_ms is None if not rtts else min(rtts) <= (whole.rtt_ms or 0) <= max(rtts)
    assert together([whole]) == whole


@given(st.lists(figures(), min_size=1, max_size=12))
def test_the_worst_is_never_better_than_the_middle(stretches: list[Figures]) -> None:
    of = summary(stretches)

    for middle, worst in (
        (of.uplink_loss, of.uplink_loss_worst),
        (of.downlink_loss, of.downlink_loss_worst),
        (of.rtt_ms, of.rtt_ms_worst),
    ):
        assert (middle is None) == (worst is None)
        assert middle is None or middle <= (worst or 0)


def test_a_short_bad_stretch_shows_at_the_worst() -> None:
    of = summary([CLEAN, CLEAN, LOSSY])

    assert (of.uplink_loss, of.uplink_loss_worst) == (0.0, pytest.approx(0.12))
    assert (of.rtt_ms, of.rtt_ms_worst) == (40.0, 180.0)
    assert of.frozen_s == 2.5
