"""Chat lines into the database: each at once, beside the meeting, and again until it is taken.

A line is in the node's journal before the room hears it, and the room waits for no more. A node
that is killed enters it when it starts again. While the database is away lines wait, and whoever
wrote them is told how many; nothing is lost without a word.
"""

import asyncio
import json
import logging
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from app.chat import service
from app.chat.models import ChatLine
from app.kit.ids import short
from signalling.books import RETRY_S
from signalling.chat import BATCH
from signalling.live import Live, Node
from signalling.messages import LinesUnkept

logger = logging.getLogger(__name__)

KIND = "line"


def keep(live: Live, participant: str, text: str, at: datetime) -> None:
    """If its writer's consent and the recording allow it. Never waits."""
    allowed_by, recording_id = live.room.chat_allowed_by(participant), live.recording_id
    if allowed_by is None or recording_id is None:
        return
    user = live.room.participants[participant].user
    line = ChatLine(
        recording_id=recording_id,
        user_id=user,
        consent_id=allowed_by,
        at=at,
        text=text.replace("\0", ""),  # PostgreSQL takes no such letter
    )
    if not live.chat.add(line):
        logger.error("meeting %s: a chat line is not kept, too many wait", short(live.meeting_id))
        _tell(live, {user})
        return
    live.node.journal.put(KIND, line.id, line.model_dump_json())
    if not live.chat.is_writing:
        live.chat.is_writing = True
        live.background(_write(live))


def drop(live: Live, user: UUID) -> None:
    """This person no longer agrees: what is not written yet never will be."""
    _forget(live.node, live.chat.drop(user))


async def keep_what_was_left(node: Node) -> None:
    """By the node's earlier life. Raises where the database is out of reach."""
    # `model_validate_json` would leave ids and times as text
    lines = [ChatLine.model_validate(json.loads(text)) for text in node.journal.left(KIND)]
    for start in range(0, len(lines), BATCH):
        batch = lines[start : start + BATCH]
        try:
            async with node.database.transaction() as db:
                await service.keep(db, batch)
        except (OperationalError, InterfaceError):
            raise
        except SQLAlchemyError:
            logger.exception("%d chat lines of an earlier life are not kept", len(batch))
        _forget(node, batch)


async def _write(live: Live) -> None:
    chat = live.chat
    try:
        while lines := chat.next():
            try:
                async with live.node.database.transaction() as db:
                    await service.keep(db, lines)
            except (OperationalError, InterfaceError, OSError) as error:
                logger.warning("chat lines wait for the database (%s)", type(error).__name__)
                _tell(live, {line.user_id for line in chat.waiting})
                await asyncio.sleep(RETRY_S)
            except SQLAlchemyError:
                # Once more would be refused once more, and hold up what comes after.
                logger.exception("%d chat lines of a meeting are not kept", len(lines))
                chat.give_up(lines)
                _forget(live.node, lines)
                _tell(live, {line.user_id for line in lines})
            else:
                chat.settle(lines)
                _forget(live.node, lines)
    finally:
        chat.is_writing = False
    _tell(live, chat.told.copy())


def _forget(node: Node, lines: Iterable[ChatLine]) -> None:
    for line in lines:
        node.journal.drop(KIND, line.id)


def _tell(live: Live, users: set[UUID]) -> None:
    """Each of their own lines only."""
    for name, person in live.room.participants.items():
        if person.user in users:
            waiting, lost = live.chat.of(person.user)
            live.tell(name, LinesUnkept(waiting=waiting, lost=lost))
            (live.chat.told.add if waiting else live.chat.told.discard)(person.user)
