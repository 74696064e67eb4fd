"""The simulated microphone keeps its own time line; the camera moves."""

import time

import numpy as np

from app.simulation.sources import FRAME, HEIGHT, WIDTH, Camera, Microphone
from app.simulation.voices import RATE


async def test_what_is_spoken_is_heard_at_its_moment_and_silence_around_it() -> None:
    microphone = Microphone()
    await microphone.recv()
    microphone.speak(np.full(FRAME * 2, 1_000, np.int16), time.monotonic() + 0.1)

    frames = [await microphone.recv() for _ in range(12)]
    heard = np.concatenate([frame.to_ndarray()[0] for frame in frames])

    assert [frame.pts for frame in frames] == [FRAME * n for n in range(1, 13)]
    loud = np.flatnonzero(heard)
    assert len(loud) == FRAME * 2
    assert 0.05 * RATE < loud[0] < 0.15 * RATE


async def test_the_picture_moves() -> None:
    camera = Camera(1)
    one, two = await camera.recv(), await camera.recv()
    assert (one.width, one.height) == (WIDTH, HEIGHT)
    assert two.pts > one.pts
    assert (one.to_ndarray() != two.to_ndarray()).any()
