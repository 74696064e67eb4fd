"""The book of erasures: what was taken from whom, on account of which rows of the ledger; of none,
where the time was over for which it could be kept.

An erasure is open until it has been attested; what is taken until then belongs to it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent.models import ConsentDecision, Purpose
from app.recordings.models import Erasure, RecordingFile, Tape
from app.vault.models import DataKey

EndedBy = Mapping[UUID, ConsentDecision]
"""Grants that stand no more, each with the decision that ended it."""


async def note_media(
    db: AsyncSession,
    recording_id: UUID,
    ended_by: EndedBy,
    tapes: Iterable[Tape],
    files: Collection[RecordingFile],
    destroyed: Collection[DataKey],
) -> None:
    """These tapes go, and these files that held them, with these keys. What people shared is in the
    book of each of those who withdrew."""
    by_cause: dict[tuple[UUID, bool], list[Tape]] = {}
    for tape in tapes:
        by_cause.setdefault((tape.user_id, tape.consent_id in ended_by), []).append(tape)
    for (user_id, is_withdrawn), own in by_cause.items():
        going: list[Tape | RecordingFile] = [*own]
        going += [file for file in files if file.user_id in (None, user_id)]
        erasure = await _open(db, recording_id, user_id, is_withdrawn=is_withdrawn)
        keys = {str(key.id) for key in destroyed if key.user_id in (None, user_id)}
        causes = {str(ended_by[t.consent_id].id) for t in own if t.consent_id in ended_by}
        erasure.destroyed_keys = sorted({*erasure.destroyed_keys, *keys})
        erasure.deleted_objects = sorted({*erasure.deleted_objects, *(t.path for t in going)})
        erasure.withdrawal_ids = sorted({*erasure.withdrawal_ids, *causes})
        await db.flush()


class Kind(StrEnum):
    """What is counted in an erasure, by the name of its column."""

    TURNS = "deleted_turns"
    LINES = "deleted_lines"
    CHAT = "deleted_chat_lines"


async def note_rows(
    db: AsyncSession,
    recording_id: UUID,
    ended_by: EndedBy,
    kind: Kind,
    removed: Counter[UUID],
    purposes: Collection[Purpose],
) -> None:
    """So many turns, or lines of a transcript or of the chat, of each went, which rested on these
    purposes. Who never agreed to them has nothing to be told of."""
    for user_id, count in removed.items():
        causes = {
            str(row.id)
            for row in ended_by.values()
            if row.user_id == user_id and row.purpose in purposes
        }
        if causes:
            erasure = await _open(db, recording_id, user_id, is_withdrawn=True)
            setattr(erasure, kind, getattr(erasure, kind) + count)
            erasure.withdrawal_ids = sorted({*erasure.withdrawal_ids, *causes})
            await db.flush()


async def note_over(
    db: AsyncSession, recording_id: UUID, kind: Kind, removed: Mapping[UUID, int]
) -> None:
    """So many of each went because their time was over."""
    for user_id, count in removed.items():
        erasure = await _open(db, recording_id, user_id, is_withdrawn=False)
        setattr(erasure, kind, getattr(erasure, kind) + count)
        await db.flush()


async def _open(
    db: AsyncSession, recording_id: UUID, user_id: UUID, *, is_withdrawn: bool
) -> Erasure:
    """A receipt has one reason: what a withdrawal takes and what time takes have one each."""
    query = select(Erasure).where(
        Erasure.recording_id == recording_id,
        Erasure.user_id == user_id,
        col(Erasure.attested_at).is_(None),
    )
    opened = (await db.exec(query.order_by(col(Erasure.id)).with_for_update())).all()
    found = next((one for one in opened if bool(one.withdrawal_ids) == is_withdrawn), None)
    if found is None:
        found = Erasure(recording_id=recording_id, user_id=user_id)
        db.add(found)
    return found
