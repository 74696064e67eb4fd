"""Workbooks, read again by openpyxl."""

import io

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.exports.formats.rows import COLUMNS
from app.exports.formats.workbook import workbook
from app.exports.turnlist import Speaker, Spoken, TurnList
from tests.fixtures.turnlists import coded_turnlists, turnlists


def written(turns: TurnList) -> list[tuple[object, ...]]:
    book = load_workbook(io.BytesIO(workbook(turns, lambda key: f"says {key}")))
    assert [row[0].value for row in book["variables"].rows] == list(COLUMNS)
    return [tuple(cell.value for cell in row) for row in book["turns"].rows]


@settings(max_examples=25)
@given(turnlists())
def test_every_turn_is_a_row(turns: TurnList) -> None:
    head, *rows = written(turns)
    roles = {speaker.pseudonym: speaker.role for speaker in turns.speakers}
    assert head == COLUMNS
    assert rows == [
        (
            str(turns.group_id),
            turns.group,
            turns.meeting_id,
            "mentoring",
            turns.ordinal,
            "2027-03",
            str(turn.id),
            turn.pseudonym,
            roles[turn.pseudonym],
            turn.start_ms,
            turn.end_ms,
            turn.end_ms - turn.start_ms,
            int(turn.is_backchannel),
            turn.talk,
            turn.state,
            turn.words or None,
            int(turn.may_quote),
        )
        for turn in turns.turns
    ]


@settings(max_examples=25)
@given(coded_turnlists())
def test_codes_stand_in_columns_that_are_explained(turns: TurnList) -> None:
    book = load_workbook(io.BytesIO(workbook(turns, lambda key: f"says {key}")))
    head, *rows = [[cell.value for cell in row] for row in book["turns"].rows]
    assert head[len(COLUMNS) :] == list(turns.columns)
    for row, turn in zip(rows, turns.turns, strict=True):
        said = [turn.codes.get(column) for column in turns.columns]
        assert row[len(COLUMNS) :] == said
    assert [row[0].value for row in book["variables"].rows] == [*COLUMNS, *turns.columns]
    assert all(str(row[1].value).startswith("says variable.") for row in book["variables"].rows)


@settings(max_examples=25)
@given(turnlists(), st.sampled_from(["=1+1", "+1", "-1", "@SUM(A1)", "https://example.org"]))
def test_no_text_becomes_a_formula_or_a_link(turns: TurnList, text: str) -> None:
    one = TurnList(
        turns.title,
        turns.meeting_id,
        turns.ordinal,
        turns.recorded_at,
        turns.duration_ms,
        (),
        (Speaker(text, "member"),),
        (Spoken(text, 0, 1, False),),
    )
    book = load_workbook(io.BytesIO(workbook(one, str)))
    cell = book["turns"]["H2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)
