"""Picture numbers are found where RFC 7741 puts them, and garbage is refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.header import FIXED
from media.rtp.vp8 import Picture, read, renumber

HEAD = FIXED.pack(0x80, 120, 1, 1, 5)
KEY, DELTA = b"\x10\x02", b"\x11\x02"


@pytest.mark.parametrize(
    ("payload", "picture"),
    [
        (b"\x10" + KEY, Picture(0, 0, False, 0, 0, 0, True, False, True)),
        (b"\x00" + KEY, Picture(0, 0, False, 0, 0, 0, False, False, True)),
        (b"\x10" + DELTA, Picture(0, 0, False, 0, 0, 0, True, False, False)),
        (b"\x90\x80\x7f" + KEY, Picture(14, 127, False, 0, 0, 0, True, False, True)),
        (b"\x90\x80\x81\x02" + DELTA, Picture(14, 258, True, 0, 0, 0, True, False, False)),
        (b"\x90\xe0\x81\x02\x09\x80" + DELTA, Picture(14, 258, True, 16, 9, 2, True, False, False)),
        (b"\x90\xe0\x81\x02\x09\x60" + DELTA, Picture(14, 258, True, 16, 9, 1, True, True, False)),
        (b"\x90\x10\x05" + KEY, Picture(0, 0, False, 0, 0, 0, True, False, True)),
    ],
)
def test_a_descriptor_is_read(payload: bytes, picture: Picture) -> None:
    assert read(HEAD + payload) == picture


def test_a_descriptor_behind_an_extension_is_read() -> None:
    extended = FIXED.pack(0x90, 120, 1, 1, 5) + b"\xbe\xde\x00\x01\x30\x85\x00\x00"

    assert read(extended + b"\x90\x80\x7f" + KEY).number_at == 22


@pytest.mark.parametrize(
    "payload", [b"", b"\x90", b"\x90\x80", b"\x90\x80\x81", b"\x90\xe0\x81\x02"]
)
def test_a_cut_descriptor_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match="descriptor"):
        read(HEAD + payload)


@given(st.binary(max_size=40))
def test_garbage_is_refused_and_nothing_else_is_raised(data: bytes) -> None:
    with suppress(ValueError):
        read(data)


@given(st.integers(0, 0x7FFF), st.integers(0, 255), st.booleans())
def test_new_numbers_are_read_back(number: int, tl0: int, wide: bool) -> None:
    payload = b"\x90\xe0" + (b"\x81\x02" if wide else b"\x01") + b"\x09\x80" + DELTA
    packet = bytearray(HEAD + payload)

    renumber(memoryview(packet), read(packet), number, tl0)

    after = read(packet)
    assert after.number == (number if wide else number & 0x7F)
    assert after.tl0 == tl0
    assert after.wide == wide
    assert packet[-2:] == DELTA
