"""What has happened is written down, however often it takes; what is wrong is said at once."""

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit.db import Database
from signalling import books


async def test_a_fact_is_written_again_until_the_database_takes_it() -> None:
    database = Database("sqlite+aiosqlite://")
    attempts = []

    async def work(db: AsyncSession) -> str:
        attempts.append(db)
        if len(attempts) == 1:
            raise OperationalError("INSERT", {}, Exception("gone"))
        return "written"

    assert await books.enter(database, work) == "written"
    assert len(attempts) == 2
    await database.close()


async def test_what_the_database_will_never_take_is_not_tried_again() -> None:
    database = Database("sqlite+aiosqlite://")

    async def work(db: AsyncSession) -> None:
        raise IntegrityError("INSERT", {}, Exception("no such recording"))

    with pytest.raises(IntegrityError):
        await books.enter(database, work)
    await database.close()
