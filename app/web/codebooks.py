"""The pages of codebooks: a programme's, the editor of one, and each version to read."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.accounts.models import User
from app.codebooks import service
from app.codebooks.checks import faults
from app.codebooks.document import Code, CodebookDocument
from app.codebooks.forms import FileForm
from app.codebooks.models import Codebook, CodebookDraft
from app.coding import mapping
from app.coding.mapping import Offer
from app.kit.permissions import Action, may
from app.programmes import access
from app.programmes.models import Programme
from app.web.visit import Looking, PageRoute, Visit

router = APIRouter(route_class=PageRoute)


@router.get("/programmes/{programme_id}/codebooks")
async def codebooks(programme_id: UUID, visit: Looking) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    programme = await access.require(db, actor, programme_id, Action.SEE_PROGRAMME)
    roles = await access.roles(db, actor, programme_id)
    books = await service.of_programme(db, programme_id)
    return visit.page(
        "codebooks.html",
        programme=programme,
        books=[
            (book, await service.versions(db, book.id), await db.get(CodebookDraft, book.id))
            for book in books
        ],
        may_edit=may(roles, Action.EDIT_CODEBOOK),
    )


@router.get("/codebooks/{codebook_id}")
async def codebook(codebook_id: UUID, visit: Looking) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    book = await service.get(db, actor, codebook_id, Action.EDIT_CODEBOOK)
    roles = await access.roles(db, actor, book.programme_id)
    draft = await service.draft(db, actor, codebook_id)
    versions = await service.versions(db, codebook_id)
    before = service.said(versions[0]) if versions else None
    offered = await mapping.offers(visit.context.database, db, actor, codebook_id)
    return visit.page(
        "codebook.html",
        programme=await db.get_one(Programme, book.programme_id),
        book=book,
        draft=draft.row,
        writer=await db.get(User, draft.row.updated_by) if draft.row else None,
        versions=versions,
        files=list(FileForm),
        offers=[_offered(visit, offer) for offer in offered],
        may_apply=may(roles, Action.ASSIGN_CODING),
        data={
            "id": str(book.id),
            "list": f"/programmes/{book.programme_id}/codebooks",
            "revision": draft.revision,
            "document": draft.document.model_dump(mode="json"),
            "faults": [
                {"code": f.code, "axis_id": str(f.axis_id or ""), "code_id": str(f.code_id or "")}
                for f in faults(draft.document, before)
            ],
            "fresh": _fresh(),
        },
    )


@router.get("/codebook-versions/{version_id}")
async def codebook_version(version_id: UUID, visit: Looking) -> HTMLResponse:
    """To read and to print: what every code means, in the reader's language."""
    db, actor = visit.db, visit.actor
    found = await service.version(db, actor, version_id)
    book = await db.get_one(Codebook, found.codebook_id)
    document = service.said(found)
    return visit.page(
        "codebook_version.html",
        programme=await db.get_one(Programme, book.programme_id),
        book=book,
        version=found,
        files=list(FileForm),
        axes=[(axis, axis.depths()) for axis in document.axes],
    )


def _offered(visit: Visit, offer: Offer) -> dict[str, Any]:
    """What an older version's codings can become, with the targets to choose from."""
    said = visit.language
    after = service.said(offer.after)
    return {
        "before": offer.before,
        "after": offer.after,
        "assignments": offer.assignments,
        "touched": [
            {
                "kind": change.kind,
                "code_id": change.code.id,
                "name": f"{change.axis.name.said(said)}: {change.code.name.said(said)}",
                "codings": codings,
                "to": change.to_code.id if change.to_code else None,
            }
            for change, codings in offer.touched
        ],
        "targets": [
            (axis.name.said(said), [(c.id, c.name.said(said)) for c in axis.codes if c.is_codable])
            for axis in after.axes
        ],
    }


def _fresh() -> dict[str, Any]:
    """What a new axis and a new code begin as; the browser gives them ids."""
    new = CodebookDocument.model_validate({"axes": [{"codes": [Code()]}]})
    axis = new.axes[0].model_dump(mode="json")
    code = axis["codes"].pop()
    return {"axis": axis, "code": code}
