"""A conversation that could have been: the same from the same seed, with everyone in it."""

import numpy as np

from app.simulation.script import Line, Script, conversation
from app.simulation.voices import BACKCHANNELS, RATE, _hummed, utter


def test_a_seed_makes_one_conversation_in_which_everyone_speaks() -> None:
    script = conversation(people=4, length_s=120, seed=3)

    assert script == conversation(people=4, length_s=120, seed=3)
    assert script != conversation(people=4, length_s=120, seed=4)
    assert {line.person for line in script.lines} == {0, 1, 2, 3}
    assert any(line.text in BACKCHANNELS for line in script.lines)
    assert 110_000 < script.length_ms < 135_000


def test_some_turns_overlap_and_nobody_speaks_over_themself() -> None:
    spoken = conversation(people=5, length_s=180).spoken()
    ends: dict[int, int] = {}
    overlaps = 0
    for person, start, end in spoken:
        assert start >= ends.get(person, 0)
        overlaps += any(start < other for who, other in ends.items() if who != person)
        ends[person] = max(end, ends.get(person, 0))
    assert overlaps > 2


def test_a_script_goes_through_json() -> None:
    script = Script(people=1, lines=[Line(person=0, at_ms=5, text="Hei.")])
    assert Script.model_validate_json(script.model_dump_json()) == script


def test_the_truth_lies_inside_what_is_played() -> None:
    utterance = utter("Minulla on asiaa.", 2)
    length_ms = len(utterance.samples) * 1000 // RATE
    assert 0 <= utterance.start_ms < utterance.end_ms <= length_ms + 10


def test_without_a_speech_program_there_is_still_something_to_hear() -> None:
    samples = _hummed("Kolme sanaa tässä.", 40)
    assert samples.dtype == np.int16
    assert np.abs(samples).max() > 6_000
