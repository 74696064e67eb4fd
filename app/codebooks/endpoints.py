"""Codebooks, their drafts and versions, and the files they come and go as."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.forms import Language
from app.accounts.http import CurrentActor
from app.codebooks import csv_file, qdc, service
from app.codebooks.checks import faults
from app.codebooks.document import CodebookDocument
from app.codebooks.forms import (
    CodebookCreate,
    CodebookPublic,
    DraftPublic,
    DraftSave,
    FaultPublic,
    FileForm,
    Publish,
    VersionPublic,
    VersionWhole,
)
from app.codebooks.models import Codebook, CodebookVersion
from app.kit.file_names import word
from app.kit.http import Db, download
from app.kit.idempotency import Idempotent
from app.kit.permissions import Action
from app.programmes import access as programmes

router = APIRouter(tags=["codebooks"])


@router.get("/programmes/{programme_id}/codebooks")
async def codebooks(programme_id: UUID, db: Db, actor: CurrentActor) -> list[CodebookPublic]:
    await programmes.require(db, actor, programme_id, Action.SEE_PROGRAMME)
    return [await _public(db, book) for book in await service.of_programme(db, programme_id)]


@router.post("/programmes/{programme_id}/codebooks", status_code=201)
async def begin_codebook(
    programme_id: UUID, form: CodebookCreate, db: Db, actor: CurrentActor, once: Idempotent
) -> CodebookPublic:
    """As a draft: with three known themes and a proposal for the rest, or empty."""

    async def make() -> CodebookPublic:
        book = await service.begin(
            db, actor, programme_id, form.name, with_starter=form.starter, with_bales=form.bales
        )
        return await _public(db, book)

    return await once(db, actor.user_id, CodebookPublic, make)


@router.get("/codebooks/{codebook_id}")
async def codebook(codebook_id: UUID, db: Db, actor: CurrentActor) -> CodebookPublic:
    return await _public(db, await service.get(db, actor, codebook_id, Action.SEE_PROGRAMME))


@router.get("/codebooks/{codebook_id}/draft")
async def codebook_draft(codebook_id: UUID, db: Db, actor: CurrentActor) -> DraftPublic:
    """The next version as it stands; where none is written, the newest, with revision 0."""
    return await _draft(db, actor, codebook_id)


@router.put("/codebooks/{codebook_id}/draft")
async def save_codebook_draft(
    codebook_id: UUID, form: DraftSave, db: Db, actor: CurrentActor
) -> DraftPublic:
    """Refused when somebody else saved it since `revision`."""
    await service.save(db, actor, codebook_id, form.document, form.revision)
    return await _draft(db, actor, codebook_id)


@router.put("/codebooks/{codebook_id}/draft/{form}")
async def import_codebook(
    codebook_id: UUID,
    form: FileForm,
    content: Annotated[bytes, Body(media_type="application/octet-stream")],
    db: Db,
    actor: CurrentActor,
    language: Language = "fi",
) -> DraftPublic:
    """Puts what a file says in place of the draft. `language`: of the names in a .qdc."""
    draft = await service.draft(db, actor, codebook_id)
    if form == FileForm.CSV:
        document = csv_file.read(content)
    else:
        document = qdc.read(content, draft.document, language)
    await service.save(db, actor, codebook_id, document, draft.revision)
    return await _draft(db, actor, codebook_id)


@router.delete("/codebooks/{codebook_id}/draft", status_code=204)
async def discard_codebook_draft(codebook_id: UUID, db: Db, actor: CurrentActor) -> None:
    """A codebook of which nothing was ever published goes with its draft."""
    await service.discard(db, actor, codebook_id)


@router.post("/codebooks/{codebook_id}/versions", status_code=201)
async def publish_codebook(
    codebook_id: UUID, form: Publish, db: Db, actor: CurrentActor
) -> VersionPublic:
    published = await service.publish(db, actor, codebook_id, form.revision)
    return VersionPublic.model_validate(published)


@router.get("/codebook-versions/{version_id}", response_model=VersionWhole)
async def codebook_version(version_id: UUID, db: Db, actor: CurrentActor) -> CodebookVersion:
    return await service.version(db, actor, version_id)


@router.get("/codebook-versions/{version_id}/codebook.{form}", response_class=Response)
async def codebook_file(
    version_id: UUID, form: FileForm, db: Db, actor: CurrentActor, language: Language = "fi"
) -> Response:
    """The whole as CSV, or in one language as REFI-QDA .qdc."""
    found = await service.version(db, actor, version_id)
    document, book = service.said(found), await db.get_one(Codebook, found.codebook_id)
    if form == FileForm.CSV:
        content, media_type = csv_file.written(document), "text/csv; charset=utf-8"
    else:
        content, media_type = qdc.written(document, language), "application/xml"
    name = "-".join(filter(None, ["codebook", word(book.name), str(found.version)]))
    return download(content, f"{name}.{form}", media_type)


async def _public(db: AsyncSession, book: Codebook) -> CodebookPublic:
    versions = await service.versions(db, book.id)
    return CodebookPublic(
        **book.model_dump(include={"id", "programme_id", "name", "created_at"}),
        versions=[VersionPublic.model_validate(each) for each in versions],
    )


async def _draft(db: AsyncSession, actor: CurrentActor, codebook_id: UUID) -> DraftPublic:
    draft = await service.draft(db, actor, codebook_id)
    last = await service.newest(db, codebook_id)
    before: CodebookDocument | None = service.said(last) if last else None
    return DraftPublic(
        document=draft.document,
        revision=draft.revision,
        faults=[FaultPublic(**f._asdict()) for f in faults(draft.document, before)],
    )
