"""What a coder is kept from while they code: who speaks in the recording, by name.

Everybody in a programme's team may read recordings, so blindness is asked for wherever names are
said. Voices can be recognised, faces seen, and what is said may hold names: that can't be helped.
"""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.blinding.models import AssignmentState, CodingAssignment
from app.groups import service as groups
from app.kit.errors import Refusal


class NamesWithheld(Refusal):
    """It shows names, and whoever asks still codes the recording."""

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
    """Whether this person must still be kept blind of this recording's codings and names."""
    query = select(CodingAssignment.id).where(
        CodingAssignment.recording_id == recording_id,
        CodingAssignment.coder_id == user_id,
        CodingAssignment.state == AssignmentState.OPEN,
    )
    return (await db.exec(query.limit(1))).first() is not None


async def coding(db: AsyncSession, user_id: UUID) -> set[UUID]:
    """All recordings of which this person must still be kept blind."""
    query = select(CodingAssignment.recording_id).where(
        CodingAssignment.coder_id == user_id, CodingAssignment.state == AssignmentState.OPEN
    )
    return set((await db.exec(query.distinct())).all())


async def names(
    db: AsyncSession, user_id: UUID, group_id: UUID, recording_id: UUID | None
) -> Names:
    """What people are called before this reader of the recording: by name; by pseudonym while the
    reader codes it. None: the meeting has no recording."""
    withheld = recording_id is not None and await is_coding(db, user_id, recording_id)
    people = await groups.members(db, group_id, former=True)
    called = {user.id: member.pseudonym if withheld else user.name for member, user in people}
    return Names(called, withheld)
