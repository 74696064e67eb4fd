"""The export of a whole programme: one table of all turns and one of all codings, for analysis."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.accounts.http import CurrentActor
from app.consent import service as consent
from app.exports import register
from app.exports.assembling import TRIES, Overtaken, ground
from app.exports.endpoints import For
from app.exports.models import Audience
from app.exports.place import archive_name
from app.exports.programme import bundle
from app.exports.programme.bundle import Whole
from app.exports.reader import reader_of
from app.exports.register import Out
from app.exports.streaming import zipped
from app.groups import service as groups
from app.groups.models import Group
from app.kit.db import now
from app.kit.errors import Refusal
from app.kit.file_names import attachment
from app.kit.http import Ctx
from app.kit.permissions import Action
from app.programmes import access
from app.recordings import auditing
from app.recordings.endpoints import MediaStore

router = APIRouter(tags=["exports"])


class NothingToExport(Refusal):
    """No recording of the programme is indexed."""

    code = "nothing_to_export"


@router.get("/programmes/{programme_id}/export", response_class=StreamingResponse)
async def export_programme(
    programme_id: UUID,
    actor: CurrentActor,
    context: Ctx,
    store: MediaStore,
    audience: For = Audience.RESEARCH,
) -> StreamingResponse:
    """Every turn and every coding of every group as tables, with codebooks, sample, rules and
    consents; no media. What holds for the export of a group holds here."""
    reader = reader_of(context, actor)
    for _ in range(TRIES):
        moment = now()
        async with context.database.reading() as db:
            programme = await access.require(db, actor, programme_id, Action.EXPORT)
            name = f"{archive_name(programme, programme.name, audience)}.zip"
            of_programme = await groups.of_programme(db, programme_id)
            before = {group.id: await ground(db, group.id) for group in of_programme}
            found = await bundle.of_programme(context.database, db, programme, reader, audience)
        if found is None:
            raise NothingToExport
        async with context.database.transaction() as db:
            if await _is_as_read(db, {id_: before[id_] for id_ in found.held}):
                await _enter(db, actor, found, name, audience, moment)
                break
    else:
        raise Overtaken
    headers = {"Content-Disposition": attachment(name), "Cache-Control": "no-store"}
    body = zipped(found.entries, store, asyncio.get_running_loop())
    return StreamingResponse(body, media_type="application/zip", headers=headers)


async def _is_as_read(db: AsyncSession, before: Mapping[UUID, Any]) -> bool:
    """Whether nobody has decided anything since, and nothing was erased. Nobody does until this
    transaction ends."""
    for group_id in sorted(before):
        await consent.hold(db, group_id)
    return {group_id: await ground(db, group_id) for group_id in before} == before


async def _enter(
    db: AsyncSession,
    actor: Actor,
    found: Whole,
    name: str,
    audience: Audience,
    moment: datetime,
) -> None:
    """Into the register and the audit log of each group of which something is in it. `moment`:
    before anything of it was read."""
    sums = found.entries[-1].sha256
    for group_id, held in found.held.items():
        if not held:
            continue
        group = await db.get_one(Group, group_id)
        told = {"whole_programme": True, "for_sharing": audience == Audience.SHARING}
        await auditing.exported(db, actor, group, None, told)
        await register.enter(db, actor, Out(group_id, None, name, sums, held, audience), moment)
