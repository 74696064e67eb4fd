"""What goes out of a whole programme: who of which group, and the recordings of its meetings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import polars as pl
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.exports.agreed import Agreed, agreed
from app.exports.models import Audience
from app.exports.place import group_name, month
from app.groups import service as groups
from app.groups.models import Group
from app.meetings.models import Meeting
from app.recordings.models import Recording, RecordingState
from app.turns import columns
from app.turns.columns import Indexed, Spoken

WHERE = {
    **dict.fromkeys(("group_id", "group", "meeting", "kind"), pl.String()),
    "ordinal": pl.Int32(),
    "month": pl.String(),
}
"""Which meeting a row is of, as in the tables of one (`formats.rows.where`)."""


@dataclass(frozen=True)
class Part:
    """One group."""

    group: Group
    agreed: Agreed
    name: str


@dataclass(frozen=True)
class Material:
    parts: Mapping[UUID, Part]
    """By group, in the order of their names."""
    spoken: Spoken
    """Every indexed recording, by group and time."""

    @property
    def recordings(self) -> Sequence[Indexed]:
        return self.spoken.recordings

    def part(self, indexed: Indexed) -> Part:
        return self.parts[indexed.meeting.group_id]

    def places(self) -> pl.DataFrame:
        """`recording`, the place in `recordings`, and where that is."""
        rows = [(n, *self.where(each)) for n, each in enumerate(self.recordings)]
        return pl.DataFrame(rows, schema={"recording": pl.Int32(), **WHERE}, orient="row")

    def where(self, indexed: Indexed) -> tuple[str | int, ...]:
        meeting, part = indexed.meeting, self.part(indexed)
        about = (str(meeting.id), str(meeting.kind), meeting.ordinal)
        return str(part.group.id), part.name, *about, month(indexed.recording.started_at)


async def of_programme(db: AsyncSession, programme_id: UUID, audience: Audience) -> Material:
    """Who asks, was asked at the door."""
    of_it = await groups.of_programme(db, programme_id)
    parts = {
        each.id: Part(each, await agreed(db, each.id, audience), group_name(each, audience))
        for each in of_it
    }
    query = (
        select(Recording, Meeting)
        .where(Recording.meeting_id == Meeting.id, Meeting.group_id == Group.id)
        .where(Group.programme_id == programme_id, Recording.state == RecordingState.READY)
        .order_by(col(Group.name), col(Group.id), col(Meeting.starts_at), col(Meeting.id))
    )
    wanted = [(recording, meeting) for recording, meeting in await db.exec(query)]
    return Material(parts, await columns.of_recordings(db, wanted))
