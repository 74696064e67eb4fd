"""Receipts for what was erased: looked for, found gone, and signed.

Nothing is attested because it was done. The worker looks for every object in the store, every key
in the vault, every tape, turn, line and message in the books, and signs when none of them is there.
SQLite's files are scrubbed before, so that deleted rows do not lie there still, and a living node
has said that its disk holds none of the tapes. Where it cannot look, the receipt says so: exports
that people have, backups from before, what PostgreSQL keeps of deleted rows, disks of nodes that
are gone.
"""

import logging
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat import erasure as chat
from app.consent import service as consent
from app.erasures.document import document
from app.kit import receipts
from app.kit.db import Database, now
from app.kit.ids import short
from app.kit.keys import Keys
from app.meetings.models import Meeting
from app.recordings import consents, spooled
from app.recordings import service as recordings
from app.recordings.models import Erasure, Recording, RecordingState
from app.transcripts import erasure as transcripts
from app.turns import service as turns
from app.turns import shared
from app.turns.models import Turn, TurnIndex
from app.vault import service as vault
from app.vault.models import DataKey
from media.store import Store

logger = logging.getLogger(__name__)

SETTLED = (RecordingState.READY, RecordingState.FAILED, RecordingState.ERASED)
"""What the others agreed to has been made again, or will not be."""


async def attest_all(database: Database, store: Store, keys: Keys) -> None:
    """Signs a receipt for each erasure of which nothing is left. Cheap when there is none."""
    async with database.reading() as db:
        query = (
            select(Erasure.id)
            .join(Recording, col(Recording.id) == Erasure.recording_id)
            .where(col(Erasure.attested_at).is_(None), col(Recording.state).in_(SETTLED))
        )
        waiting = (await db.exec(query)).all()
    if waiting and not await database.scrub():
        return  # somebody reads just now; the next look tries again
    for erasure_id in waiting:
        try:
            await attest(database, store, keys, erasure_id)
        except OSError as error:
            name = type(error).__name__
            logger.warning("erasure %s is not attested yet: %s", short(erasure_id), name)


async def attest(database: Database, store: Store, keys: Keys, erasure_id: UUID) -> bool:
    """Whether nothing is left, and the receipt says so."""
    async with database.reading() as db:
        paths = (await db.get_one(Erasure, erasure_id)).deleted_objects
    there = [path for path in paths if await store.exists(path)]
    async with database.transaction() as db:
        erasure = await db.get_one(Erasure, erasure_id, with_for_update=True)
        if erasure.attested_at is not None:
            return True
        if there or erasure.deleted_objects != paths or not await _is_gone(db, erasure):
            return False
        if (await spooled.of(db, paths)).living:
            return False  # a node has a tape on its disk, or on its way to the store
        erasure.attested_at = now()
        erasure.receipt = receipts.sign(await document(db, erasure), keys)
    logger.info("erasure %s is attested", short(erasure_id))
    return True


async def _is_gone(db: AsyncSession, erasure: Erasure) -> bool:
    """Keys, tapes, words, chat, turns and speech. Objects were looked for in the store."""
    recording = await db.get_one(Recording, erasure.recording_id)
    meeting = await db.get_one(Meeting, recording.meeting_id)
    keys = [await db.get(DataKey, UUID(key_id)) for key_id in erasure.destroyed_keys]
    for key in keys:
        if key is None or not await vault.is_gone(db, key):
            return False
    tapes = await recordings.tapes(db, recording.id)
    rows = await consent.chain(db, meeting.group_id)
    if any(tape.user_id == erasure.user_id for tape in consents.to_erase(tapes, rows)):
        return False
    if erasure.user_id in await turns.unstudied(db, recording.id, meeting):
        return False
    if await shared.has_unallowed(db, recording.id, meeting):
        return False
    if await transcripts.has_unallowed(db, recording.id, erasure.user_id, rows):
        return False
    if await chat.has_unallowed(db, recording.id, erasure.user_id, rows):
        return False
    query = select(TurnIndex).where(TurnIndex.recording_id == recording.id)
    for index in (await db.exec(query)).all():
        if erasure.user_id in await turns.studied_in(db, index, meeting):
            continue
        own = select(Turn.id).where(Turn.index_id == index.id, Turn.user_id == erasure.user_id)
        if (await db.exec(own.limit(1))).first() is not None:
            return False
    return True
