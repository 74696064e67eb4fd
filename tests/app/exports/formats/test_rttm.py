"""RTTM, read again as the format is defined: ten fields, by blanks."""

from hypothesis import given

from app.exports.formats.rttm import rttm
from app.exports.turnlist import TurnList
from tests.fixtures.turnlists import turnlists


@given(turnlists())
def test_every_turn_is_a_line_of_ten_fields(turns: TurnList) -> None:
    lines = rttm(turns).decode().splitlines()
    assert len(lines) == len(turns.turns)
    for line, turn in zip(lines, turns.turns, strict=True):
        kind, file, channel, start, length, *_, name, _, _ = fields = line.split(" ")
        assert len(fields) == 10
        assert (kind, file, channel) == ("SPEAKER", "00000005-mentoring-3", "1")
        assert round(float(start) * 1000) == turn.start_ms
        assert round(float(length) * 1000) == turn.end_ms - turn.start_ms
        assert name == turn.pseudonym.replace(" ", "_")
