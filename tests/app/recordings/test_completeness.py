"""What is missing, and the reason that is given for it."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.intervals import Interval
from app.recordings.completeness import (
    Kept,
    Missing,
    Published,
    Reason,
    Taped,
    holes,
    missing,
    short_ms,
)
from app.recordings.models import Source, SpanEnd

BOB = UUID(int=2)
MIC, CAM = Source.MICROPHONE, Source.CAMERA
LENGTH = 600_000
OFF = Reason.OFF_THE_RECORD


def sent(
    start: int, end: int | None, how: SpanEnd | None = SpanEnd.LEFT, source: Source = MIC
) -> Published:
    return Published(BOB, source, start, end, how)


def tape(start: int, end: int, objection: str | None = None, *, torn: bool = False) -> Taped:
    return Taped(BOB, MIC, start, end, objection, torn)


def told(found: list[Missing]) -> list[tuple[int, int, str]]:
    return [(m.start_ms, m.end_ms, str(m.reason)) for m in found]


def test_what_is_whole_is_not_told() -> None:
    kept = [Kept(BOB, MIC, 1_040, 599_980)]

    assert missing([sent(1_000, 600_000)], [tape(1_010, 600_000)], kept, LENGTH) == []


def test_a_hole_has_the_reason_of_its_packets() -> None:
    holes = [(250_000, 262_000, "network"), (300_000, 318_000, "nothing_sent")]
    kept = [Kept(BOB, MIC, 0, 600_000, holes)]

    found = missing([sent(0, 600_000)], [tape(0, 600_000)], kept, LENGTH)

    assert told(found) == [(250_000, 262_000, "network"), (300_000, 318_000, "nothing_sent")]
    assert all(one.is_loss for one in found)


def test_what_is_too_short_to_be_named_is_told_in_sum() -> None:
    gaps = [(250_000, 250_999, "network"), (300_000, 300_500, "network"), (400_000, 401_000, "x")]
    off = (500_000, 500_900, OFF)
    facts = (
        [sent(0, 600_000), sent(0, 600_000, source=CAM)],
        [tape(0, 600_000)],
        [
            Kept(BOB, MIC, 40, 600_000, [*gaps, (500_000, 500_900, "network")]),
            Kept(BOB, CAM, 0, LENGTH),
        ],
        LENGTH,
        [off],
    )

    assert told(missing(*facts)) == [(400_000, 401_000, "network")]
    assert short_ms(holes(*facts)) == {(BOB, MIC): 40 + 999 + 500}
    assert short_ms(missing(*facts)) == {}


def test_a_silence_while_muted_is_no_loss() -> None:
    kept = [Kept(BOB, MIC, 0, 600_000, [(100_000, 200_000, "nothing_sent")])]
    spans = [sent(0, 100_000, SpanEnd.MUTED), sent(200_000, 600_000)]

    (found,) = missing(spans, [tape(0, 600_000)], kept, LENGTH)

    assert (found.reason, found.is_loss) == (Reason.MUTED, False)
    assert (found.start_ms, found.end_ms) == (100_000, 200_000)


@pytest.mark.parametrize("how", [SpanEnd.MUTED, SpanEnd.TURNED_OFF])
def test_a_camera_that_was_turned_off(how: SpanEnd) -> None:
    spans = [sent(0, 50_000, how, CAM), sent(90_000, 600_000, source=CAM)]
    kept = [Kept(BOB, CAM, 0, 600_000, [(50_000, 90_000, "nothing_sent")])]
    tapes = [Taped(BOB, CAM, 0, 600_000, None)]

    assert told(missing(spans, tapes, kept, LENGTH)) == [(50_000, 90_000, "camera_off")]


def test_who_did_not_consent_is_named_with_the_time_and_nothing_else() -> None:
    (found,) = missing([sent(5_000, 590_000)], [], [], LENGTH)

    assert found.to_json() == {
        "user_id": str(BOB),
        "source": "microphone",
        "start_ms": 5_000,
        "end_ms": 590_000,
        "reason": "no_consent",
        "is_loss": True,
    }


@pytest.mark.parametrize(
    ("objection", "reason"),
    [
        ("consent", "no_consent"),
        ("erased", "no_consent"),
        ("not_stored", "disk"),
        ("lost", "machine_gone"),
        ("not_muxed", "codec"),
    ],
)
def test_a_tape_that_may_not_be_used(objection: str, reason: str) -> None:
    tapes = [tape(0, 300_000, objection), tape(300_000, 600_000)]
    kept = [Kept(BOB, MIC, 300_040, 600_000)]

    found = missing([sent(0, 600_000)], tapes, kept, LENGTH)

    assert told(found) == [(0, 300_000, reason)]


def test_what_was_allowed_and_not_written_is_not_told_as_without_consent() -> None:
    """The database was away when the microphone was turned on; later the person withdrew."""
    allowed = {(BOB, MIC): [Interval(0, 60_000)]}
    kept = [Kept(BOB, MIC, 20_000, 60_000)]

    found = missing([sent(0, 90_000)], [tape(20_000, 60_000)], kept, 90_000, allowed=allowed)

    assert told(found) == [(0, 20_000, "not_written"), (60_000, 90_000, "no_consent")]
    assert found[0].is_loss


def test_of_a_full_disk_it_is_told_also_to_one_of_whom_nothing_was_ever_written() -> None:
    allowed = {(BOB, MIC): [Interval(0, LENGTH)]}

    found = missing([sent(0, 60_000)], [], [], LENGTH, [(0, 50_000, Reason.DISK)], allowed=allowed)

    assert told(found) == [(0, 50_000, "disk"), (50_000, 60_000, "not_written")]


def test_the_end_of_a_damaged_tape_is_the_disks_and_its_holes_stay_the_networks() -> None:
    damaged = Taped(BOB, MIC, 0, 600_000, None, damaged=True)
    kept = [Kept(BOB, MIC, 0, 300_000, [(100_000, 110_000, "network")])]

    found = missing([sent(0, 600_000)], [damaged], kept, LENGTH)

    assert told(found) == [(100_000, 110_000, "network"), (300_000, 600_000, "disk")]


def test_one_whose_connection_broke_and_who_came_back() -> None:
    spans = [sent(0, 130_000, SpanEnd.LOST), sent(140_000, 600_000)]
    tapes = [tape(0, 130_000), tape(140_000, 600_000)]
    kept = [Kept(BOB, MIC, 0, 600_000, [(100_000, 140_020, "not_recorded")])]

    found = missing(spans, tapes, kept, LENGTH)

    assert told(found) == [(100_000, 130_000, "network"), (130_000, 140_000, "network")]


def test_a_node_that_was_killed() -> None:
    spans = [sent(0, 210_000, SpanEnd.NODE_STOPPED), sent(225_000, 600_000)]
    tapes = [tape(0, 200_000, torn=True), tape(225_000, 600_000)]
    kept = [Kept(BOB, MIC, 0, 600_000, [(199_900, 225_040, "node_stopped")])]

    found = missing(spans, tapes, kept, LENGTH)

    assert {one.reason for one in found} == {Reason.NODE_RESTART}
    assert (found[0].start_ms, found[-1].end_ms) == (199_900, 225_000)


def test_a_recording_that_was_stopped_and_started_again() -> None:
    spans = [sent(0, 100_000, SpanEnd.STOPPED), sent(160_000, 600_000)]
    kept = [Kept(BOB, MIC, 0, 600_000, [(100_000, 160_000, "not_recorded")])]

    (found,) = missing(spans, [tape(0, 100_000), tape(160_000, 600_000)], kept, LENGTH)

    assert (found.start_ms, found.end_ms, found.reason) == (100_000, 160_000, Reason.PAUSED)
    assert not found.is_loss


def test_a_full_disk_is_named_to_those_who_would_have_been_recorded() -> None:
    full = [(100_000, 160_000, Reason.DISK)]
    kept = [Kept(BOB, MIC, 0, 600_000, [(100_000, 160_000, "disk")])]
    tapes = [tape(0, 100_000), tape(160_000, 600_000)]

    (bobs,) = missing([sent(0, 600_000)], tapes, kept, LENGTH, full)
    (without_consent,) = missing([sent(0, 600_000)], [], [], LENGTH, full)

    assert (bobs.start_ms, bobs.end_ms, bobs.reason) == (100_000, 160_000, Reason.DISK)
    assert bobs.is_loss
    assert without_consent.reason == Reason.NO_CONSENT


def test_off_the_record_is_that_whatever_else_it_is() -> None:
    kept = [Kept(BOB, MIC, 0, 600_000, [(100_000, 200_000, "not_recorded")])]
    tapes = [tape(0, 100_000), tape(200_000, 600_000)]

    found = missing([sent(0, 600_000)], tapes, kept, LENGTH, [(90_000, 195_000, OFF)])

    assert told(found) == [(100_000, 195_000, "off_the_record"), (195_000, 200_000, "no_consent")]


def test_a_tape_that_ended_early_is_the_networks() -> None:
    found = missing([sent(0, 600_000)], [tape(0, 600_000)], [Kept(BOB, MIC, 0, 580_000)], LENGTH)

    assert told(found) == [(580_000, 600_000, "network")]


Edges = st.lists(st.integers(0, LENGTH), min_size=2, max_size=12, unique=True).map(sorted)


@given(Edges, Edges)
def test_every_moment_is_kept_or_named(published: list[int], recorded: list[int]) -> None:
    """Whatever was sent and is in no track is in what is missing, but for holes under a second."""
    pairs = list(zip(published[::2], published[1::2], strict=False))
    spans = [sent(start, end) for start, end in pairs]
    tracks = list(zip(recorded[::2], recorded[1::2], strict=False))
    kept = [Kept(BOB, MIC, start, end) for start, end in tracks]

    named = [(m.start_ms, m.end_ms) for m in missing(spans, [], kept, LENGTH)]

    for moment in range(0, LENGTH, 7_919):
        was_sent = any(start <= moment < end for start, end in pairs)
        near = any(start - 1_000 < moment < end + 1_000 for start, end in tracks)
        within = any(start + 1_000 < moment < end - 1_000 for start, end in pairs)
        if was_sent and within and not near:
            assert any(start <= moment < end for start, end in named)
        if not was_sent:
            assert not any(start <= moment < end for start, end in named)


def test_off_the_record_nothing_is_noted_and_the_rest_is_told_of_nobody() -> None:
    """Bob comes back muted: that is not known, and not told as being off the record."""
    spans = [sent(0, 100_000, SpanEnd.OFF_RECORD), sent(260_000, 600_000)]
    kept = [Kept(BOB, MIC, 0, 100_000), Kept(BOB, MIC, 260_000, 600_000)]
    tapes = [tape(0, 100_000), tape(200_000, 600_000)]

    found = missing(spans, tapes, kept, LENGTH, [(100_000, 200_000, OFF)])

    assert told(found) == [(100_000, 200_000, "off_the_record")]
