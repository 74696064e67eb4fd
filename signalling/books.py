"""Writing down what has happened already: it is repeated until the database has taken it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit.db import Database

logger = logging.getLogger(__name__)

RETRY_S = 2.0
"""Lower: a database that comes back is pressed by everyone at once. Higher: a meeting that is over
shows as running for longer."""

T = TypeVar("T")


async def enter(database: Database, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """One transaction that `work` may be asked for again, from the start.

    For facts only (a tape has ended, someone has left): what may still be refused must fail
    loudly instead.
    """
    while True:
        try:
            async with database.transaction() as db:
                return await work(db)
        except (OperationalError, InterfaceError) as error:
            logger.warning("the database is out of reach (%s)", type(error).__name__)
            await asyncio.sleep(RETRY_S)
