"""Clips of a finished file lie where they lay in the recording."""

from pathlib import Path

import numpy as np
import pytest

from media.audio.opus import RATE
from media.audio.speech import MODEL_RATE, Span
from media.recorder.frame import Frame, in_columns
from media.recorder.muxer import mux
from media.recorder.scratch import Scratch
from media.recorder.transcribing.clips import AROUND_MS, LONGEST_MS, clips, speech, voice
from media.sealed import SealedWriter
from media.sound_file import Heard
from tests.fixtures.senders import opus_packets
from tests.fixtures.senders import speech as spoken

KEY = bytes(range(32))


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """Eight seconds of a person's file that begins at 3 s; a voice in it from 2 to 5 s."""
    packets = opus_packets(spoken(8, [(2, 5)]))
    frames = (Frame(3 + n * 0.02, data, True, 0.02) for n, data in enumerate(packets))
    path = tmp_path / "voice.sealed"
    with Scratch(tmp_path) as out, SealedWriter(path, KEY) as writer:
        mux(out, in_columns(frames), iter(()), lambda _: None)
        out.seek(0)
        writer.write(out.read())
    return path


def test_speech_is_found_on_the_recording_s_time_line(sealed: Path) -> None:
    found = speech(voice(sealed, KEY, 3_000))

    assert found[0].start_ms == pytest.approx(5_000, abs=150)
    assert found[-1].end_ms == pytest.approx(8_000, abs=250)


def test_a_clip_holds_the_sound_of_its_span_and_a_little_around(sealed: Path) -> None:
    (clip,) = clips(voice(sealed, KEY, 3_000), [Span(4_000, 7_000)])

    assert clip.start_ms == 4_000 - AROUND_MS
    assert len(clip.samples) == (3_000 + 2 * AROUND_MS) * MODEL_RATE // 1000
    loud = np.flatnonzero(np.abs(clip.samples) > 0.02)
    assert clip.start_ms + loud[0] * 1000 / MODEL_RATE == pytest.approx(5_000, abs=60)


def test_clips_that_touch_share_the_sound_between_them() -> None:
    tone = np.arange(10 * MODEL_RATE, dtype=np.float32)
    heard = [Heard(at, tone[at : at + 960]) for at in range(0, len(tone), 960)]
    spans = [Span(1_000, 2_000), Span(2_100, 3_000), Span(9_900, 12_000)]

    for clip, span in zip(clips(heard, spans), spans, strict=True):
        first = (span.start_ms - AROUND_MS) * MODEL_RATE // 1000
        inside = clip.samples[: max(len(tone) - first, 0)]
        assert np.array_equal(inside, tone[first : first + len(inside)])
        assert not clip.samples[len(tone) - first :].any() or first + len(clip.samples) <= len(tone)


def test_a_monologue_comes_in_pieces() -> None:
    pieces = list(clips([], [Span(AROUND_MS, 2 * LONGEST_MS)]))

    assert [piece.start_ms for piece in pieces] == [0, LONGEST_MS, 2 * LONGEST_MS]
    assert RATE % MODEL_RATE == 0
