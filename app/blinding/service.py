"""What a coder is kept from while they code: who the people of the group are, by name.

Everybody in a programme's team may read recordings, so blindness is asked for wherever names are
said. A pseudonym is a person's in the whole group: whoever codes one of its recordings is told
nobody's name in any of them. Voices can be recognised, faces seen, and what is said may hold names:
that can't be helped.
"""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.blinding.models import AssignmentState, CodingAssignment
from app.groups import service as groups
from app.kit.errors import Refusal
from app.meetings.models import Meeting
from app.recordings.models import Recording


class NamesWithheld(Refusal):
    """It shows names, and whoever asks still codes a recording of the group."""

    code = "names_withheld"


class Names(NamedTuple):
    by_user: Mapping[UUID, str]
    """Of everybody who is or was in the group, in its order."""
    are_withheld: bool
    """They are pseudonyms."""

    def of(self, user_id: UUID, name: str) -> str:
        """Somebody who may also be none of the group, and then goes by `name`."""
        return self.by_user.get(user_id, name)


async def is_coding(db: AsyncSession, user_id: UUID, recording_id: UUID) -> bool:
    """Whether this person must still be kept blind of this recording's codings."""
    query = select(CodingAssignment.id).where(
        CodingAssignment.recording_id == recording_id,
        CodingAssignment.coder_id == user_id,
        CodingAssignment.state == AssignmentState.OPEN,
    )
    return (await db.exec(query.limit(1))).first() is not None


async def coding(db: AsyncSession, user_id: UUID) -> set[UUID]:
    """All recordings of whose codings this person must still be kept blind."""
    query = select(CodingAssignment.recording_id).where(
        CodingAssignment.coder_id == user_id, CodingAssignment.state == AssignmentState.OPEN
    )
    return set((await db.exec(query.distinct())).all())


async def codes_in(db: AsyncSession, user_id: UUID, group_id: UUID) -> bool:
    """Whether this person must still be kept blind of who is who in this group."""
    query = (
        select(CodingAssignment.id)
        .join(Recording, col(Recording.id) == CodingAssignment.recording_id)
        .join(Meeting, col(Meeting.id) == Recording.meeting_id)
        .where(Meeting.group_id == group_id)
        .where(CodingAssignment.coder_id == user_id)
        .where(CodingAssignment.state == AssignmentState.OPEN)
    )
    return (await db.exec(query.limit(1))).first() is not None


async def names(db: AsyncSession, user_id: UUID, group_id: UUID) -> Names:
    """What people of a group are called before this reader: by name; by pseudonym while the reader
    codes one of its recordings."""
    withheld = await codes_in(db, user_id, group_id)
    people = await groups.members(db, group_id, former=True)
    called = {user.id: member.pseudonym if withheld else user.name for member, user in people}
    return Names(called, withheld)
