"""Consent texts and the consent ledger."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from sqlmodel import select

from app.accounts.forms import Language
from app.accounts.http import CurrentActor
from app.consent import ledger, service, texts
from app.consent.forms import (
    Decide,
    DecisionPublic,
    OwnConsents,
    TextCreate,
    TextPublic,
    Verification,
)
from app.consent.models import ConsentDecision, ConsentText
from app.groups import access
from app.kit.errors import NotFound
from app.kit.http import Db, Page, Paging
from app.kit.paging import page
from app.kit.permissions import Action
from app.programmes import access as programmes
from app.programmes.models import Programme

router = APIRouter(tags=["consent"])
Version = Annotated[int, Path(ge=1, le=1_000_000)]


@router.get("/groups/{group_id}/consent-text")
async def text_of_group(
    group_id: UUID, db: Db, actor: CurrentActor, language: Language = "fi"
) -> TextPublic:
    """The text in use, as those in the group read it."""
    group = await access.require(db, actor, group_id, Action.SEE_GROUP)
    programme = await db.get(Programme, group.programme_id)
    if programme is None:
        raise NotFound
    return _public(await texts.current(db, programme.id, language), programme)


@router.get("/programmes/{programme_id}/consent-texts/{version}")
async def text(
    programme_id: UUID, version: Version, db: Db, actor: CurrentActor, language: Language = "fi"
) -> TextPublic:
    programme = await programmes.require(db, actor, programme_id, Action.SEE_PROGRAMME)
    return _public(await texts.get(db, programme_id, version, language), programme)


@router.post("/programmes/{programme_id}/consent-texts", status_code=201)
async def add_text(programme_id: UUID, form: TextCreate, db: Db, actor: CurrentActor) -> TextPublic:
    version = await texts.add_version(db, actor, programme_id, form.model_dump())
    added = await texts.get(db, programme_id, version, actor.language)
    return TextPublic.model_validate(added)


@router.get("/groups/{group_id}/consents/me")
async def own_consents(group_id: UUID, db: Db, actor: CurrentActor) -> OwnConsents:
    group = await access.require(db, actor, group_id, Action.DECIDE_OWN_CONSENT)
    latest = await service.latest_of(db, actor.user_id, group_id)
    return OwnConsents(
        decisions=[DecisionPublic.model_validate(row) for row in latest.values()],
        undecided=await service.undecided(db, actor.user_id, group),
    )


@router.post("/groups/{group_id}/consents/me", status_code=201, response_model=DecisionPublic)
async def decide(group_id: UUID, form: Decide, db: Db, actor: CurrentActor) -> ConsentDecision:
    """Decide for oneself. The same decision again changes nothing."""
    return await service.decide_own(db, actor, group_id, **form.model_dump())


@router.get("/groups/{group_id}/consents")
async def ledger_of_group(
    group_id: UUID, db: Db, actor: CurrentActor, window: Paging
) -> Page[DecisionPublic]:
    await access.require(db, actor, group_id, Action.READ_CONSENTS)
    query = select(ConsentDecision).where(ConsentDecision.group_id == group_id)
    return await page(db, query, ConsentDecision.id, window, DecisionPublic)


@router.get("/groups/{group_id}/consents/verification")
async def verification(group_id: UUID, db: Db, actor: CurrentActor) -> Verification:
    """Whether the group's hash chain is whole."""
    await access.require(db, actor, group_id, Action.READ_CONSENTS)
    rows = await service.chain(db, group_id)
    broken = ledger.verify(rows)
    return Verification(
        whole=broken is None,
        broken_at=broken,
        length=len(rows),
        last_hash=rows[-1].hash if rows else None,
    )


def _public(text: ConsentText, programme: Programme) -> TextPublic:
    return TextPublic(
        programme_id=programme.id,
        version=text.version,
        language=text.language,
        body=texts.filled(text, programme),
    )
