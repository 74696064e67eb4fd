"""Opus packets without their encoder's help."""

import numpy as np
import pytest

from media.audio.opus import (
    SILENCE_2_5_MS,
    SILENCE_20_MS,
    Decoder,
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


@pytest.mark.parametrize("packet", [SILENCE_20_MS, SILENCE_2_5_MS])
def test_silence_is_silent_and_as_long_as_it_says(packet: bytes) -> None:
    decoder = Decoder()
    decoder.decode(SILENCE_20_MS)

    samples = decoder.decode(packet)

    assert len(samples) == round(duration_s(packet) * 48_000)
    assert not samples.any()


def test_a_decoder_goes_on_over_one_that_is_missing() -> None:
    packets = opus_packets(speech(2, [(0, 2)]))
    decoder = Decoder()
    for packet in packets[:50]:
        decoder.decode(packet)

    filled = decoder.decode(missing_after(packets[49]))

    assert len(filled) == 960
    assert np.abs(filled).max() > 0


def test_garbage_is_silence_of_its_length() -> None:
    decoder = Decoder()
    decoder.decode(SILENCE_20_MS)

    assert not decoder.decode(b"\xfb\x03\xff").any()
    assert decoder.damaged == 1
