"""Stretches off the record that are not in the books yet, in the node's journal.

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


class Stretch(BaseModel):
    """Who asked for it, is nowhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    recording_id: UUID
    started_at: datetime


def heard(node: Node, recording_id: UUID, at: datetime) -> Stretch:
    """A kill loses it no more."""
    stretch = Stretch(id=new_id(), recording_id=recording_id, started_at=at)
    node.journal.put(KIND, stretch.id, stretch.model_dump_json())
    return stretch


async def confirmed(node: Node, stretch: Stretch) -> None:
    await node.journal.confirm(KIND, stretch.id)


async def enter(node: Node, stretch: Stretch) -> None:
    """Returns once the books have it."""
    await books.enter(node.database, lambda db: off_record.begin(db, **stretch.model_dump()))
    settled(node, stretch)


def settled(node: Node, stretch: Stretch) -> None:
    """The books have it, or need it no more."""
    node.journal.drop(KIND, stretch.id)


async def enter_what_was_left(node: Node) -> None:
    """By the node's earlier life. Raises where the database is out of reach."""
    for text in node.journal.left(KIND):
        stretch = Stretch.model_validate_json(text)
        try:
            async with node.database.transaction() as db:
                await off_record.begin(db, **stretch.model_dump())
        except (OperationalError, InterfaceError):
            raise
        except SQLAlchemyError:
            logger.exception("a stretch off the record waits on: the books refuse it")
        else:
            settled(node, stretch)
