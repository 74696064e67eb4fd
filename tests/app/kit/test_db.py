"""Transactions: whole or not at all; a look changes nothing; times are in UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError
from sqlmodel import select

from app.accounts.models import User
from app.kit.db import now
from tests.fixtures.application import Application


async def names(running: Application) -> list[str]:
    async with running.context.database.reading() as db:
        return list((await db.exec(select(User.name))).all())


async def test_a_transaction_that_fails_leaves_nothing(running: Application) -> None:
    class Accident(Exception):
        pass

    async def half() -> None:
        async with running.context.database.transaction() as db:
            db.add(User(name="Half"))
            await db.flush()
            raise Accident

    with pytest.raises(Accident):
        await half()
    assert await names(running) == []


async def test_a_look_does_not_wait_for_a_writer(
    running: Application,
) -> None:
    database = running.context.database
    async with database.transaction() as writer:
        writer.add(User(name="Later"))
        await writer.flush()
        assert await names(running) == []
    assert await names(running) == ["Later"]


async def test_what_a_look_changed_is_dropped(running: Application) -> None:
    async with running.context.database.reading() as db:
        db.add(User(name="Never"))
        await db.flush()
    assert await names(running) == []


async def test_times_come_back_in_utc_and_must_have_a_zone(running: Application) -> None:
    helsinki = timezone(timedelta(hours=2))
    user = User(name="A", created_at=datetime(2026, 11, 23, 19, 0, tzinfo=helsinki))
    async with running.context.database.transaction() as db:
        db.add(user)
    async with running.context.database.reading() as db:
        (found,) = (await db.exec(select(User))).all()
    assert found.created_at == datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert found.created_at.tzinfo is UTC
    assert now().tzinfo is UTC

    with pytest.raises(StatementError):
        async with running.context.database.transaction() as db:
            db.add(User(name="B", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001
