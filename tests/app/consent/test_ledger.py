"""The chain finds every change; the fold says what is in force."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st

from app.consent import ledger
from app.consent.models import ConsentDecision, Decision, Purpose

GROUP = UUID(int=1)
PEOPLE = [UUID(int=n) for n in range(10, 13)]
START = datetime(2026, 11, 23, 17, 0, 0, 123_456, tzinfo=UTC)

KEEPS = "withdrawn, keeping what was recorded before"

Step = tuple[UUID, Purpose, Decision | str]
steps = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE), st.sampled_from(Purpose), st.sampled_from([*Decision, KEEPS])
    ),
    max_size=12,
)
some_steps = steps.filter(bool)


def chain(decisions: list[Step]) -> list[ConsentDecision]:
    rows: list[ConsentDecision] = []
    for number, (user, purpose, decision) in enumerate(decisions, start=1):
        row = ConsentDecision(
            id=UUID(int=1000 + number),
            sequence=number,
            user_id=user,
            group_id=GROUP,
            purpose=purpose,
            decision=Decision.WITHDRAWN if decision == KEEPS else decision,
            keeps_earlier=decision == KEEPS,
            text_version=1,
            text_language="fi",
            decided_by=user,
            decided_at=START + timedelta(seconds=number),
            previous_hash=rows[-1].hash if rows else ledger.GENESIS,
            hash="",
        )
        row.hash = ledger.digest(row)
        rows.append(row)
    return rows


def place(rows: list[ConsentDecision]) -> int | None:
    broken = ledger.verify(rows)
    return broken.place if broken else None


CHANGES = {
    "id": UUID(int=9),
    "sequence": 99,
    "user_id": UUID(int=9),
    "group_id": UUID(int=9),
    "meeting_id": UUID(int=9),
    "purpose": "another",
    "decision": "another",
    "keeps_earlier": True,
    "text_version": 2,
    "text_language": "sv",
    "text_sha256": "f" * 64,
    "paper": "Form 7",
    "signed_at": START,
    "decided_by": UUID(int=9),
    "decided_at": START - timedelta(microseconds=1),
    "previous_hash": "f" * 64,
    "hash": "f" * 64,
}


def test_every_column_is_under_the_hash() -> None:
    assert CHANGES.keys() == ConsentDecision.model_fields.keys()


@given(steps)
def test_an_honest_chain_is_whole(decisions: list[Step]) -> None:
    assert ledger.verify(chain(decisions)) is None


@given(some_steps, st.data())
def test_a_changed_field_is_found_where_it_is(decisions: list[Step], data: st.DataObject) -> None:
    rows = chain(decisions)
    at = data.draw(st.integers(0, len(rows) - 1))
    name = data.draw(st.sampled_from(sorted(CHANGES)))

    changed = not rows[at].keeps_earlier if name == "keeps_earlier" else CHANGES[name]
    setattr(rows[at], name, changed)

    assert place(rows) == at + 1


@given(some_steps, st.data())
def test_a_changed_row_with_a_new_hash_is_found_at_the_next(
    decisions: list[Step], data: st.DataObject
) -> None:
    rows = chain([*decisions, (PEOPLE[0], Purpose.AUDIO, Decision.GRANTED)])
    at = data.draw(st.integers(0, len(rows) - 2))

    rows[at].text_version = 7
    rows[at].hash = ledger.digest(rows[at])

    assert place(rows) == at + 2


@given(some_steps, st.data())
def test_a_row_taken_out_or_put_in_is_found(decisions: list[Step], data: st.DataObject) -> None:
    rows = chain([*decisions, (PEOPLE[0], Purpose.AUDIO, Decision.GRANTED)])
    at = data.draw(st.integers(0, len(rows) - 2))

    assert ledger.verify(rows[:at] + rows[at + 1 :]) is not None
    assert ledger.verify([*rows[: at + 1], rows[at], *rows[at + 1 :]]) is not None


@given(some_steps, st.data())
def test_another_order_is_found(decisions: list[Step], data: st.DataObject) -> None:
    rows = chain(decisions)
    shuffled = data.draw(st.permutations(rows))

    in_order = [row.sequence for row in shuffled] == [row.sequence for row in rows]
    assert (ledger.verify(shuffled) is None) == in_order


def test_what_was_cut_off_at_the_end_shows_in_the_last_hash_only() -> None:
    rows = chain([(PEOPLE[0], p, Decision.GRANTED) for p in Purpose])

    assert ledger.verify(rows[:-1]) is None
    assert rows[-2].hash != rows[-1].hash


def meddled(rows: list[ConsentDecision], data: st.DataObject) -> list[ConsentDecision]:
    """Any one change that somebody could make who has the database and not our code."""
    at = data.draw(st.integers(0, len(rows) - 1))
    kind = data.draw(st.sampled_from(["edit", "cut", "swap", "insert", "end"]))
    if kind == "edit":
        name = data.draw(st.sampled_from(sorted(CHANGES)))
        assume(getattr(rows[at], name) != CHANGES[name])
        setattr(rows[at], name, CHANGES[name])
    elif kind == "cut":
        del rows[at]
    elif kind == "end":
        del rows[at:]
    elif kind == "swap":
        other = data.draw(st.integers(0, len(rows) - 1).filter(lambda n: n != at))
        rows[at], rows[other] = rows[other], rows[at]
    else:
        strange = chain([(PEOPLE[0], Purpose.AUDIO, Decision.GRANTED)])[0]
        strange.id = UUID(int=5)
        strange.sequence = data.draw(st.integers(1, len(rows) + 1))
        strange.previous_hash = rows[at].hash
        strange.hash = ledger.digest(strange)
        rows.insert(data.draw(st.integers(0, len(rows))), strange)
    return rows


@given(steps.filter(lambda decisions: len(decisions) > 1), st.data())
def test_whatever_one_change_is_made_it_is_found(
    decisions: list[Step], data: st.DataObject
) -> None:
    """By the chain itself, or by the head that was written down: the end can only be cut."""
    kept = ledger.head(chain(decisions))
    rows = meddled(chain(decisions), data)

    broken = ledger.verify(rows)
    grown_by_one = len(rows) == kept.length + 1 and rows[-1].sequence == len(rows)
    assert broken or not ledger.continues(rows, kept) or grown_by_one


@given(steps, some_steps)
def test_a_chain_continues_every_head_it_ever_had(before: list[Step], after: list[Step]) -> None:
    kept = ledger.head(chain(before))

    assert ledger.continues(chain([*before, *after]), kept)
    assert not ledger.continues(chain(before), ledger.head(chain([*before, *after])))


def test_rows_from_before_the_texts_were_kept_keep_their_hashes() -> None:
    (row,) = chain([(PEOPLE[0], Purpose.AUDIO, Decision.GRANTED)])

    assert row.text_sha256 is None
    assert row.hash == "bdb649724c32e15891afa53042dddb2860f5175745995d3898b80a95bccab6bf"


@given(steps)
def test_in_force_is_what_was_said_last(decisions: list[Step]) -> None:
    said: dict[tuple[UUID, Purpose], Decision | str] = {}
    for user, purpose, decision in decisions:
        said[user, purpose] = decision

    granted = ledger.granted(ledger.fold(chain(decisions)))

    expected = {key for key, decision in said.items() if decision == Decision.GRANTED}
    assert {(user, p) for user, purposes in granted.items() for p in purposes} == expected


def later_than(row: ConsentDecision, rows: list[ConsentDecision]) -> list[ConsentDecision]:
    """What the same person said of the same purpose afterwards."""
    return [
        other
        for other in rows[row.sequence :]
        if (other.user_id, other.purpose) == (row.user_id, row.purpose)
    ]


@given(steps)
def test_a_grant_stands_until_the_next_no_that_keeps_nothing(decisions: list[Step]) -> None:
    rows = chain(decisions)
    standing, ended_by = set(), {}
    for row in rows:
        noes = [o for o in later_than(row, rows) if o.decision != Decision.GRANTED]
        erasing = [other for other in noes if not other.keeps_earlier]
        if row.decision == Decision.GRANTED and erasing:
            ended_by[row.id] = erasing[0]
        elif row.decision == Decision.GRANTED:
            standing.add(row.id)

    assert ledger.standing(rows) == standing
    assert ledger.ended_by(rows) == ended_by


@given(steps)
def test_a_grant_is_closed_by_the_next_no_of_either_sort(decisions: list[Step]) -> None:
    rows = chain(decisions)
    closed = {}
    for row in rows:
        noes = [o for o in later_than(row, rows) if o.decision != Decision.GRANTED]
        if row.decision == Decision.GRANTED and noes:
            closed[row.id] = noes[0].decided_at

    assert ledger.closed_at(rows) == closed


@given(steps)
def test_what_is_relied_on_stands(decisions: list[Step]) -> None:
    rows = chain(decisions)
    relied_on = {row.id for granted in ledger.relied_on(rows).values() for row in granted.values()}
    in_force = ledger.granted(ledger.fold(rows))

    assert relied_on <= ledger.standing(rows)
    assert {row.id for granted in in_force.values() for row in granted.values()} <= relied_on


def test_a_row_from_before_the_choice_has_the_hash_it_was_written_with() -> None:
    """The very bytes of the first version: JSON with sorted keys, without `keeps_earlier`."""
    (row,) = chain([(PEOPLE[0], Purpose.AUDIO, Decision.GRANTED)])
    text = (
        '{"decided_at": "2026-11-23T17:00:01.123456+00:00", '
        '"decided_by": "00000000-0000-0000-0000-00000000000a", "decision": "granted", '
        '"group_id": "00000000-0000-0000-0000-000000000001", '
        '"id": "00000000-0000-0000-0000-0000000003e9", "meeting_id": null, '
        f'"previous_hash": "{"0" * 64}", "purpose": "audio", "sequence": 1, '
        '"text_language": "fi", "text_version": 1, '
        '"user_id": "00000000-0000-0000-0000-00000000000a"}'
    )

    assert row.hash == hashlib.sha256(text.encode()).hexdigest()
