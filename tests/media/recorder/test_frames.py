"""Which frames can be decoded, told without decoding them."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.recorder.frame import Frame
from media.recorder.frames import Counts, frames
from media.recorder.pictures import Chain, Picture, PictureRows
from media.recorder.vp8 import Vp8
from tests.fixtures.framing import framed
from tests.fixtures.senders import VP8, Sender, send_vp8, vp8_frames

KEY_FRAME = b"\x10\x00\x00\x9d\x01\x2a\x40\x01\xf0\x00" + bytes(20)
INTER_FRAME = b"\x11" + bytes(20)


def taken(packets: list[tuple[float, bytes]]) -> tuple[list[Frame], Counts]:
    return framed(packets, "video/VP8")


def layered(layers: str) -> list[tuple[float, bytes]]:
    """One packet a picture; each letter is its temporal layer, K a key frame."""
    sender, base, sent = Sender(), 250, []
    for number, letter in enumerate(layers):
        layer = 0 if letter == "K" else int(letter)
        base = (base + (layer == 0)) % 256
        descriptor = bytes([0x90, 0xE0, number, base, layer << 6])
        data = descriptor + (KEY_FRAME if letter == "K" else INTER_FRAME)
        sent.append((number / 30, sender.packet(VP8, number / 30, data, marker=True)))
    return sent


def without(number: int) -> Callable[[list[tuple[float, bytes]]], list[tuple[float, bytes]]]:
    return lambda sent: sent[:number] + sent[number + 1 :]


@pytest.mark.parametrize(
    ("layers", "lost", "kept"),
    [
        ("K0000K00", 2, 5),  # without a base after the hole: up to it, and from the key frame
        ("K20212021", 3, 6),  # an upper layer is missing: on with the next base
        ("K20212021", 2, 2),  # a base is missing: nothing until a key frame
        ("K2021202", 1, 7),
    ],
)
def test_after_a_hole_only_what_can_be_decoded_is_kept(layers: str, lost: int, kept: int) -> None:
    found, counts = taken(without(lost)(layered(layers)))

    assert len(found) == kept
    assert counts.undecodable == len(layers) - 1 - kept


def test_frames_are_what_the_encoder_made() -> None:
    made = vp8_frames(300)[:60]

    found, counts = taken(send_vp8(Sender(), made, mtu=50))

    assert [frame.data for frame in found] == made
    assert [frame.is_keyframe for frame in found] == [Vp8().size(data) is not None for data in made]
    assert (counts.width, counts.height) == (160, 120)


def test_padding_between_pictures_is_no_hole() -> None:
    sender = Sender()
    packets = send_vp8(sender, [KEY_FRAME])
    padding = bytearray(sender.packet(VP8, 0.01, b"\x00\x00\x03", marker=False))
    padding[0] |= 0x20
    packets += [(0.01, bytes(padding)), *send_vp8(sender, [INTER_FRAME], 0.03)]

    found, counts = taken(packets)

    assert (len(found), counts.incomplete, counts.undecodable) == (2, 0, 0)


def test_an_unknown_codec_is_refused() -> None:
    with pytest.raises(ValueError, match="video/H265"):
        frames([], "video/H265", [], Counts())


@given(st.binary(max_size=12))
def test_garbage_is_no_payload_and_nothing_else_is_raised(data: bytes) -> None:
    try:
        Vp8().read(data)
    except (ValueError, IndexError):
        return


pictures = st.builds(
    lambda stretch, follows, base, layer: Picture(0.0, stretch, follows, base, layer, b""),
    st.just(0),
    st.sampled_from([True, True, True, False]),
    st.sampled_from([None, 1, 2, 3]),
    st.integers(0, 1),
)


@given(st.lists(st.tuples(pictures, st.booleans(), st.booleans()), max_size=30), st.integers(1, 6))
def test_what_can_be_shown_is_the_same_in_columns(
    told: list[tuple[Picture, bool, bool]], size: int
) -> None:
    columns, singles, stretch = Chain(), Chain(), 0
    sent = []
    for picture, is_keyframe, anew in told:
        stretch += anew
        sent.append((picture._replace(stretch=stretch), is_keyframe))

    found: list[bool] = []
    for at in range(0, len(sent), size):
        some, keys = zip(*sent[at : at + size], strict=True)
        found += columns.carried(PictureRows.of(some), np.array(keys)).tolist()

    assert found == [singles.carries(one, is_keyframe=key) for one, key in sent]
