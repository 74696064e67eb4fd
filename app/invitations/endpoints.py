"""Invitations: made and taken back by those who run a group, used by those who hold the link."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from app.accounts import service as accounts
from app.accounts import signing
from app.accounts.forms import Language
from app.accounts.http import CurrentActor, welcome
from app.consent import texts
from app.groups import access
from app.invitations import acceptance, service
from app.invitations.acceptance import Accepted
from app.invitations.forms import (
    Accept,
    AcceptedPublic,
    InvitationCreate,
    InvitationLink,
    InvitationPublic,
    PreviewPublic,
    ReEntryCreate,
    TextShown,
)
from app.invitations.models import Invitation
from app.kit.context import Context
from app.kit.http import Ctx, Db, Page, Paging
from app.kit.idempotency import Idempotent
from app.kit.paging import page
from app.kit.permissions import Action
from app.programmes.models import Programme

router = APIRouter(prefix="/invitations", tags=["invitations"])
Secret = Annotated[str, Path(alias="token", min_length=1, max_length=100)]


@router.get("")
async def invitations(
    group_id: UUID, db: Db, actor: CurrentActor, window: Paging
) -> Page[InvitationPublic]:
    """The links that can still be used."""
    await access.require(db, actor, group_id, Action.INVITE)
    return await page(db, service.open_in(group_id), Invitation.id, window, InvitationPublic)


@router.post("", status_code=201)
async def create_invitation(
    form: InvitationCreate, db: Db, actor: CurrentActor, context: Ctx, once: Idempotent
) -> InvitationLink:
    async def make() -> Invitation:
        return await service.create(
            db, context.tokens, actor, form.group_id, role=form.role, name=form.name
        )

    return _link(context, await once(db, actor.user_id, InvitationPublic, make))


@router.post("/re-entry", status_code=201)
async def create_re_entry(
    form: ReEntryCreate, db: Db, actor: CurrentActor, context: Ctx, once: Idempotent
) -> InvitationLink:
    async def make() -> Invitation:
        return await service.create_re_entry(db, context.tokens, actor, form.group_id, form.user_id)

    return _link(context, await once(db, actor.user_id, InvitationPublic, make))


@router.delete("/{invitation_id}", status_code=204)
async def revoke_invitation(invitation_id: UUID, db: Db, actor: CurrentActor) -> None:
    await service.revoke(db, actor, invitation_id)


@router.get("/{token}")
async def preview(token: Secret, db: Db, language: Language = "fi") -> PreviewPublic:
    """What one is invited to, and the text of every consent. Needs no account."""
    seen = await service.preview(db, token)
    programme = await db.get_one(Programme, seen.programme_id)
    text = await texts.current(db, programme.id, language)
    shown = TextShown(version=text.version, language=language, body=texts.filled(text, programme))
    asked = {"text": shown, "purposes": texts.in_order(text.purposes)}
    return PreviewPublic.model_validate(vars(seen) | asked)


@router.post("/{token}/accept", status_code=201)
async def accept(
    token: Secret,
    form: Accept,
    db: Db,
    context: Ctx,
    once: Idempotent,
    request: Request,
    response: Response,
) -> AcceptedPublic:
    """Come into the group, decided or not, and be signed in.

    One whose answer was lost on the way retries with the same `Idempotency-Key`.
    """
    done = await once(
        db,
        await service.id_of(db, token),
        Accepted,
        lambda: acceptance.accept(db, token, **form.model_dump()),
    )
    return await _entered(db, context, request, response, done)


@router.post("/{token}/re-enter", status_code=201)
async def re_enter(
    token: Secret, db: Db, context: Ctx, once: Idempotent, request: Request, response: Response
) -> AcceptedPublic:
    """Be signed in again, on this device."""
    done = await once(
        db,
        await service.id_of(db, token),
        Accepted,
        lambda: acceptance.re_enter(db, token),
    )
    return await _entered(db, context, request, response, done)


async def _entered(
    db: Db, context: Context, request: Request, response: Response, done: Accepted
) -> AcceptedPublic:
    user = await accounts.get(db, done.user_id)
    signed_in = welcome(request, response, await signing.sign_in(db, context.tokens, user))
    return AcceptedPublic(group_id=done.group_id, **dict(signed_in))


def _link(context: Context, link: InvitationPublic) -> InvitationLink:
    url = f"{context.settings.public_url}/i/{context.tokens.link(link.id)}"
    return InvitationLink(url=url, **dict(link))
