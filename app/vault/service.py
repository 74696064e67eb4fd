"""Data keys: made, unwrapped for one use, destroyed. Nothing that was sealed outlives its key."""

import secrets
from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit.db import now
from app.kit.errors import Refusal
from app.kit.keys import Keys
from app.vault.models import DataKey

KEY_BYTES = 32


class KeyDestroyed(Refusal):
    code = "erased"
    status = 410


class Unwrapped(NamedTuple):
    id: UUID
    key: bytes


async def data_key(
    db: AsyncSession,
    keys: Keys,
    meeting_id: UUID,
    user_id: UUID | None,
    scope: str,
    *,
    besides: Collection[UUID] = (),
) -> Unwrapped:
    """The key in use for this person (None: shared) and scope in this meeting; made if missing.

    After one was destroyed the next is a new one: what comes later never shares a key with what
    was erased. `besides`: keys that must not be taken, because they may have to go alone.
    """
    query = select(DataKey).where(
        DataKey.meeting_id == meeting_id,
        DataKey.user_id == user_id,
        DataKey.scope == scope,
        col(DataKey.destroyed_at).is_(None),
        col(DataKey.id).not_in(besides),
    )
    row = (await db.exec(query.order_by(col(DataKey.created_at)).limit(1))).first()
    if row is not None:
        return Unwrapped(row.id, _open(keys, row))
    key = secrets.token_bytes(KEY_BYTES)
    wrapped = aes_key_wrap(keys.installation, key)
    row = DataKey(meeting_id=meeting_id, user_id=user_id, scope=scope, wrapped=wrapped)
    db.add(row)
    await db.flush()
    return Unwrapped(row.id, key)


async def unwrap(db: AsyncSession, keys: Keys, data_key_id: UUID) -> bytes:
    """The 32 bytes; raises KeyDestroyed when what it sealed was erased."""
    row = await db.get(DataKey, data_key_id)
    if row is None:
        raise KeyDestroyed
    return _open(keys, row)


async def living(db: AsyncSession, meeting_id: UUID, scopes: Collection[str]) -> Sequence[DataKey]:
    """The meeting's keys of these scopes that are not destroyed."""
    query = select(DataKey).where(
        DataKey.meeting_id == meeting_id,
        col(DataKey.scope).in_(scopes),
        col(DataKey.destroyed_at).is_(None),
    )
    return (await db.exec(query.order_by(col(DataKey.id)))).all()


async def destroy(db: AsyncSession, data_key_id: UUID) -> DataKey:
    """Makes everything this key sealed unreadable, copies and backups included."""
    row = await db.get_one(DataKey, data_key_id)
    if row.destroyed_at is None:
        row.wrapped, row.destroyed_at = None, now()
        await db.flush()
    return row


def _open(keys: Keys, row: DataKey) -> bytes:
    if row.wrapped is None:
        raise KeyDestroyed
    return aes_key_unwrap(keys.installation, row.wrapped)
