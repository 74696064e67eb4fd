"""RTP headers in place: extension ids translated, the unknown wiped, the malformed refused."""

from contextlib import suppress

import pytest
from aiortc.rtp import unpack_header_extensions
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.header import (
    EXTENSION_HEAD,
    FIXED,
    extension_span,
    find_extension,
    is_empty,
    is_rtcp,
    translate_extensions,
)


def packet(profile: int, block: bytes, payload: bytes = b"payload") -> bytearray:
    block += bytes(-len(block) % 4)
    head = FIXED.pack(0x90, 96, 1, 2, 3) + EXTENSION_HEAD.pack(profile, len(block) // 4)
    return bytearray(head + block + payload)


def table(**ids: int) -> bytes:
    made = bytearray(256)
    for old, new in ids.items():
        made[int(old[1:])] = new
    return bytes(made)


def test_one_byte_ids_are_translated_and_the_unknown_is_wiped() -> None:
    data = packet(0xBEDE, bytes([0x30, 0x85, 0x42, 1, 2, 3]))

    level, _ = translate_extensions(data, table(_3=1), level_id=3)

    profile, start, end = extension_span(data)
    assert level == 0x85
    assert unpack_header_extensions(profile, bytes(data[start:end])) == [(1, b"\x85")]
    assert data[end:] == b"payload"


def test_two_byte_ids_are_translated_and_the_unknown_is_wiped() -> None:
    data = packet(0x1000, bytes([20, 1, 0x7F, 0, 9, 2, 1, 2]))

    level, _ = translate_extensions(data, table(_20=1), level_id=20)

    profile, start, end = extension_span(data)
    assert level == 0x7F
    assert unpack_header_extensions(profile, bytes(data[start:end])) == [(1, b"\x7f")]


def test_an_extension_of_a_foreign_profile_is_wiped() -> None:
    data = packet(0xABCD, b"secret!!")

    assert translate_extensions(data, table(), 0) == (None, 0)
    assert b"secret" not in data


def test_a_mid_is_found() -> None:
    assert find_extension(packet(0xBEDE, b"\x41ab"), 4) == b"ab"
    assert find_extension(packet(0x1000, b"\x04\x02ab"), 4) == b"ab"
    assert find_extension(packet(0xBEDE, b"\x41ab"), 5) is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x80\x60", "shorter"),
        (FIXED.pack(0x40, 96, 1, 2, 3), "version"),
        (FIXED.pack(0x82, 96, 1, 2, 3), "sources"),
        (FIXED.pack(0x90, 96, 1, 2, 3), "head"),
        (FIXED.pack(0x90, 96, 1, 2, 3) + EXTENSION_HEAD.pack(0xBEDE, 2), "inside its extension"),
        (packet(0xBEDE, b"\x00\x00\x00\x3f"), "longer"),
        (packet(0x1000, b"\x00\x00\x00\x05"), "inside its head"),
    ],
)
def test_a_malformed_packet_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        translate_extensions(bytearray(data), table(), 0)


def test_a_packet_of_padding_is_empty() -> None:
    head = FIXED.pack(0xA0, 96, 1, 2, 3)

    assert is_empty(head + bytes(99) + b"\x64")
    assert not is_empty(head + b"v" + bytes(98) + b"\x63")


def test_rtcp_is_told_by_the_second_byte() -> None:
    assert [is_rtcp(value) for value in (191, 192, 200, 223, 224)] == [
        False, True, True, True, False,
    ]  # fmt: skip


@given(st.binary(max_size=200), st.binary(min_size=256, max_size=256))
def test_garbage_is_refused_and_nothing_else_is_raised(data: bytes, ids: bytes) -> None:
    changed = bytearray(data)
    with suppress(ValueError):
        translate_extensions(changed, ids, 3)
    with suppress(ValueError):
        find_extension(data, 3)
    with suppress(ValueError):
        is_empty(data)
    assert len(changed) == len(data)


@given(st.binary(max_size=64), st.sampled_from([0xBEDE, 0x1000]))
def test_only_known_ids_remain(block: bytes, profile: int) -> None:
    data = packet(profile, block)
    with suppress(ValueError):
        translate_extensions(data, table(_3=1, _7=2), 3)
        _, start, end = extension_span(data)
        found = unpack_header_extensions(profile, bytes(data[start:end]))
        assert {identifier for identifier, _ in found} <= {1, 2}
