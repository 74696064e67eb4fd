"""Praat files, read again by praatio."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from praatio import textgrid as praat

from app.exports.formats.textgrid import BACKCHANNEL, TURN, textgrid
from app.exports.turnlist import TurnList
from tests.fixtures.turnlists import turnlists


def read(content: bytes) -> praat.Textgrid:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "turns.TextGrid"
        path.write_bytes(content)
        return praat.openTextgrid(str(path), includeEmptyIntervals=True)


@given(turnlists())
def test_every_turn_comes_back(turns: TurnList) -> None:
    found = read(textgrid(turns))
    assert list(found.tierNames) == [speaker.pseudonym for speaker in turns.speakers]
    for speaker in turns.speakers:
        entries = [e for e in found.getTier(speaker.pseudonym).entries if e.label]
        spans = [(round(e.start * 1000), round(e.end * 1000), e.label) for e in entries]
        assert spans == [
            (turn.start_ms, turn.end_ms, BACKCHANNEL if turn.is_backchannel else TURN)
            for turn in turns.of(speaker)
        ]


@given(turnlists())
def test_intervals_tile_every_tier_from_start_to_end(turns: TurnList) -> None:
    found = read(textgrid(turns))
    for speaker in turns.speakers:
        entries = found.getTier(speaker.pseudonym).entries
        assert entries[0].start == 0
        assert round(entries[-1].end * 1000) == turns.duration_ms
        assert all(a.end == b.start for a, b in pairwise(entries))


@given(turnlists())
def test_where_nobody_speaks_it_opens_all_the_same(turns: TurnList) -> None:
    found = read(textgrid(replace(turns, speakers=(), turns=())))
    assert [entry.label for entry in found.getTier(TURN).entries] == [""]
