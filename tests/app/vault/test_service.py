"""Data keys: wrapped, shared by nobody, gone when destroyed."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from app.kit.db import now
from app.kit.ids import new_id
from app.meetings.models import Meeting
from app.vault import service as vault
from app.vault.models import DataKey
from app.vault.service import KeyDestroyed
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast


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
        row = await db.get_one(DataKey, key.id)
        assert row.wrapped is not None
        assert len(row.wrapped) == 40  # RFC 3394: eight bytes of integrity
        assert key.key not in row.wrapped

        with pytest.raises(InvalidUnwrap):
            await vault.unwrap(db, replace(keys, installation=bytes(32)), key.id)
        row.wrapped = row.wrapped[:-1] + bytes([row.wrapped[-1] ^ 1])
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

        row = await db.get_one(DataKey, old.id)
        assert (row.wrapped, row.destroyed_at) == (None, destroyed_at)
        with pytest.raises(KeyDestroyed):
            await vault.unwrap(db, keys, old.id)
        fresh = await vault.data_key(db, keys, meeting.id, cast.bob.id, "audio")
        assert fresh.id != old.id
        assert fresh.key != old.key
        with pytest.raises(KeyDestroyed):
            await vault.unwrap(db, keys, new_id())
