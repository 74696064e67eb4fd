"""Every recording of a group as one project for programs of qualitative analysis."""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.exports.agreed import Agreed, Contents, together
from app.exports.formats.qdpx import qdpx
from app.exports.listing import listing, media_of
from app.exports.reader import Reader
from app.groups.models import Group
from app.kit.db import Database, now
from app.meetings.models import Meeting
from app.recordings import service as recordings

NAME = "project.qdpx"
MEDIA = "media/"
"""The folder of a meeting's media, in its export."""


class Project(NamedTuple):
    content: bytes
    held: list[tuple[UUID, Contents]]
    """By recording."""


async def of_group(
    database: Database,
    db: AsyncSession,
    group: Group,
    meetings: Iterable[tuple[Meeting, str]],
    reader: Reader,
    agreed: Agreed,
) -> Project | None:
    """`meetings`, in order, each with the folder that its media are in. None: nothing of the group
    is indexed, or was before consents ended."""
    lists, held = [], []
    for meeting, folder in meetings:
        recording = await recordings.of_meeting(db, meeting.id)
        if recording is None:
            continue
        media = await media_of(db, meeting, recording, agreed, folder)
        found = await listing(database, db, meeting, recording, reader, agreed, media)
        if found.in_use is not None:
            lists.append(found.turns)
            held.append((recording.id, together(found.contents(agreed))))
    if not lists:
        return None
    name = f"eMessi {group.id}"
    return Project(await asyncio.to_thread(qdpx, lists, reader, name, now()), held)
