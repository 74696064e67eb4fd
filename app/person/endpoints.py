"""Everything about me: to read, to take along, and to have erased."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from app.accounts import service as accounts
from app.accounts.actor import Actor
from app.accounts.http import CurrentActor, clear_cookies
from app.coding import seeing
from app.exports.streaming import zipped
from app.kit import audit
from app.kit.http import Ctx, Db
from app.kit.permissions import Role
from app.kit.problems import language_of
from app.person import archive, codings, collection, erasure, words
from app.person.forms import Erase, ErasureReport
from app.recordings.endpoints import MediaStore

router = APIRouter(tags=["my data"])
OF_ONESELF = "self"


@router.get("/me/data")
async def my_data(db: Db, actor: CurrentActor, context: Ctx) -> dict[str, Any]:
    """Everything about me but the media, as one document."""
    user = await accounts.get(db, actor.user_id)
    await _told(context, db, actor)
    return await collection.documents(db, user)


@router.get("/me/data.zip", response_class=StreamingResponse)
async def my_data_zip(
    db: Db, actor: CurrentActor, context: Ctx, store: MediaStore
) -> StreamingResponse:
    """Everything about me, my own media while my consents stand included."""
    user = await accounts.get(db, actor.user_id)
    entries = await archive.entries(db, context, user)
    await _told(context, db, actor)
    headers = {
        "Content-Disposition": 'attachment; filename="emessi-my-data.zip"',
        "Cache-Control": "no-store",
    }
    body = zipped(entries, store, asyncio.get_running_loop())
    return StreamingResponse(body, media_type="application/zip", headers=headers)


@router.post("/me/erasure")
async def erase_me(
    form: Erase,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    store: MediaStore,
    request: Request,
    response: Response,
) -> ErasureReport:
    """Withdraw everything and empty my account, for good. Signs me out."""
    doer = audit.Doer(actor.user_id, OF_ONESELF)
    report = await _erase(db, context, store, actor.user_id, doer, form, language_of(request))
    clear_cookies(response)
    return report


@router.post("/users/{user_id}/erasure")
async def erase_user(
    user_id: UUID,
    form: Erase,
    db: Db,
    actor: CurrentActor,
    context: Ctx,
    store: MediaStore,
    request: Request,
) -> ErasureReport:
    """The same for a person who asked for it otherwise; for administrators."""
    await erasure.door(db, actor, user_id)
    role = OF_ONESELF if actor.user_id == user_id else str(Role.ADMINISTRATOR)
    doer = audit.Doer(actor.user_id, role)
    return await _erase(db, context, store, user_id, doer, form, language_of(request))


async def _erase(
    db: Db,
    context: Ctx,
    store: MediaStore,
    user_id: UUID,
    doer: audit.Doer,
    form: Erase,
    language: str,
) -> ErasureReport:
    before = await erasure.withdraw_everything(db, user_id, doer, form.confirmation)
    await db.commit()  # from here on nothing may bring it back
    report = await erasure.erase_media(context.database, store, user_id, before)
    lines = words.lines(report, context.languages, language)
    return ErasureReport(user_id=user_id, lines=lines, **report._asdict())


async def _told(context: Ctx, db: Db, actor: Actor) -> None:
    doer = audit.Doer(actor.user_id, OF_ONESELF)
    about = audit.About("account", actor.user_id, actor.user_id)
    deed = audit.Deed.OWN_DATA_TAKEN
    await audit.witness(context.database, db, deed, doer, about, within=None)
    coded = await codings.recordings(db, actor.user_id)
    await seeing.told(context.database, db, actor, coded)
