"""The register of exports: what went out with whose data, for when somebody withdraws.

The table of consents in an export names everyone's pseudonym; the register counts those whose
voice, picture, turns or chat were in it, because that is what receivers must delete.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.accounts.actor import Actor
from app.chat import service as chat
from app.consent.models import ConsentDecision, Purpose
from app.exports.bundle import SUMS, Entry
from app.exports.models import ExportContent, ExportRecord
from app.groups.models import Group
from app.meetings.models import Meeting
from app.recordings import reading
from app.recordings import service as recordings
from app.recordings.models import FileKind, Recording
from app.transcripts import service as transcripts
from app.turns import columns

Contents = dict[UUID, set[str]]
"""Person → the purposes of the consents by which something of theirs is in it."""


class Registered(NamedTuple):
    record: ExportRecord
    contents: list[ExportContent]


async def enter(
    db: AsyncSession,
    actor: Actor,
    group_id: UUID,
    meetings: Sequence[Meeting],
    entries: Sequence[Entry],
    *,
    whole_group: bool,
) -> ExportRecord:
    """Writes down who exports what of whom now."""
    sums = next(entry for entry in entries if entry.path == SUMS)
    record = ExportRecord(
        group_id=group_id,
        meeting_id=None if whole_group else meetings[0].id,
        exported_by=actor.user_id,
        manifest_sha256=sums.sha256,
    )
    db.add(record)
    await db.flush()
    found = [(await recordings.of_meeting(db, meeting.id), meeting) for meeting in meetings]
    kept = [(recording, meeting) for recording, meeting in found if recording is not None]
    spoken = await _spoken(db, kept)
    for recording, meeting in kept:
        contents = await _contents(db, recording, meeting, spoken.get(recording.id, set()))
        for user_id in await chat.writers(db, actor.user_id, recording, meeting):
            contents.setdefault(user_id, set()).add(Purpose.CHAT)
        for user_id, purposes in contents.items():
            db.add(
                ExportContent(
                    record_id=record.id,
                    recording_id=recording.id,
                    user_id=user_id,
                    purposes=sorted(purposes),
                )
            )
    return record


async def hold(db: AsyncSession, group_id: UUID) -> None:
    """Nobody decides anything in this group until this transaction ends: what is written down is
    what was put together."""
    await db.get(Group, group_id, with_for_update=True)


def records(group_id: UUID) -> SelectOfScalar[ExportRecord]:
    return select(ExportRecord).where(ExportRecord.group_id == group_id)


async def of_group(db: AsyncSession, group_id: UUID) -> list[Registered]:
    """Newest first."""
    found = (await db.exec(records(group_id).order_by(col(ExportRecord.id).desc()))).all()
    held = await contents_of(db, [record.id for record in found])
    return [Registered(record, held.get(record.id, [])) for record in found]


async def contents_of(
    db: AsyncSession, record_ids: Collection[UUID]
) -> dict[UUID, list[ExportContent]]:
    query = select(ExportContent).where(col(ExportContent.record_id).in_(record_ids))
    held: dict[UUID, list[ExportContent]] = {}
    for content in (await db.exec(query.order_by(col(ExportContent.id)))).all():
        held.setdefault(content.record_id, []).append(content)
    return held


async def with_data_of(
    db: AsyncSession, recording_id: UUID, user_id: UUID, purposes: Collection[str]
) -> list[Registered]:
    """The exports that held something of this person from this recording, by one of these
    consents; oldest first."""
    query = (
        select(ExportRecord, ExportContent)
        .join(ExportContent, col(ExportContent.record_id) == ExportRecord.id)
        .where(ExportContent.recording_id == recording_id, ExportContent.user_id == user_id)
        .order_by(col(ExportRecord.id))
    )
    return [
        Registered(record, [content])
        for record, content in (await db.exec(query)).all()
        if set(content.purposes) & set(purposes)
    ]


async def _spoken(
    db: AsyncSession, kept: Sequence[tuple[Recording, Meeting]]
) -> dict[UUID, set[UUID]]:
    """Recording → whose turns are in it; of all of them at once, and without reading each turn
    again as an object."""
    spoken = await columns.of_recordings(db, kept)
    return {
        each.recording.id: {each.users[n] for n in spoken.of(place)["speaker"].unique().to_list()}
        for place, each in enumerate(spoken.recordings)
    }


async def _contents(
    db: AsyncSession, recording: Recording, meeting: Meeting, spoken: Collection[UUID]
) -> Contents:
    found: dict[UUID, set[str]] = {}
    files = await reading.usable_files(db, recording, meeting)
    files = [file for file in files if file.kind != FileKind.MANIFEST]  # it does not go out
    rows = {UUID(row_id) for file in files for row_id in file.consent_ids}
    query = select(ConsentDecision).where(col(ConsentDecision.id).in_(rows))
    for row in (await db.exec(query)).all():
        found.setdefault(row.user_id, set()).add(str(row.purpose))
    for user_id in await transcripts.speakers(db, recording.id, meeting):
        found.setdefault(user_id, set()).update({Purpose.AUDIO, Purpose.TRANSCRIPT})
    for user_id in spoken:
        found.setdefault(user_id, set()).update({Purpose.AUDIO, Purpose.INDEXING})
    return found
