"""Sound of files from elsewhere: all of it, at the rate that is wanted."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from media.audio.opus import RATE
from media.sealed import SealedWriter
from media.sound_file import NoSound, sound

KEY = bytes(32)


def sealed(path: Path, content: bytes) -> Path:
    with SealedWriter(path, KEY) as writer:
        writer.write(content)
    return path


def tone(rate: int, count: int) -> bytes:
    """As loud at its end as at its beginning."""
    samples = 0.5 * np.cos(2 * np.pi * 440 * np.arange(count) / rate)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32_767).astype(np.int16).tobytes())
    return out.getvalue()


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_the_last_milliseconds_are_heard_too(rate: int, tmp_path: Path) -> None:
    path = sealed(tmp_path / "sound", tone(rate, rate + rate // 7))

    heard = list(sound(path, KEY, RATE))

    samples = np.concatenate([each.samples for each in heard])
    assert len(samples) == pytest.approx(RATE + RATE // 7, abs=10)
    assert heard[-1].at + len(heard[-1].samples) == pytest.approx(len(samples), abs=RATE // 200)
    assert np.abs(samples[-RATE // 440 :]).max() > 0.4


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoSound):
        list(sound(sealed(tmp_path / "sound", b"nothing" * 1000), KEY, RATE))
