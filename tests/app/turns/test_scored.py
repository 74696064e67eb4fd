"""Turns found in scripted Finnish conversations whose truth is known, as the worker hears them.

A small part of benchmarks/detection.py, which measures larger groups, more rooms, and speed.
"""

import shutil
from pathlib import Path

import pytest

from app.simulation.script import conversation
from tests.fixtures.rooms_of_sound import Loudspeaker, Sounds
from tests.fixtures.scored import score

pytestmark = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="the model knows voices; tones are none"
)
NEAR = Loudspeaker(1, attenuation_db=12, delay_ms=180, ring_s=0.3)
FAR = Loudspeaker(2, attenuation_db=20, delay_ms=420, ring_s=0.5)


@pytest.mark.parametrize("people", [3, pytest.param(6, marks=pytest.mark.thorough)])
def test_in_quiet_rooms(people: int, tmp_path: Path) -> None:
    found = score(conversation(people, 60, seed=people), Sounds(), tmp_path)

    assert found.boundary_f1 >= 0.90
    assert found.overlap_recall >= 0.8


def test_in_noise_ten_decibels_below_speech(tmp_path: Path) -> None:
    found = score(conversation(4, 60, seed=2), Sounds(snr_db=10), tmp_path)

    assert found.boundary_f1 >= 0.80
    assert found.overlap_recall >= 0.8


def test_voices_by_which_no_rule_was_chosen(tmp_path: Path) -> None:
    """Soft voices in noise: their ends are not late, their beginnings are not cut, and of their
    short words none is missed after long silence."""
    found = score(conversation(5, 60, seed=7, cast="unheard"), Sounds(snr_db=10), tmp_path)

    assert found.boundary_f1 >= 0.80
    assert found.overlap_recall >= 0.8


def test_somebody_types(tmp_path: Path) -> None:
    found = score(conversation(3, 60, seed=5), Sounds(typists=(2,)), tmp_path)

    assert found.boundary_f1 >= 0.90


@pytest.mark.parametrize("snr_db", [pytest.param(None, marks=pytest.mark.thorough), 20.0])
def test_voices_out_of_loudspeakers_are_nobody_s_turns(
    snr_db: float | None, tmp_path: Path
) -> None:
    """Of two of five the microphone is open; what they say themselves stays."""
    sounds = Sounds(snr_db=snr_db, loudspeakers=(NEAR, FAR))
    found = score(conversation(5, 60, seed=3), sounds, tmp_path)

    assert found.echo_rejected >= 0.95
    assert found.overlap_recall >= 0.8
    assert found.boundary_f1 >= 0.85


def test_everything_at_once(tmp_path: Path) -> None:
    """Noise hides most of the echoes, so that few are known again as they are."""
    sounds = Sounds(snr_db=15, loudspeakers=(NEAR, FAR), typists=(4,))
    found = score(conversation(5, 60, seed=401, cast="varied"), sounds, tmp_path)

    assert found.boundary_f1 >= 0.90
    assert found.overlap_recall >= 0.9
    assert found.overlap_precision >= 0.75
    assert found.echo_rejected >= 0.95
