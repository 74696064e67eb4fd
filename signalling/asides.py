"""Asides: times off the record that are not in the books yet, in the node's journal.

Everyone was told of it and no tape runs: it has happened. So each is in the journal before anybody
hears of it, and is entered by this life of the node or by its next, before that takes a meeting.
"""

import logging
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from app.kit.ids import new_id
from app.recordings import off_record
from signalling import books
from signalling.live import Node

logger = logging.getLogger(__name__)

KIND = "off_record"


class Aside(BaseModel):
    """Who asked for it, is nowhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    recording_id: UUID
    started_at: datetime


def heard(node: Node, recording_id: UUID, at: datetime) -> Aside:
    """A kill loses it no more."""
    aside = Aside(id=new_id(), recording_id=recording_id, started_at=at)
    node.journal.put(KIND, aside.id, aside.model_dump_json())
    return aside


async def confirmed(node: Node, aside: Aside) -> None:
    await node.journal.confirm(KIND, aside.id)


async def enter(node: Node, aside: Aside) -> None:
    """Returns once the books have it."""
    await books.enter(node.database, lambda db: off_record.begin(db, **aside.model_dump()))
    settled(node, aside)


def settled(node: Node, aside: Aside) -> None:
    """The books have it, or need it no more."""
    node.journal.drop(KIND, aside.id)


async def enter_what_was_left(node: Node) -> None:
    """By the node's earlier life. Raises where the database is out of reach."""
    for text in node.journal.left(KIND):
        aside = Aside.model_validate_json(text)
        try:
            async with node.database.transaction() as db:
                await off_record.begin(db, **aside.model_dump())
        except (OperationalError, InterfaceError):
            raise
        except SQLAlchemyError:
            logger.exception("a time off the record waits on: the books refuse it")
        else:
            settled(node, aside)
