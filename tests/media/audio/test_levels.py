"""Loudness by bands, from sound that is known."""

import numpy as np
import pytest

from media.audio.levels import (
    BANDS,
    EDGES_HZ,
    FLOOR_DB,
    FRAME,
    LEVEL_RATE,
    STEPS_PER_DB,
    Levels,
    Loudness,
)


def measured(sound: np.ndarray, block: int) -> Loudness:
    levels = Levels()
    for start in range(0, len(sound), block):
        part = sound[start : start + block]
        levels.add(part if part.any() else None, len(part))
    return levels.loudness()


@pytest.mark.parametrize("band", range(BANDS))
def test_a_tone_is_in_its_band_as_loud_as_it_is(band: int) -> None:
    hertz = (EDGES_HZ[band] + EDGES_HZ[band + 1]) / 2
    for level_db in (-6.0, -26.0):
        tone = np.sin(2 * np.pi * hertz * np.arange(LEVEL_RATE) / LEVEL_RATE)
        found = measured((tone * 10 ** (level_db / 20)).astype(np.float32), LEVEL_RATE)
        assert found[25].argmax() == band
        assert found[25, band] / STEPS_PER_DB + FLOOR_DB == pytest.approx(level_db, abs=1.5)


@pytest.mark.parametrize("block", [FRAME, 333, 16_000])
def test_the_size_of_the_blocks_changes_nothing(block: int) -> None:
    sound = np.zeros(3 * LEVEL_RATE, np.float32)
    sound[16_000:32_000] = np.random.default_rng(1).normal(0, 0.1, 16_000)

    assert np.array_equal(measured(sound, block), measured(sound, len(sound)))
    assert len(measured(sound, block)) == len(sound) // FRAME
    assert not measured(sound, block)[:49].any()
