"""Consent texts and the consent ledger."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from sqlmodel import select

from app.accounts.forms import Language
from app.accounts.http import CurrentActor
from app.consent import drafts, effect, ledger, service, texts
from app.consent import receipt as receipts
from app.consent.forms import (
    Decide,
    DecisionPublic,
    DraftPublic,
    DraftSave,
    EffectPublic,
    OwnConsents,
    SigningKey,
    TextCreate,
    TextPublic,
    Verification,
    VersionPublic,
)
from app.consent.models import ConsentDecision, ConsentText, TextDraft
from app.consent.receipt import SignedReceipt
from app.consent.service import Heard
from app.groups import access
from app.kit import audit
from app.kit.errors import NotFound
from app.kit.http import Asked, Ctx, Db, Page, Paging
from app.kit.ids import new_id
from app.kit.paging import page
from app.kit.permissions import Action, acting_as
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


@router.get("/programmes/{programme_id}/consent-texts")
async def text_versions(programme_id: UUID, db: Db, actor: CurrentActor) -> list[VersionPublic]:
    """Every version, the newest first. None is ever changed or removed."""
    await programmes.require(db, actor, programme_id, Action.SEE_PROGRAMME)
    return [
        VersionPublic(version=row.version, published_at=row.created_at if row.created_by else None)
        for row in await texts.versions(db, programme_id)
    ]


@router.get("/programmes/{programme_id}/consent-texts/draft", response_model=DraftPublic)
async def draft(programme_id: UUID, db: Db, actor: CurrentActor) -> TextDraft:
    return await drafts.get(db, actor, programme_id)


@router.put("/programmes/{programme_id}/consent-texts/draft", response_model=DraftPublic)
async def save_draft(programme_id: UUID, form: DraftSave, db: Db, actor: CurrentActor) -> TextDraft:
    """Refused when somebody else saved it since `revision`."""
    bodies = form.model_dump(exclude={"revision", "purposes"})
    return await drafts.save(db, actor, programme_id, bodies, form.revision, form.purposes)


@router.delete("/programmes/{programme_id}/consent-texts/draft", status_code=204)
async def discard_draft(programme_id: UUID, db: Db, actor: CurrentActor) -> None:
    await drafts.discard(db, actor, programme_id)


@router.get("/programmes/{programme_id}/consent-texts/effect", response_model=list[EffectPublic])
async def effect_of_publishing(
    programme_id: UUID, db: Db, actor: CurrentActor
) -> list[effect.GroupEffect]:
    """Who would be asked again by a new version, group by group."""
    return await effect.of_publishing(db, actor, programme_id)


@router.get("/programmes/{programme_id}/consent-texts/{version}")
async def text(
    programme_id: UUID, version: Version, db: Db, actor: CurrentActor, language: Language = "fi"
) -> TextPublic:
    programme = await programmes.require(db, actor, programme_id, Action.SEE_PROGRAMME)
    return _public(await texts.get(db, programme_id, version, language), programme)


@router.post("/programmes/{programme_id}/consent-texts", status_code=201)
async def add_text(programme_id: UUID, form: TextCreate, db: Db, actor: CurrentActor) -> TextPublic:
    """A new version in use: everyone is asked again; what they said holds until they answer."""
    bodies = form.model_dump(exclude={"replaces", "purposes"})
    version = await texts.add_version(db, actor, programme_id, bodies, form.replaces, form.purposes)
    added = await texts.get(db, programme_id, version, actor.language)
    return TextPublic.model_validate(added)


@router.get("/groups/{group_id}/consents/me")
async def own_consents(group_id: UUID, db: Db, actor: CurrentActor) -> OwnConsents:
    group = await service.own_group(db, actor, group_id)
    latest = await service.latest_of(db, actor.user_id, group_id)
    return OwnConsents(
        decisions=[DecisionPublic.model_validate(row) for row in latest.values()],
        undecided=await service.undecided(db, actor.user_id, group),
    )


@router.post("/groups/{group_id}/consents/me", status_code=201, response_model=DecisionPublic)
async def decide(
    asked: Asked, group_id: UUID, form: Decide, db: Db, actor: CurrentActor
) -> ConsentDecision:
    """Decide for oneself. It was decided when the request came, however long the ledger is busy. A
    yes that takes a no back names it (`seen`)."""
    heard = Heard(new_id(), asked)
    return await service.decide_own(db, actor, group_id, heard=heard, **form.model_dump())


@router.get("/groups/{group_id}/consents/me/receipt")
async def own_receipt(group_id: UUID, db: Db, actor: CurrentActor, context: Ctx) -> SignedReceipt:
    """What one decided in this group and under which texts, signed by the installation."""
    receipt = await receipts.of_own(db, actor, group_id)
    signature = context.signer.sign(receipt.model_dump(mode="json"))
    return SignedReceipt(receipt=receipt, signature=signature)


@router.get("/signing-key")
async def signing_key(context: Ctx) -> SigningKey:
    """The public key, as a JSON Web Key, by which anyone can check a receipt. Open to all."""
    return SigningKey.model_validate(context.signer.public_key)


@router.get("/groups/{group_id}/consents")
async def ledger_of_group(
    group_id: UUID, db: Db, actor: CurrentActor, context: Ctx, window: Paging
) -> Page[DecisionPublic]:
    """What everybody decided; that it was read is in the audit log."""
    group = await access.require(db, actor, group_id, Action.READ_CONSENTS)
    role = acting_as(await access.roles(db, actor, group), Action.READ_CONSENTS)
    doer = audit.Doer(actor.user_id, str(role))
    about = audit.About("consents", group_id, None, group.programme_id, group_id)
    await audit.witness(context.database, db, audit.Deed.READ_CONSENTS, doer, about)
    query = select(ConsentDecision).where(ConsentDecision.group_id == group_id)
    return await page(db, query, ConsentDecision.id, window, DecisionPublic)


@router.get("/groups/{group_id}/consents/verification")
async def verification(group_id: UUID, db: Db, actor: CurrentActor) -> Verification:
    """Whether the group's hash chain is whole."""
    await access.require(db, actor, group_id, Action.READ_CONSENTS)
    rows = await service.chain(db, group_id)
    broken = ledger.verify(rows, await service.head(db, group_id))
    return Verification(
        whole=broken is None,
        broken_at=broken.place if broken else None,
        length=len(rows),
        last_hash=rows[-1].hash if rows else None,
    )


def _public(text: ConsentText, programme: Programme) -> TextPublic:
    return TextPublic(
        programme_id=programme.id,
        version=text.version,
        language=text.language,
        body=texts.filled(text, programme),
        purposes=texts.in_order(text.purposes),
    )
