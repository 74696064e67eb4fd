"""Turns as WebVTT, read again by webvtt-py and by our own reader."""

import webvtt as oracle
from hypothesis import given

from app.exports.formats.webvtt import NO_WORDS, webvtt
from app.exports.turnlist import TurnList
from app.transcripts.vtt import read
from tests.fixtures.turnlists import turnlists


@given(turnlists())
def test_every_turn_comes_back_with_its_speaker_and_words(turns: TurnList) -> None:
    found = read(webvtt(turns).decode())
    assert [(c.start_ms, c.end_ms, c.voice, c.text) for c in found] == [
        (t.start_ms, t.end_ms, t.pseudonym, t.words or NO_WORDS) for t in turns.turns
    ]


@given(turnlists())
def test_webvtt_py_finds_the_same_cues(turns: TurnList) -> None:
    found = list(oracle.from_string(webvtt(turns).decode())) if turns.turns else []
    assert [_ms(cue.start) for cue in found] == [turn.start_ms for turn in turns.turns]
    assert [_ms(cue.end) for cue in found] == [turn.end_ms for turn in turns.turns]


def _ms(clock: str) -> int:
    hours, minutes, seconds = clock.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)
