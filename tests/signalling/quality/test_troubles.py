"""A trouble is told of when it lasts, about the right person, and does not flicker."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quality.figures import Figures
from signalling.messages import TroubleState
from signalling.quality.merging import Seen
from signalling.quality.troubles import BEGINS_AFTER, ENDS_AFTER, Troubles, levels, told_to

CLEAN = Figures(5.0, rtt_ms=40.0, uplink_packets=1_000, downlink_packets=1_000)


def seen(lost: int = 0, halted: float | None = 0.0, **figures: object) -> Seen:
    return Seen(replace(CLEAN, uplink_lost=lost, **figures), halted)  # type: ignore[arg-type]


def after(*looks: Seen) -> list[tuple[str, int | None]]:
    """What stands of one person after these looks."""
    troubles, standing = Troubles(), list[TroubleState]()
    for look in looks:
        standing = troubles.settle({"bob": look})
    return [(each.trouble, each.amount) for each in standing]


def test_a_clean_line_says_nothing() -> None:
    assert after(*[seen(lost=n % 3) for n in range(50)]) == []


def test_a_line_that_loses_much_is_told_of_when_it_lasts() -> None:
    assert after(*[seen(120)] * (BEGINS_AFTER - 1)) == []
    assert after(*[seen(120)] * BEGINS_AFTER) == [("sends_lossy", 12)]


def test_a_passing_moment_is_not() -> None:
    assert after(*[seen(120), seen(0)] * 20) == []


def test_it_ends_when_it_has_stayed_away() -> None:
    bad, good = [seen(120)] * 4, seen(0)
    assert after(*bad, *[good] * (ENDS_AFTER - 1)) == [("sends_lossy", 12)]
    assert after(*bad, *[good] * (ENDS_AFTER - 1), seen(120), good) == [("sends_lossy", 12)]
    assert after(*bad, *[good] * ENDS_AFTER) == []


def test_between_the_two_lines_what_stands_goes_on_and_nothing_begins() -> None:
    assert after(*[seen(40)] * 20) == []
    assert [name for name, _ in after(*[seen(120)] * 3, *[seen(40)] * 20)] == ["sends_lossy"]


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (seen(downlink_lost=120), ("receives_lossy", 12)),
        (seen(pictures_resting=2), ("line_slow", None)),
        (seen(halted=0.5), ("pictures_halt", None)),
        (seen(rtt_ms=600.0), ("answers_late", 600)),
    ],
)
def test_each_trouble_has_its_name(look: Seen, expected: tuple[str, int | None]) -> None:
    assert after(*[look] * BEGINS_AFTER) == [expected]


def test_of_a_line_that_nobody_can_judge_nothing_is_said() -> None:
    quiet = Seen(Figures(5.0, uplink_packets=3, uplink_lost=3), None)
    assert after(*[quiet] * 20) == []
    assert after(*[seen(120)] * 3, *[quiet] * ENDS_AFTER) == []


def test_a_look_without_a_report_in_between_begins_it_no_later() -> None:
    unknown = Seen(CLEAN, None)
    assert after(seen(halted=0.5), unknown, seen(halted=0.5)) == [("pictures_halt", None)]


def test_the_amount_changes_only_when_it_is_news() -> None:
    assert after(*[seen(120)] * 4, *[seen(130), seen(110)] * 10) == [("sends_lossy", 12)]
    ((_, amount),) = after(*[seen(120)] * 4, *[seen(250)] * 10)
    assert amount is not None
    assert 22 <= amount <= 25


def test_it_is_about_the_one_whose_line_it_is() -> None:
    troubles = Troubles()
    for _ in range(BEGINS_AFTER):
        standing = troubles.settle({"alice": seen(), "bob": seen(120), "carol": seen()})

    assert [each.participant for each in standing] == ["bob"]
    assert told_to("olga", "observer", standing) == standing
    assert told_to("alice", "facilitator", standing) == standing
    assert told_to("bob", "member", standing) == standing
    assert told_to("carol", "member", standing) == []


def test_one_who_has_left_is_forgotten() -> None:
    troubles = Troubles()
    for _ in range(BEGINS_AFTER):
        troubles.settle({"bob": seen(120)})
    assert troubles.settle({}) == []
    assert troubles.settle({"bob": seen(120)}) == []


@given(st.lists(st.integers(0, 300), max_size=60))
def test_no_notice_lasts_shorter_than_it_takes_to_read(losses: list[int]) -> None:
    troubles = Troubles()
    stood = [bool(troubles.settle({"bob": seen(lost)})) for lost in losses]

    runs = "".join("#" if each else "." for each in stood).strip("#").split(".")
    assert all(len(run) >= ENDS_AFTER for run in runs if run)
    for place, stands in enumerate(stood):
        if stands and not stood[place - 1]:
            assert all(lost >= 60 for lost in losses[place + 1 - BEGINS_AFTER : place + 1])


def test_every_level_is_measured_in_every_look() -> None:
    assert set(levels(seen())) == {
        "sends_lossy", "receives_lossy", "line_slow", "pictures_halt", "answers_late",
    }  # fmt: skip
