"""The tape: an append-only file of one source of one person, as its bytes lie on the disk.

    header  magic (8), length of the JSON (u32), JSON
    chunk   length of the sealed part (u32), 1 if it is the last (u8), sealed part     repeated

The opened part of a chunk is a row of records: kind (u8), length (u16), microseconds since the
tape's start at which it arrived (u64), payload. Numbers are big-endian.
"""

import base64
import binascii
import hashlib
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAGIC = b"EMTAPE\x00\x01"
"""The last byte is the version of the format."""
HEADER_LENGTH = struct.Struct("!I")
CHUNK_HEAD = struct.Struct("!IB")
RECORD_HEAD = struct.Struct("!BHQ")
REPORT = struct.Struct("!IQ")

PACKET = 1
"""Payload: one RTP packet as it arrived, decrypted."""
SENDER_REPORT = 2
"""Payload: RTP timestamp (u32) and NTP time (u64) of an RTCP sender report (RFC 3550 §6.4.1)."""

MAX_HEADER_BYTES = 16_384
MAX_CHUNK_BYTES = 4 << 20
"""A reader refuses larger ones as damage. Lower: a burst must be split. Higher: a wrong length
field makes a reader ask for that much memory."""


class NotATape(ValueError):
    """The header cannot be read, so nothing can."""


@dataclass(frozen=True)
class TapeOrder:
    """Everything needed to write one tape. The relay can write what it cannot keep.

    There is no way to order a tape without naming the row of the consent ledger that allows it.
    """

    path: Path
    tape_id: str
    meeting_id: str
    participant_id: str
    publication_id: str
    source: str
    consent_id: str
    key_id: str
    data_key: bytes = field(repr=False)


@dataclass(frozen=True)
class CodecInfo:
    """What was negotiated for the source, needed to read its packets again."""

    mime_type: str
    clock_rate: int
    channels: int
    payload_type: int
    fmtp: str = ""


@dataclass(frozen=True)
class TapeHeader:
    tape_id: str
    meeting_id: str
    participant_id: str
    publication_id: str
    source: str
    consent_id: str
    key_id: str
    codec: CodecInfo
    started_ns: int
    """UTC nanoseconds since 1970 of record time 0."""
    salt: bytes = field(repr=False)


@dataclass(frozen=True)
class Packet:
    arrival_s: float
    """Seconds since the tape's start."""
    data: bytes


@dataclass(frozen=True)
class SenderReport:
    arrival_s: float
    rtp_timestamp: int
    ntp: int
    """64-bit NTP time of the sender's own clock."""


def pack_header(header: TapeHeader) -> bytes:
    salt = base64.b64encode(header.salt).decode()
    fields = vars(header) | {"codec": vars(header.codec), "salt": salt}
    body = json.dumps(fields, separators=(",", ":"), sort_keys=True).encode()
    return MAGIC + HEADER_LENGTH.pack(len(body)) + body


def parse_header(data: bytes) -> TapeHeader:
    """`data` is exactly what `pack_header` made; raises NotATape otherwise."""
    try:
        fields: dict[str, Any] = json.loads(data[len(MAGIC) + HEADER_LENGTH.size :])
        codec = CodecInfo(**fields.pop("codec"))
        salt = base64.b64decode(fields.pop("salt"), validate=True)
        return TapeHeader(codec=codec, salt=salt, **fields)
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error):
        raise NotATape("the header is damaged") from None


def hash_header(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def parse_records(plain: bytes) -> Iterator[Packet | SenderReport]:
    """The records of one opened chunk. Unknown kinds are passed over: a later version's."""
    at, end = 0, len(plain)
    while at < end:
        kind, length, arrival_us = RECORD_HEAD.unpack_from(plain, at)
        at += RECORD_HEAD.size
        if kind == PACKET:
            yield Packet(arrival_us / 1e6, plain[at : at + length])
        elif kind == SENDER_REPORT:
            yield SenderReport(arrival_us / 1e6, *REPORT.unpack_from(plain, at))
        at += length
