"""What was erased, and the signed receipts that say so."""

from uuid import UUID

from fastapi import APIRouter, Response

from app.accounts.http import CurrentActor
from app.erasures import copies, service
from app.erasures.forms import ErasurePublic, GenuineReceipt, ReceiptToCheck
from app.groups import access
from app.groups import service as groups
from app.kit import receipts
from app.kit.errors import NotFound
from app.kit.http import Ctx, Db, Page, Paging
from app.kit.paging import page
from app.kit.permissions import Action
from app.recordings.models import Erasure

router = APIRouter(tags=["erasures"])

JOSE = "application/jose"


@router.get("/erasures/me")
async def own_erasures(db: Db, actor: CurrentActor, window: Paging) -> Page[ErasurePublic]:
    """What was erased of oneself, also in groups one has left."""
    return await page(db, service.own(actor), Erasure.id, window, ErasurePublic)


@router.get("/erasures/{erasure_id}/receipt", response_class=Response)
async def erasure_receipt(erasure_id: UUID, db: Db, actor: CurrentActor) -> Response:
    """One's own signed receipt, a compact JWS."""
    signed = await service.get_receipt(db, actor, erasure_id)
    name = f'attachment; filename="emessi-erasure-{erasure_id}.jws"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(signed, media_type=JOSE, headers=headers)


@router.get("/groups/{group_id}/erasures")
async def erasures_of_group(
    group_id: UUID, db: Db, actor: CurrentActor, window: Paging
) -> Page[ErasurePublic]:
    """That there were erasures, and whether their receipts are there."""
    await access.require(db, actor, group_id, Action.READ_CONSENTS)
    return await page(db, service.of_group(group_id), Erasure.id, window, ErasurePublic)


@router.post("/groups/{group_id}/exports/{user_id}/seen-to", status_code=204)
async def see_to_copies(group_id: UUID, user_id: UUID, db: Db, actor: CurrentActor) -> None:
    """Whoever has copies of what this person withdrew was asked to delete them: the audit log keeps
    that, and nobody is reminded any more."""
    group = await access.require(db, actor, group_id, Action.EXPORT)
    people = await groups.members(db, group_id, former=True)
    if user_id not in {user.id for _, user in people}:
        raise NotFound
    await copies.see_to(db, actor, group, user_id)


@router.post("/receipts/verification")
async def verify_receipt(form: ReceiptToCheck, context: Ctx) -> GenuineReceipt:
    """The document of a receipt that this installation signed; any other is refused."""
    return GenuineReceipt(document=receipts.verify(form.receipt, context.keys))
