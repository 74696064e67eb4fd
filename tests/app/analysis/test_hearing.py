"""When silence is a finding, and of whom."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.analysis.hearing import heard, kept, over, silent
from app.consent.models import ConsentDecision, Decision, Purpose
from app.kit.intervals import Interval
from app.programmes.models import RetentionChange
from app.recordings.models import Recording, Source, Tape, TapeState

ZERO = datetime(2027, 3, 10, 15, 0, tzinfo=UTC)
GROUP, MEETING, KEY = uuid4(), uuid4(), uuid4()
RECORDING = Recording(meeting_id=MEETING, node_name="a", started_at=ZERO, duration_ms=60_000)
FIRST, SECOND = uuid4(), uuid4()
INDEXED_AT = ZERO + timedelta(seconds=600)
BOTH = (Purpose.AUDIO, Purpose.INDEXING)


def at(seconds: float) -> datetime:
    return ZERO + timedelta(seconds=seconds)


def grant(user: UUID, purpose: Purpose, seconds: float, n: int = 1) -> ConsentDecision:
    return ConsentDecision(
        sequence=n, user_id=user, group_id=GROUP, purpose=purpose, decision=Decision.GRANTED,
        text_version=1, text_language="fi", decided_by=user, previous_hash="", hash="",
        decided_at=at(seconds),
    )  # fmt: skip


def tape(user: UUID, given: ConsentDecision) -> Tape:
    return Tape(
        recording_id=RECORDING.id, user_id=user, publication_id="m", source=Source.MICROPHONE,
        consent_id=given.id, data_key_id=KEY, node_name="a", path=str(user),
    )  # fmt: skip


def withdrawal(user: UUID, purpose: Purpose, seconds: float) -> ConsentDecision:
    """What was recorded before it stays."""
    row = grant(user, purpose, seconds)
    row.decision, row.keeps_earlier = Decision.WITHDRAWN, True
    return row


def spans(
    rows: list[ConsentDecision],
    *missing: tuple[float, float, str],
    unrecorded: tuple[Interval, ...] = (),
) -> list[tuple[int, int]]:
    """Of the first one, in seconds, who has a tape of each grant of the voice."""
    recording = Recording(
        meeting_id=MEETING, node_name="a", started_at=ZERO, duration_ms=60_000,
        missing=[
            {
                "user_id": str(FIRST), "source": "microphone", "reason": reason,
                "start_ms": round(1000 * start), "end_ms": round(1000 * end),
                "is_loss": reason not in ("muted", "paused"),
            }
            for start, end, reason in missing
        ],
    )  # fmt: skip
    voices = [
        tape(FIRST, row)
        for row in rows
        if (row.purpose, row.decision) == (Purpose.AUDIO, Decision.GRANTED)
    ]
    found = heard(rows, voices, recording, INDEXED_AT, unrecorded)[FIRST]
    return [(start // 1000, end // 1000) for start, end in found]


def agreed(seconds: float = -60) -> list[ConsentDecision]:
    return [grant(FIRST, each, seconds) for each in BOTH]


def test_silence_is_a_finding_only_of_who_agreed_to_everything_beforehand() -> None:
    both = [grant(FIRST, Purpose.AUDIO, -60), grant(FIRST, Purpose.INDEXING, -60)]
    arrived = {FIRST: at(0)}
    assert silent(both, [], at(600), arrived) == {FIRST}
    assert silent(both, [tape(FIRST, both[0])], at(600), arrived) == set()  # heard, not silent
    assert silent(both[:1], [], at(600), arrived) == set()
    assert silent(both[1:], [], at(600), arrived) == set()
    late = [grant(FIRST, Purpose.AUDIO, 30), both[1]]
    assert silent(late, [], at(600), arrived) == set()  # may have spoken before
    assert silent(both, [], at(600), {}) == set()  # was not there
    withdrawn = grant(FIRST, Purpose.INDEXING, 700, 3)
    withdrawn.decision = Decision.WITHDRAWN
    assert silent([*both, withdrawn], [], at(600), arrived) == set()


def test_who_agreed_during_the_meeting_is_heard_from_then() -> None:
    assert spans([grant(FIRST, Purpose.AUDIO, 20), grant(FIRST, Purpose.INDEXING, -60)]) == [
        (20, 60)
    ]
    assert spans(agreed(-20)) == [(0, 60)]


def test_indexing_agreed_to_during_the_meeting_covers_all_of_it() -> None:
    assert spans([grant(FIRST, Purpose.AUDIO, -60), grant(FIRST, Purpose.INDEXING, 40)]) == [
        (0, 60)
    ]


def test_what_was_entered_from_paper_afterwards_covers_all_of_it() -> None:
    assert spans(agreed(300)) == [(0, 60)]


@pytest.mark.parametrize("purpose", BOTH)
def test_who_withdrew_and_kept_what_there_was_is_heard_up_to_then(purpose: Purpose) -> None:
    assert spans([*agreed(), withdrawal(FIRST, purpose, 30)]) == [(0, 30)]


def test_who_agreed_again_is_heard_again() -> None:
    rows = [*agreed(), withdrawal(FIRST, Purpose.AUDIO, 20), grant(FIRST, Purpose.AUDIO, 50)]
    assert spans(rows) == [(0, 20), (50, 60)]


def test_who_withdrew_from_being_studied_before_the_meeting_is_not_heard() -> None:
    assert spans([*agreed(), withdrawal(FIRST, Purpose.INDEXING, -10)]) == []


@pytest.mark.parametrize("reason", ["network", "disk", "nothing_sent", "node_restart"])
def test_what_of_a_microphone_is_lost_is_not_heard(reason: str) -> None:
    assert spans(agreed(), (10, 25, reason)) == [(0, 10), (25, 60)]


def test_who_muted_themselves_said_nothing() -> None:
    assert spans(agreed(), (10, 25, "muted")) == [(0, 60)]


def test_nobody_is_heard_in_what_was_not_recorded() -> None:
    assert spans(agreed(), (5, 12, "network"), unrecorded=(Interval(10_000, 30_000),)) == [
        (0, 5), (30, 60),
    ]  # fmt: skip


def test_whose_turns_are_over_their_time() -> None:
    """The period was 10 days until a week before the meeting, and is 100 since. The first agreed
    eight days before it, the second six and a half: within a day of the change the page may
    still have said 10; the third three days before."""
    third = uuid4()
    day = 86_400
    change = RetentionChange(
        programme_id=uuid4(), at=at(-7 * day), days_before=10, days_after=100, changed_by=FIRST
    )
    rows = [
        grant(user, Purpose.INDEXING, before * day)
        for user, before in ((FIRST, -8), (SECOND, -6.5), (third, -3))
    ]
    assert over(rows, ZERO, [change], 100, at(9.9 * day)) == set()
    assert over(rows, ZERO, [change], 100, at(10 * day)) == {FIRST, SECOND}
    assert over(rows, ZERO, [change], 100, at(100 * day)) == {FIRST, SECOND, third}
    voice = [grant(FIRST, Purpose.AUDIO, -8 * day)]
    assert over(voice, ZERO, [change], 100, at(50 * day)) == set()


@pytest.mark.parametrize(
    ("state", "there"),
    [(TapeState.STORED, True), (TapeState.LOST, False), (TapeState.ERASED, False)],
)
def test_of_whom_a_voice_is_kept(state: TapeState, there: bool) -> None:
    voice, picture = tape(FIRST, agreed()[0]), tape(SECOND, agreed()[0])
    voice.state, picture.source = state, Source.CAMERA
    assert kept([voice, picture]) == ({FIRST} if there else set())
