"""The observation notes on the pages of a meeting that is over."""

from typing import Any

from app.kit.permissions import Action, Role, may
from app.meetings.models import Meeting
from app.notes import service, told
from app.notes.models import LONGEST_NOTE, NoteKind
from app.web.visit import Visit


async def notes_of(visit: Visit, meeting: Meeting, roles: frozenset[Role]) -> dict[str, Any]:
    """What this person may read, as `notes`, with what they may do; None for those who may neither
    write nor read them."""
    if not (may(roles, Action.READ_NOTES) or may(roles, Action.WRITE_NOTES)):
        return {"notes": None}
    found = await service.shown(visit.db, visit.actor, meeting)
    await told.read(visit.context.database, visit.db, visit.actor, meeting, found)
    return {
        "notes": found,
        "reads_all_notes": may(roles, Action.READ_NOTES),
        "may_write_notes": may(roles, Action.WRITE_NOTES),
        "may_remove_notes": may(roles, Action.REMOVE_NOTES),
        "note_kinds": list(NoteKind),
        "longest_note": LONGEST_NOTE,
        "reader_id": visit.actor.user_id,
    }
