"""Data keys: made, unwrapped for one use, destroyed. Nothing that was sealed outlives its key.

A row says what a key is for; its 32 bytes, wrapped (AES-256, RFC 3394), lie in a folder outside the
database. They are there, and the disk has confirmed it, before the row is committed and anything
sealed; they go once it is committed that the key is destroyed. What a kill leaves in between is
found by `sweep`.
"""

import asyncio
import secrets
from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit.db import KEYS, Database, now
from app.kit.errors import Refusal
from app.kit.key_folder import DESTROYED, KeyFolder
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
    was erased. `besides`: keys that must not be taken, because they may have to go alone. Raises
    KeysAway.
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
        return Unwrapped(row.id, await _open(db, keys, row))
    key = secrets.token_bytes(KEY_BYTES)
    row = DataKey(meeting_id=meeting_id, user_id=user_id, scope=scope)
    await asyncio.to_thread(_folder(db).put, row.id, aes_key_wrap(keys.installation, key))
    db.add(row)
    await db.flush()
    return Unwrapped(row.id, key)


async def unwrap(db: AsyncSession, keys: Keys, data_key_id: UUID) -> bytes:
    """The 32 bytes; raises KeyDestroyed when what it sealed was erased, KeysAway and KeyLost when
    they cannot be read."""
    row = await db.get(DataKey, data_key_id)
    if row is None:
        raise KeyDestroyed
    return await _open(db, keys, row)


async def living(db: AsyncSession, meeting_id: UUID, scopes: Collection[str]) -> Sequence[DataKey]:
    """The meeting's keys of these scopes that are not destroyed."""
    query = select(DataKey).where(
        DataKey.meeting_id == meeting_id,
        col(DataKey.scope).in_(scopes),
        col(DataKey.destroyed_at).is_(None),
    )
    return (await db.exec(query.order_by(col(DataKey.id)))).all()


async def any_destroyed(db: AsyncSession, data_key_ids: Collection[UUID]) -> bool:
    query = select(DataKey.id).where(
        col(DataKey.id).in_(data_key_ids), col(DataKey.destroyed_at).is_not(None)
    )
    return (await db.exec(query.limit(1))).first() is not None


async def destroy(db: AsyncSession, data_key_id: UUID) -> DataKey:
    """Makes everything this key sealed unreadable, copies and backups included, once this
    transaction is committed. Idempotent; done again it shreds what a kill left."""
    row = await db.get_one(DataKey, data_key_id)
    if row.destroyed_at is None:
        row.destroyed_at = now()
        await db.flush()
    db.info.setdefault(DESTROYED, set()).add(row.id)
    return row


async def is_gone(db: AsyncSession, row: DataKey) -> bool:
    """Looked for, not believed. Raises KeysAway."""
    return row.destroyed_at is not None and not await asyncio.to_thread(_folder(db).holds, row.id)


async def sweep(database: Database) -> int:
    """Shreds what is there of keys that are destroyed: left by a process that was killed, or put
    back from a backup. How many."""
    assert database.keys is not None
    there = await asyncio.to_thread(database.keys.ids)
    async with database.reading() as db:
        query = select(DataKey.id).where(col(DataKey.destroyed_at).is_not(None))
        left = there.intersection((await db.exec(query)).all())
    for key_id in left:
        await asyncio.to_thread(database.keys.shred, key_id)
    return len(left)


async def _open(db: AsyncSession, keys: Keys, row: DataKey) -> bytes:
    if row.destroyed_at is not None:
        raise KeyDestroyed
    wrapped = await asyncio.to_thread(_folder(db).get, row.id)
    return aes_key_unwrap(keys.installation, wrapped)


def _folder(db: AsyncSession) -> KeyFolder:
    folder: KeyFolder | None = db.info[KEYS]
    assert folder is not None
    return folder
