"""A voice is read the same however its frames come, and as if each were looked at by itself."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from media.audio.opus import EMPTY_BYTES, RATE, SOUND_RATE, Decoder, Samples, missing_after
from media.recorder.frame import Frame, FrameRows
from media.recorder.voice import GOES_ON_S, Voice
from tests.fixtures.senders import opus_packets

KINDS = st.sampled_from(["sound", "empty", "long", "silent"])
RUNS = st.lists(st.tuples(KINDS, st.integers(1, 12)), min_size=1, max_size=12)
FRAME = SOUND_RATE // 50


@cache
def tone() -> list[bytes]:
    t = np.arange(RATE) / RATE
    return opus_packets(np.sin(2 * np.pi * 440 * t).astype(np.float32) * 0.5)


def frames_of(runs: Sequence[tuple[str, int]]) -> list[Frame]:
    frames: list[Frame] = []
    at_s = 0.1
    for kind in (kind for kind, count in runs for _ in range(count)):
        sound = tone()[len(frames) % len(tone())]
        lost = missing_after(sound)
        data = {"sound": sound, "empty": lost, "long": missing_after(sound, 6), "silent": lost}[
            kind
        ]
        lasts_s = 0.12 if kind == "long" else 0.02
        frames.append(Frame(at_s, data, True, lasts_s, silent=kind == "silent"))
        at_s += lasts_s
    return frames


def one_by_one(frames: Sequence[Frame]) -> Samples:
    """After 0.12 s without sound a pause lasts until there is sound that does not stand alone."""
    decoder, parts, empty_s = Decoder(), [np.zeros(SOUND_RATE // 10, np.float32)], GOES_ON_S
    for frame, following in pairwise([*frames, None]):
        assert frame is not None
        empty = len(frame.data) <= EMPTY_BYTES
        alone = following is not None and (following.silent or len(following.data) <= EMPTY_BYTES)
        if frame.silent or (empty_s >= GOES_ON_S and (empty or alone)):
            empty_s = GOES_ON_S
            count = round(frame.duration_s * SOUND_RATE)
            parts.append(np.zeros(count - decoder.skipped(count), np.float32))
            continue
        sound = decoder.decode(frame.data)
        empty_s = empty_s + frame.duration_s if empty else 0.0
        faded = np.linspace(1, 0, len(sound), dtype=np.float32)
        parts.append(sound * faded if empty_s >= GOES_ON_S else sound)
    return np.concatenate(parts)


@given(RUNS, st.lists(st.integers(1, 9), max_size=20), st.integers(FRAME // 2, 40 * FRAME))
def test_frames_are_heard_as_one_by_one(
    runs: list[tuple[str, int]], sizes: list[int], count: int
) -> None:
    frames = frames_of(runs)
    cuts = [0, *np.cumsum(sizes).tolist(), len(frames)]
    batches = [FrameRows.of(part) for a, b in pairwise(cuts) if (part := frames[a:b])]
    expected = one_by_one(frames)

    voice, heard = Voice(iter(batches)), list[Samples]()
    for _ in range(0, len(expected), count):
        samples = voice.read(count)
        heard.append(np.zeros(count, np.float32) if samples is None else samples)

    sound = np.concatenate(heard)
    assert np.array_equal(sound[: len(expected)], expected)
    assert not sound[len(expected) :].any()
