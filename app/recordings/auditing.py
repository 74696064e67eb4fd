"""Who looked at a recording: told to the audit log before anything is shown."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.groups import access
from app.groups.models import Group
from app.kit import audit
from app.kit.audit import Deed, Result
from app.kit.db import Database
from app.kit.errors import NotAllowed
from app.kit.permissions import Action, acting_as
from app.meetings.models import Meeting
from app.recordings import service
from app.recordings.models import Recording, RecordingFile

A_LOOK = Action.PLAY_RECORDING


async def knocked(
    database: Database,
    db: AsyncSession,
    actor: Actor,
    recording_id: UUID,
    deed: Deed,
    action: Action = A_LOOK,
) -> tuple[Recording, Meeting]:
    """The one door to a recording; who may know of it and is refused is told of."""
    try:
        return await service.get(db, actor, recording_id, action)
    except NotAllowed:
        found = await db.get_one(Recording, recording_id)
        meeting = await db.get_one(Meeting, found.meeting_id)
        await told(database, db, actor, meeting, deed, "recording", recording_id, refused=True)
        raise


async def opened(
    database: Database,
    db: AsyncSession,
    actor: Actor,
    recording_id: UUID,
    deed: Deed,
    action: Action = A_LOOK,
) -> tuple[Recording, Meeting]:
    """Through the door, with a witness."""
    recording, meeting = await knocked(database, db, actor, recording_id, deed, action)
    kind = "turns" if action == Action.READ_TURNS else "recording"
    await told(database, db, actor, meeting, deed, kind, recording_id)
    return recording, meeting


async def served(
    database: Database,
    db: AsyncSession,
    actor: Actor,
    meeting: Meeting,
    file: RecordingFile,
    deed: Deed,
) -> None:
    """Before the first byte of a file."""
    await told(database, db, actor, meeting, deed, "file", file.id, file.user_id)


async def exported(
    db: AsyncSession,
    actor: Actor,
    group: Group,
    meeting: Meeting | None,
    held: Mapping[str, bool],
) -> None:
    """Before the first byte of an export, with the register's entry; each is one of its own.
    `held`: what is told of it, by name, where it is so."""
    kind, id_ = ("meeting", meeting.id) if meeting else ("group", group.id)
    about = audit.About(
        kind, id_, None, group.programme_id, group.id, meeting.id if meeting else None
    )
    doer = await _doer(db, actor, group, Action.EXPORT)
    details = {name: 1 for name, there in held.items() if there}
    audit.record(db, Deed.EXPORTED, doer, about, details=details)


async def changed(
    db: AsyncSession,
    actor: Actor,
    meeting: Meeting,
    deed: Deed,
    kind: str,
    id_: UUID,
    action: Action,
    details: Mapping[str, int | str],
    subject_id: UUID | None = None,
) -> None:
    """What was done to what is kept, in the transaction that does it: counts, never content."""
    group = await db.get_one(Group, meeting.group_id)
    about = audit.About(kind, id_, subject_id, group.programme_id, group.id, meeting.id)
    audit.record(db, deed, await _doer(db, actor, group, action), about, details=details)


async def told(
    database: Database,
    db: AsyncSession,
    actor: Actor,
    meeting: Meeting,
    deed: Deed,
    kind: str,
    id_: UUID,
    subject_id: UUID | None = None,
    *,
    refused: bool = False,
) -> None:
    group = await db.get_one(Group, meeting.group_id)
    about = audit.About(kind, id_, subject_id, group.programme_id, group.id, meeting.id)
    doer = await _doer(db, actor, group, A_LOOK)
    result = Result.REFUSED if refused else Result.DONE
    await audit.witness(database, db, deed, doer, about, result=result)


async def _doer(db: AsyncSession, actor: Actor, group: Group, action: Action) -> audit.Doer:
    """In the role that allows it; one who may not, in the role that lets them see the group."""
    roles = await access.roles(db, actor, group)
    role = acting_as(roles, action) or acting_as(roles, Action.SEE_GROUP)
    return audit.Doer(actor.user_id, str(role))
