"""Files of a recording, as they are played here, and as they are taken along."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.accounts.http import CurrentActor
from app.blinding import service as blinding
from app.exports import register
from app.exports.agreed import agreed
from app.exports.models import Audience
from app.exports.register import Out
from app.kit.audit import Deed
from app.kit.db import now
from app.kit.http import Ctx, Db
from app.recordings import auditing, reading
from app.recordings.endpoints import MediaStore
from app.recordings.models import NAMING
from app.recordings.playing import serve
from app.vault import service as vault
from media.sealed import SealedReader

router = APIRouter(prefix="/recordings", tags=["recordings"])


@router.head("/{recording_id}/files/{file_id}", include_in_schema=False)
@router.get("/{recording_id}/files/{file_id}", response_class=Response)
async def file(
    recording_id: UUID,
    file_id: UUID,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    store: MediaStore,
    request: Request,
    download: bool = False,
) -> Response:
    """One file, decrypted as it is served, with byte ranges. `download=1` names it for saving, and
    writes into the register of exports that it, or any part of it, went out."""
    moment, deed = now(), Deed.DOWNLOADED if download else Deed.PLAYED
    found, meeting = await auditing.knocked(context.database, db, actor, recording_id, deed)
    wanted = await reading.usable_file(db, found, meeting, file_id)
    if wanted.kind in NAMING and await blinding.codes_in(db, actor.user_id, meeting.group_id):
        raise blinding.NamesWithheld
    key = await vault.unwrap(db, context.keys, wanted.data_key_id)
    name = await reading.file_name(db, meeting, wanted) if download else None
    if request.method != "HEAD":
        await auditing.served(context.database, db, actor, meeting, wanted, deed)
        if name is not None:
            allowed = await agreed(db, meeting.group_id, Audience.RESEARCH)
            held = [(found.id, allowed.of_files([wanted]))]
            out = Out(meeting.group_id, meeting.id, name, wanted.sha256, held)
            async with context.database.transaction() as writing:
                await register.enter_download(writing, actor, out, moment)
    reader = await SealedReader.open(store, wanted.path, key)
    return await serve(request, reader, wanted, name)
