"""Data keys: wrapped, shared by nobody, gone when destroyed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit.db import Database, now
from app.kit.ids import new_id
from app.kit.key_folder import KeyFolder, KeysAway
from app.meetings.models import Meeting
from app.vault import service as vault
from app.vault.models import DataKey
from app.vault.service import KeyDestroyed
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast


@asynccontextmanager
async def rolled_back(database: Database) -> AsyncIterator[AsyncSession]:
    with suppress(ZeroDivisionError):
        async with database.transaction() as db:
            yield db
            raise ZeroDivisionError


def folder(running: Application) -> KeyFolder:
    assert running.context.database.keys is not None
    return running.context.database.keys


@pytest.fixture
async def meeting(running: Application, cast: Cast) -> Meeting:
    made = Meeting(group_id=cast.group_id, starts_at=now())
    async with running.context.database.transaction() as db:
        db.add(made)
    return made


async def test_one_key_for_each_person_and_scope(
    running: Application, cast: Cast, meeting: Meeting
) -> None:
    keys = running.context.keys
    async with running.context.database.transaction() as db:
        made = {
            (owner, scope): await vault.data_key(db, keys, meeting.id, owner, scope)
            for owner in (cast.alice.id, cast.bob.id, None)
            for scope in ("audio", "video", "shared")
        }
    async with running.context.database.transaction() as db:
        for (owner, scope), key in made.items():
            assert await vault.data_key(db, keys, meeting.id, owner, scope) == key
            assert await vault.unwrap(db, keys, key.id) == key.key

    assert len({key.key for key in made.values()}) == len({key.id for key in made.values()}) == 9
    assert {len(key.key) for key in made.values()} == {32}


async def test_what_is_kept_is_wrapped_and_opens_with_no_other_key(
    running: Application, cast: Cast, meeting: Meeting
) -> None:
    keys = running.context.keys
    async with running.context.database.transaction() as db:
        key = await vault.data_key(db, keys, meeting.id, cast.bob.id, "audio")
        wrapped = folder(running).get(key.id)
        assert len(wrapped) == 40  # RFC 3394: eight bytes of integrity
        assert key.key not in wrapped

        with pytest.raises(InvalidUnwrap):
            await vault.unwrap(db, replace(keys, installation=bytes(32)), key.id)
        folder(running).put(key.id, wrapped[:-1] + bytes([wrapped[-1] ^ 1]))
        with pytest.raises(InvalidUnwrap):
            await vault.unwrap(db, keys, key.id)


async def test_a_destroyed_key_is_gone_and_the_next_is_another(
    running: Application, cast: Cast, meeting: Meeting
) -> None:
    keys = running.context.keys
    async with running.context.database.transaction() as db:
        old = await vault.data_key(db, keys, meeting.id, cast.bob.id, "audio")
        await vault.destroy(db, old.id)
        destroyed_at = (await db.get_one(DataKey, old.id)).destroyed_at
        await vault.destroy(db, old.id)

        assert (await db.get_one(DataKey, old.id)).destroyed_at == destroyed_at
        with pytest.raises(KeyDestroyed):
            await vault.unwrap(db, keys, old.id)
        fresh = await vault.data_key(db, keys, meeting.id, cast.bob.id, "audio")
        assert fresh.id != old.id
        assert fresh.key != old.key
        with pytest.raises(KeyDestroyed):
            await vault.unwrap(db, keys, new_id())
    assert folder(running).ids() == {fresh.id}


async def test_a_key_is_on_the_disk_before_its_row_is_committed(
    running: Application, cast: Cast, meeting: Meeting
) -> None:
    database, keys = running.context.database, running.context.keys

    async with rolled_back(database) as db:
        key = await vault.data_key(db, keys, meeting.id, cast.bob.id, "audio")
        assert folder(running).ids() == {key.id}

    async with database.transaction() as db:
        assert (await vault.data_key(db, keys, meeting.id, cast.bob.id, "audio")).id != key.id


async def test_a_key_stays_until_its_destruction_is_committed(
    running: Application, cast: Cast, meeting: Meeting
) -> None:
    database, keys = running.context.database, running.context.keys
    async with database.transaction() as db:
        key = await vault.data_key(db, keys, meeting.id, cast.bob.id, "audio")

    async with rolled_back(database) as db:
        await vault.destroy(db, key.id)

    async with database.reading() as db:
        assert await vault.unwrap(db, keys, key.id) == key.key


async def test_what_a_kill_left_is_shredded_when_it_is_done_again_or_looked_for(
    running: Application, cast: Cast, meeting: Meeting
) -> None:
    database, keys = running.context.database, running.context.keys
    async with database.transaction() as db:
        first = await vault.data_key(db, keys, meeting.id, cast.bob.id, "audio")
        second = await vault.data_key(db, keys, meeting.id, cast.bob.id, "video")
        staying = await vault.data_key(db, keys, meeting.id, cast.alice.id, "audio")
        left = {key.id: folder(running).get(key.id) for key in (first, second)}
    async with database.transaction() as db:
        for key_id in left:
            await vault.destroy(db, key_id)
    for key_id, wrapped in left.items():
        folder(running).put(key_id, wrapped)

    async with database.transaction() as db:
        await vault.destroy(db, first.id)
    assert folder(running).ids() == {second.id, staying.id}
    assert await vault.sweep(database) == 1
    assert folder(running).ids() == {staying.id}


async def test_a_folder_that_is_away_is_no_destroyed_key(
    running: Application, cast: Cast, meeting: Meeting
) -> None:
    database, keys = running.context.database, running.context.keys
    async with database.transaction() as db:
        key = await vault.data_key(db, keys, meeting.id, cast.bob.id, "audio")
    there, away = folder(running).path, folder(running).path.with_name("elsewhere")
    there.rename(away)
    there.mkdir()  # as a disk looks that is not mounted

    async with database.reading() as db:
        with pytest.raises(KeysAway):
            await vault.unwrap(db, keys, key.id)
    with pytest.raises(KeysAway):
        async with database.transaction() as db:
            await vault.data_key(db, keys, meeting.id, cast.bob.id, "video")
    with pytest.raises(KeysAway):
        async with database.transaction() as db:
            await vault.destroy(db, key.id)
    assert list(there.iterdir()) == []

    there.rmdir()
    away.rename(there)
    assert await vault.sweep(database) == 1
