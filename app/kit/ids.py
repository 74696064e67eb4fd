"""Identifiers: UUIDs whose order is the order of creation (RFC 9562, version 7)."""

import secrets
import time
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

UserId: TypeAlias = UUID
ProgrammeId: TypeAlias = UUID
GroupId: TypeAlias = UUID
InvitationId: TypeAlias = UUID
MeetingId: TypeAlias = UUID
ConsentId: TypeAlias = UUID
DataKeyId: TypeAlias = UUID
RecordingId: TypeAlias = UUID
TapeId: TypeAlias = UUID


def new_id() -> UUID:
    """48 bits of Unix milliseconds, 12 of the fraction of that millisecond, 62 of randomness.

    The fraction (RFC 9562 §6.2, method 3) counts steps of 244 ns, less than it takes to make one:
    rows of one process keep their order, even those of the same millisecond.
    """
    ms, ns = divmod(time.time_ns(), 1_000_000)
    fraction = (ns << 12) // 1_000_000
    return UUID(int=ms << 80 | 7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62))


def made_at(id_: UUID) -> datetime:
    """When `new_id` made it, to the millisecond."""
    return datetime.fromtimestamp((id_.int >> 80) / 1000, UTC)


def short(id_: UUID) -> str:
    """The form that may be logged: enough to find a row, not enough to be one's name."""
    return id_.hex[-6:]
