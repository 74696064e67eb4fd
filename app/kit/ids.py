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
    """48 bits of Unix milliseconds, then randomness, with version and variant bits in place."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def made_at(id_: UUID) -> datetime:
    """When `new_id` made it, to the millisecond."""
    return datetime.fromtimestamp((id_.int >> 80) / 1000, UTC)


def short(id_: UUID) -> str:
    """The form that may be logged: enough to find a row, not enough to be one's name."""
    return id_.hex[-6:]
