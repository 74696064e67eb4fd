"""The bytes of a tape."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from media.tape.format import (
    PACKET,
    RECORD_HEAD,
    CodecInfo,
    NotATape,
    Packet,
    TapeHeader,
    pack_header,
    parse_header,
    parse_records,
)

HEADER = TapeHeader(
    tape_id="t",
    meeting_id="m",
    participant_id="p",
    publication_id="c",
    source="camera",
    consent_id="ledger row",
    key_id="k",
    codec=CodecInfo("video/VP8", 90_000, 0, 96),
    started_ns=1_790_000_000_000_000_001,
    salt=bytes(range(32)),
)


def test_a_header_survives() -> None:
    assert parse_header(pack_header(HEADER)) == HEADER


def test_a_salt_is_not_shown() -> None:
    assert "salt" not in repr(HEADER)


@given(st.binary(max_size=300))
def test_garbage_is_not_a_header(data: bytes) -> None:
    try:
        parse_header(data)
    except NotATape:
        return
    raise AssertionError


def test_a_later_version_s_records_are_passed_over() -> None:
    plain = RECORD_HEAD.pack(9, 3, 0) + b"new" + RECORD_HEAD.pack(PACKET, 1, 2_000_000) + b"x"

    assert list(parse_records(plain)) == [Packet(2.0, b"x")]


def test_a_record_costs_eleven_bytes() -> None:
    assert RECORD_HEAD.size == struct.calcsize("!BHQ") == 11
