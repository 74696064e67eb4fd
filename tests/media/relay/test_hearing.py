"""Of seven people four are forwarded at a time, and nobody's first syllable is lost for it."""

import io
from collections.abc import AsyncIterator

import av
import numpy as np
import pytest

from media.relay.hearing import THEN
from media.relay.relay import Relay
from tests.fixtures.voices import utter
from tests.fuzz.company import Guest, House, gathered

PEOPLE = 7
SILENT = 127
FRAME = 960
"""Samples of one packet: 20 ms at 48 kHz."""
AUDIBLE = 50.0
"""dB below the loudest frame: what is softer is masked by the syllable that follows it."""


def levels(text: str) -> list[int]:
    """RFC 6464: of each 20 ms, decibels below full scale, as a browser measures them."""
    with av.open(io.BytesIO(utter(text).wav)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
        frames = [r for f in container.decode(audio=0) for r in resampler.resample(f)]
    samples = np.concatenate([f.to_ndarray()[0] for f in frames]).astype(np.float64) / 32768
    packets = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.maximum((packets**2).mean(axis=1), 1e-13)
    return [min(SILENT, max(0, round(-10 * np.log10(one)))) for one in power]


@pytest.fixture
async def house(relay: Relay) -> House:
    return House(relay)


@pytest.fixture
async def guests(house: House) -> AsyncIterator[list[Guest]]:
    guests = await gathered(house, PEOPLE)
    yield guests
    for guest in guests:
        await guest.close()


async def say(house: House, guests: list[Guest], level: dict[Guest, int]) -> None:
    """One packet of everyone's microphone."""
    for guest in guests:
        microphone = guest.sources[0]
        microphone._level = level.get(guest, SILENT)
        (packet,) = microphone.next_frame()
        guest.said.setdefault(microphone.mid, []).append(packet)
        guest.uplink.send(guest.uplink.sending.protect(packet))
    await house.settle()
    for guest in guests:
        guest.listen()


def heard_of(listener: Guest, speaker: Guest) -> list[bool]:
    (said,) = speaker.said.values()
    heard = {packet[-8:] for row in listener.heard.values() for packet in row}
    return [packet[-8:] in heard for packet in said]


async def test_four_voices_are_forwarded_of_seven(house: House, guests: list[Guest]) -> None:
    for _ in range(50):
        await say(house, guests, dict.fromkeys(guests, 30))

    listener = guests[0]
    heard = [other for other in guests[1:] if any(heard_of(listener, other)[-20:])]
    assert len(heard) in (THEN - 1, THEN)  # the listener may be one of the four


@pytest.mark.parametrize("text", ["Niin, kyllä minäkin", "Hmm", "Siis se oli", "Joo"])
async def test_whoever_begins_is_heard_from_the_first_syllable(
    house: House, guests: list[Guest], text: str
) -> None:
    listener, talker, late = guests[0], guests[1], guests[-1]
    for _ in range(120):
        await say(house, guests, {talker: 25})
    assert not any(heard_of(listener, late)[-20:])
    before = len(heard_of(listener, late))

    spoken = levels(text)
    for level in spoken:
        await say(house, guests, {talker: 25, late: level})

    audible = min(spoken) + AUDIBLE
    heard = heard_of(listener, late)[before:]
    assert all(whole for whole, level in zip(heard, spoken, strict=True) if level <= audible)
