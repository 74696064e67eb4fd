"""The keys of what is made of a recording: each run seals with keys of its own, and a key that no
file names any longer is destroyed, so that copies of what was replaced or thrown away die with it.
"""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import ledger
from app.consent import service as consent
from app.meetings.models import Meeting
from app.recordings import consents, erasures, service
from app.recordings.models import FileKind, Recording
from app.vault import service as vault

HEARD = "heard"
"""The scope of what a run writes down for itself: where people speak."""
SCOPES = frozenset({*FileKind, HEARD, "shared"})
"""Of all that is made of tapes; `shared` as it was called once. What the tapes themselves are
sealed by is another matter: one may be on its way whose row is not written yet."""


async def forget_unused(db: AsyncSession, recording: Recording) -> None:
    """Call while no run of this recording is between its plan and its end. Whoever withdrew since
    the files were made finds the keys in their receipt."""
    named = {file.data_key_id for file in await service.files(db, recording.id)}
    living = await vault.living(db, recording.meeting_id, SCOPES)
    destroyed = [await vault.destroy(db, key.id) for key in living if key.id not in named]
    if not destroyed:
        return
    meeting = await db.get_one(Meeting, recording.meeting_id)
    rows = await consent.chain(db, meeting.group_id)
    going = consents.to_erase(await service.tapes(db, recording.id), rows)
    await erasures.note_media(db, recording.id, ledger.ended_by(rows), going, (), destroyed)
