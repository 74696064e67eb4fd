"""The sound of any file that FFmpeg reads, sealed on this machine; mono samples on its own time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np

from media.audio.opus import Samples
from media.unsealed import Unsealed

LONGEST_S = 86_400.0


class NoSound(ValueError):
    """Nothing in the file is sound that can be read."""


class Heard(NamedTuple):
    at: int
    """Which sample of the file's time line is the first."""
    samples: Samples


def check_sound(path: Path, data_key: bytes) -> None:
    """By what the file says of its length and by its first sound, which is decoded. Raises NoSound
    where there is none, or more than anybody records."""
    try:
        with av.open(Unsealed(str(path), data_key), "r") as container:
            next(container.decode(audio=0))
            length_s = (container.duration or 0) / av.time_base
    except (av.FFmpegError, StopIteration, IndexError, ValueError):
        raise NoSound from None
    if length_s > LONGEST_S:
        raise NoSound


def sound(path: Path, data_key: bytes, rate: int) -> Iterator[Heard]:
    """Frame by frame at that rate; gaps are where nothing is. What is damaged is passed over.
    Raises NoSound where there is none."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
    end: int | None = None
    try:
        with av.open(Unsealed(str(path), data_key), "r") as container:
            for packet in container.demux(audio=0):
                for at_s, samples in _decoded(packet, resampler):
                    end = round(at_s * rate) + len(samples)
                    yield Heard(end - len(samples), samples)
        if end is not None:
            for part in resampler.resample(None):  # what it held back to look ahead
                yield Heard(end, part.to_ndarray()[0].astype(np.float32))
    except (av.FFmpegError, IndexError):
        raise NoSound from None


def _decoded(
    packet: "av.Packet[Any]", resampler: av.AudioResampler
) -> Iterator[tuple[float, Samples]]:
    try:
        frames = packet.decode()
    except av.InvalidDataError:
        return
    for frame in frames:
        if not isinstance(frame, av.AudioFrame):
            continue
        at_s = float(frame.time or 0.0)
        for part in resampler.resample(frame):
            samples = part.to_ndarray()[0].astype(np.float32)
            yield at_s, samples
            at_s += len(samples) / part.sample_rate
