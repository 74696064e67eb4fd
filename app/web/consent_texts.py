"""Writing a programme's consent text, and reading every version it ever had."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from app.accounts.models import User
from app.consent import drafts, effect, texts
from app.consent.forms import TextCreate
from app.consent.models import ConsentText, Purpose
from app.kit.http import Public
from app.kit.languages import LANGUAGES
from app.kit.permissions import Action, may
from app.programmes import access
from app.programmes.models import NEWEST_DOCUMENT, Programme
from app.web import difference
from app.web.document import as_html
from app.web.visit import Looking, PageRoute

router = APIRouter(route_class=PageRoute)


class Preview(Public):
    """One language of a draft, as those who are asked would read it."""

    html: str
    difference: str
    """From the version in use; empty when nothing changed."""
    unknown: list[str]
    """Words in braces that nothing fills."""
    is_missing: bool


@router.get("/programmes/{programme_id}/consent-text")
async def editor(programme_id: UUID, visit: Looking) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    programme = await access.require(db, actor, programme_id, Action.EDIT_CONSENT_TEXT)
    in_use = {each: await texts.current(db, programme_id, each) for each in LANGUAGES}
    draft = await drafts.find(db, actor, programme_id)
    writer = await db.get(User, draft.updated_by) if draft else None
    bodies = {each: getattr(draft, each) if draft else in_use[each].body for each in LANGUAGES}
    asked = await effect.of_publishing(db, actor, programme_id)
    return visit.page(
        "consent_text.html",
        programme=programme,
        version=in_use["fi"].version,
        purposes=list(Purpose),
        asks=draft.purposes if draft else in_use["fi"].purposes,
        newer=_newer(programme, in_use["fi"]),
        draft=draft,
        writer=writer,
        bodies=bodies,
        previews=_previews(bodies, in_use, programme),
        blanks=texts.values(programme),
        effect=asked,
        people=sum(group.people for group in asked),
        otherwise=sum(group.read_otherwise for group in asked),
        versions=await texts.versions(db, programme_id),
    )


@router.post("/programmes/{programme_id}/consent-text/preview")
async def preview(programme_id: UUID, form: TextCreate, visit: Looking) -> dict[str, Preview]:
    """Made by the same code as what members read."""
    db, actor = visit.db, visit.actor
    programme = await access.require(db, actor, programme_id, Action.EDIT_CONSENT_TEXT)
    in_use = {each: await texts.current(db, programme_id, each) for each in LANGUAGES}
    bodies = form.model_dump(include=set(LANGUAGES))
    return await asyncio.to_thread(_previews, bodies, in_use, programme)


@router.get("/programmes/{programme_id}/consent-text/{version}")
async def version_(
    programme_id: UUID, version: Annotated[int, Path(ge=1, le=1_000_000)], visit: Looking
) -> HTMLResponse:
    """Readable for ever, in every language."""
    db, actor = visit.db, visit.actor
    programme = await access.require(db, actor, programme_id, Action.SEE_PROGRAMME)
    roles = await access.roles(db, actor, programme_id)
    found = {each: await texts.get(db, programme_id, version, each) for each in LANGUAGES}
    return visit.page(
        "consent_version.html",
        programme=programme,
        version=version,
        texts={each: texts.filled(text, programme) for each, text in found.items()},
        may_edit=may(roles, Action.EDIT_CONSENT_TEXT),
    )


def _newer(programme: Programme, in_use: ConsentText) -> Mapping[str, str] | None:
    """The software's newest text, for a programme that began with an older one and does not ask
    for what has come to it since; by language."""
    added = set(texts.DOCUMENTS[NEWEST_DOCUMENT]) - set(texts.DOCUMENTS[programme.text_document])
    if added <= set(in_use.purposes):
        return None
    return {each: texts.document(NEWEST_DOCUMENT, each) for each in LANGUAGES}


def _previews(
    bodies: Mapping[str, Any], in_use: Mapping[str, ConsentText], programme: Programme
) -> dict[str, Preview]:
    return {
        each: Preview(
            html=as_html(texts.fill(bodies[each], programme)),
            difference=difference.as_html(in_use[each].body, bodies[each]),
            unknown=texts.unknown(bodies[each]),
            is_missing=not bodies[each].strip(),
        )
        for each in LANGUAGES
    }
