"""A meeting comes to this node, and goes: what the books say of it, and whether they say all.

Where another node had it, or an earlier meeting of the group, and went away with a journal that
nobody has read, something may have been said there that is in no book. Then nobody is recorded here
until everyone agrees, and no consent counts that was given before (`app.meetings.hosting`).
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import service as consent
from app.kit.errors import NotFound
from app.kit.ids import new_id
from app.meetings import attendance, hosting, placement
from app.meetings import service as meetings
from app.meetings.models import Meeting
from app.recordings import off_record
from app.recordings import service as recordings
from app.recordings.models import Recording, RecordingState
from signalling import books
from signalling.live import Live, Node

GOES_ON = frozenset({RecordingState.RUNNING, RecordingState.STOPPED})


@dataclass(frozen=True)
class Opened:
    group_id: UUID
    recording: Recording | None
    present: Set[UUID]
    """Who was in it when a node stopped."""
    off_since: datetime | None
    taken_over: bool
    """Off the record, because something may have been said elsewhere."""
    unknown_to: int
    """Up to this row of the group's ledger it is not known what holds."""


async def open_in_books(node: Node, meeting_id: UUID) -> Opened:
    """Raises NotFound where it is over, or lives on another node by now."""
    async with node.database.transaction() as db:
        meeting = await db.get(Meeting, meeting_id)
        if meeting is None or await meetings.is_over(db, meeting_id):
            raise NotFound
        if not await placement.renew(db, meeting_id, node.settings.node.name):
            raise NotFound
        recording = await recordings.of_meeting(db, meeting_id)
        since = await off_record.since(db, recording.id) if recording else None
        ledger = await consent.head(db, meeting.group_id)
        is_unsure = await hosting.begin(db, meeting, node.journal.id, ledger.length)
        taken_over = is_unsure and recording is not None and recording.state in GOES_ON
        if recording and taken_over and since is None:
            since = node.clock.utc(node.clock.now())
            await off_record.begin(db, new_id(), recording.id, since)
        unknown_to = await hosting.unknown_to(db, meeting.group_id, node.journal.id)
        present = await attendance.cut_off(db, meeting_id)
    return Opened(meeting.group_id, recording, present, since, taken_over, unknown_to)


async def close_in_books(live: Live) -> None:
    """Returns once they have all that was said in it, and others may open it."""
    node = live.node
    async with live.recording_lock:
        pass  # what was said of the record is written
    await node.withdrawals.enter_all(node.database, live.group_id)

    async def release(db: AsyncSession) -> None:
        if not node.withdrawals.in_group(live.group_id):
            await hosting.end(db, live.meeting_id, node.journal.id)
        await placement.release(db, live.meeting_id, node.settings.node.name)

    await books.enter(node.database, release)
