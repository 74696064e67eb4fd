"""Waveform peaks in the format of audiowaveform."""

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from media.audio.peaks import SAMPLES_PER_PIXEL, Peaks


def test_the_document_is_version_2() -> None:
    peaks = Peaks()
    wave = np.zeros(SAMPLES_PER_PIXEL * 2, np.float32)
    wave[10], wave[20] = 0.5, -0.25
    peaks.add(wave)

    document = json.loads(peaks.to_json())

    assert document == {
        "version": 2,
        "channels": 1,
        "sample_rate": 24_000,
        "samples_per_pixel": SAMPLES_PER_PIXEL,
        "bits": 8,
        "length": 2,
        "data": [-32, 64, 0, 0],
    }


@given(st.lists(st.integers(0, 15_000), max_size=8))
def test_how_the_sound_is_cut_changes_nothing(cuts: list[int]) -> None:
    wave = np.sin(np.arange(15_000) / 7).astype(np.float32)
    whole, parts = Peaks(), Peaks()

    whole.add(wave)
    for part in np.split(wave, sorted(cuts)):
        parts.add(part)

    assert parts.to_json() == whole.to_json()


@given(st.integers(0, 9_000), st.integers(0, 9_000))
def test_silence_is_as_good_as_so_many_zeros(before: int, count: int) -> None:
    wave = np.sin(np.arange(before) / 7).astype(np.float32)
    said, added = Peaks(), Peaks()
    for peaks in (said, added):
        peaks.add(wave)

    said.silence(count)
    added.add(np.zeros(count, np.float32))

    assert said.to_json() == added.to_json()


def test_full_scale_fits() -> None:
    peaks = Peaks()
    peaks.add(np.array([1.0, -1.0, 2.0], np.float32))

    assert json.loads(peaks.to_json())["data"] == [-128, 127]
