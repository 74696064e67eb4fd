"""Opus packets without their encoder's help."""

import numpy as np
import pytest

from media.audio.opus import (
    SILENCE_2_5_MS,
    SILENCE_20_MS,
    SILENCE_100_MS,
    SOUND_RATE,
    Decoder,
    Encoder,
    duration_s,
    missing_after,
)
from tests.fixtures.senders import opus_packets, speech


@pytest.mark.parametrize(
    ("packet", "milliseconds"),
    [
        (b"\x08", 20),  # SILK narrow band, one frame
        (b"\x18", 60),
        (b"\x68", 20),  # hybrid
        (b"\xf8", 20),  # CELT
        (b"\xe0", 2.5),
        (b"\xf9", 40),  # two frames
        (b"\xfb\x03", 60),  # three frames
        (b"\xfb", 0),
        (b"", 0),
    ],
)
def test_a_packet_says_how_long_it_lasts(packet: bytes, milliseconds: float) -> None:
    assert duration_s(packet) == milliseconds / 1000


@pytest.mark.parametrize("packet", [SILENCE_20_MS, SILENCE_2_5_MS, SILENCE_100_MS])
def test_silence_is_silent_and_as_long_as_it_says(packet: bytes) -> None:
    decoder = Decoder()
    decoder.decode(SILENCE_20_MS)

    samples = decoder.decode(packet)

    assert len(samples) == round(duration_s(packet) * SOUND_RATE)
    assert np.abs(samples).max() < 1e-6


def test_a_decoder_goes_on_over_one_that_is_missing() -> None:
    packets = opus_packets(speech(2, [(0, 2)]))
    decoder = Decoder()
    for packet in packets[:50]:
        decoder.decode(packet)

    filled = decoder.decode(missing_after(packets[49]))

    assert len(filled) == SOUND_RATE // 50
    assert np.abs(filled).max() > 0


def test_garbage_is_silence_of_its_length() -> None:
    decoder = Decoder()
    decoder.decode(SILENCE_20_MS)

    assert not decoder.decode(b"\xfb\x03\xff").any()
    assert decoder.damaged == 1


@pytest.mark.parametrize(("count", "seconds"), [(1, 0.02), (3, 0.06), (6, 0.12)])
def test_several_may_be_missing_in_one_packet(count: int, seconds: float) -> None:
    packets = opus_packets(speech(2, [(0, 2)]))
    decoder = Decoder()
    for packet in packets[:50]:
        decoder.decode(packet)

    filling = missing_after(packets[49], count)

    assert duration_s(filling) == pytest.approx(seconds)
    assert len(decoder.decode(filling)) == round(seconds * SOUND_RATE)
    assert decoder.damaged == 0


def test_what_is_encoded_is_heard_again_and_silence_costs_nothing() -> None:
    sound = speech(2, [(0, 1)])[::2] * 0.5
    encoder, decoder = Encoder(), Decoder()
    packets = encoder.encode(sound) + encoder.silence(100) + encoder.encode(sound)
    parts = [decoder.decode(data) for data, _ in packets]

    heard = np.concatenate(parts)

    assert sum(seconds for _, seconds in packets) == pytest.approx(6)
    assert len(packets) < 250
    for begin in (0, 4):  # the beginning, and after a silence that was only written
        piece = slice(begin * SOUND_RATE + 4_800, begin * SOUND_RATE + 19_200)
        wanted = np.tile(sound, 3)[4_800:19_200]
        assert np.corrcoef(heard[piece], wanted)[0, 1] > 0.9
    assert np.abs(heard[round(1.5 * SOUND_RATE) : round(3.9 * SOUND_RATE)]).max() < 1e-4
