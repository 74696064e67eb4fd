"""Parquet, read again by polars: the same rows and columns as the CSV, with types."""

from io import BytesIO

import polars as pl
from hypothesis import HealthCheck, given, settings

from app.exports.formats import codings
from app.exports.formats.parquet import CODINGS, SCHEMA, codings_parquet, parquet
from app.exports.formats.rows import COLUMNS
from app.exports.turnlist import TurnList
from tests.fixtures.turnlists import coded_turnlists, studied_turnlists, turnlists

few = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def read(content: bytes) -> pl.DataFrame:
    return pl.read_parquet(BytesIO(content))


def where(turns: TurnList) -> tuple[object, ...]:
    about = (turns.meeting_id, "mentoring", turns.ordinal, "2027-03")
    return str(turns.group_id), turns.group, *about


@given(turnlists())
def test_every_turn_is_a_row(turns: TurnList) -> None:
    found = read(parquet(turns))
    roles = {speaker.pseudonym: speaker.role for speaker in turns.speakers}

    assert tuple(found.columns) == COLUMNS
    assert dict(found.schema) == SCHEMA
    assert found.rows() == [
        (
            *where(turns),
            str(t.id),
            t.pseudonym,
            roles[t.pseudonym],
            t.start_ms,
            t.end_ms,
            t.end_ms - t.start_ms,
            t.is_backchannel,
            t.talk,
            t.state,
            t.words,
            t.may_quote,
        )
        for t in turns.turns
    ]


@few
@given(coded_turnlists())
def test_codes_are_columns_of_text_behind_the_others(turns: TurnList) -> None:
    found = read(parquet(turns))
    assert tuple(found.columns) == (*COLUMNS, *turns.columns)
    assert all(found.schema[column] == pl.String for column in turns.columns)
    assert found.select(turns.columns).rows() == [
        tuple(turn.codes.get(column, "") for column in turns.columns) for turn in turns.turns
    ]


@few
@given(studied_turnlists())
def test_every_code_is_a_row_and_a_memo_without_codes_too(turns: TurnList) -> None:
    found = read(codings_parquet(turns))
    assert tuple(found.columns) == codings.COLUMNS
    assert dict(found.schema) == CODINGS

    at = {turn.id: turn for turn in turns.turns}
    memos = {(note.turn_id, note.source): note.body for note in turns.notes}
    coded = {(given.turn_id, given.source) for given in turns.given}
    said: list[tuple[object, ...]] = [
        (
            each.turn_id,
            *(each.source, each.axis, each.code, "pay/time", each.path),
            *(each.is_primary, each.confidence),
            memos.get((each.turn_id, each.source), ""),
            each.given_at.isoformat(timespec="seconds") if each.given_at else None,
        )
        for each in turns.given
    ]
    said += [
        (turn_id, source, "", "", "", "", None, None, body, None)
        for (turn_id, source), body in memos.items()
        if (turn_id, source) not in coded
    ]
    wanted = [
        (*where(turns), str(id_), at[id_].pseudonym, at[id_].start_ms, at[id_].end_ms, *about)
        for id_, *about in said
    ]
    assert sorted(found.rows(), key=repr) == sorted(wanted, key=repr)
