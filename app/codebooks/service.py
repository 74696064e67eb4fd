"""A programme's codebooks: begun, written as drafts, published as versions that never change."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.codebooks.checks import faults
from app.codebooks.document import CodebookDocument
from app.codebooks.models import Codebook, CodebookDraft, CodebookVersion
from app.codebooks.starter import starter
from app.kit import audit
from app.kit.db import now
from app.kit.errors import Invalid, NotFound, Refusal
from app.kit.permissions import Action, acting_as
from app.programmes import access as programmes


class DraftChanged(Refusal):
    """Somebody else saved the draft since this one was read."""

    code = "codebook_draft_changed"


class NotReady(Invalid):
    """Faults stand in the way of publishing; the page lists them."""

    code = "codebook_not_ready"


class Unchanged(Refusal):
    code = "codebook_unchanged"


class Draft(NamedTuple):
    """What is written on: the saved draft, or the newest version where there is none."""

    document: CodebookDocument
    revision: int
    """0: nothing is saved yet."""
    row: CodebookDraft | None


async def begin(
    db: AsyncSession,
    actor: Actor,
    programme_id: UUID,
    name: str,
    *,
    with_starter: bool,
    with_bales: bool,
) -> Codebook:
    """A new codebook, as a draft: the starter, or an empty one."""
    await programmes.require(db, actor, programme_id, Action.EDIT_CODEBOOK)
    book = Codebook(programme_id=programme_id, name=name, created_by=actor.user_id)
    db.add(book)
    await db.flush()
    document = starter(with_bales=with_bales) if with_starter else CodebookDocument()
    db.add(
        CodebookDraft(
            codebook_id=book.id,
            document=document.model_dump(mode="json"),
            updated_by=actor.user_id,
        )
    )
    await db.flush()
    return book


async def of_programme(db: AsyncSession, programme_id: UUID) -> list[Codebook]:
    query = select(Codebook).where(Codebook.programme_id == programme_id)
    return list((await db.exec(query.order_by(col(Codebook.id)))).all())


async def get(db: AsyncSession, actor: Actor, codebook_id: UUID, action: Action) -> Codebook:
    """The one door to a codebook."""
    book = await db.get(Codebook, codebook_id)
    if book is None:
        raise NotFound
    await programmes.require(db, actor, book.programme_id, action)
    return book


async def version(
    db: AsyncSession, actor: Actor, version_id: UUID, action: Action = Action.SEE_PROGRAMME
) -> CodebookVersion:
    found = await db.get(CodebookVersion, version_id)
    if found is None:
        raise NotFound
    await get(db, actor, found.codebook_id, action)
    return found


async def versions(db: AsyncSession, codebook_id: UUID) -> list[CodebookVersion]:
    """The newest first."""
    query = select(CodebookVersion).where(CodebookVersion.codebook_id == codebook_id)
    return list((await db.exec(query.order_by(col(CodebookVersion.version).desc()))).all())


async def newest(db: AsyncSession, codebook_id: UUID) -> CodebookVersion | None:
    found = await versions(db, codebook_id)
    return found[0] if found else None


def said(version: CodebookVersion) -> CodebookDocument:
    return CodebookDocument.model_validate(version.document)


async def draft(db: AsyncSession, actor: Actor, codebook_id: UUID) -> Draft:
    await get(db, actor, codebook_id, Action.EDIT_CODEBOOK)
    row = await db.get(CodebookDraft, codebook_id)
    if row is not None:
        return Draft(CodebookDocument.model_validate(row.document), row.revision, row)
    last = await newest(db, codebook_id)
    return Draft(said(last) if last else CodebookDocument(), 0, None)


async def save(
    db: AsyncSession,
    actor: Actor,
    codebook_id: UUID,
    document: CodebookDocument,
    revision: int,
) -> CodebookDraft:
    """Keeps the draft. `revision` is that of the draft which was read, 0 where there was none."""
    await get(db, actor, codebook_id, Action.EDIT_CODEBOOK)
    row = await db.get(CodebookDraft, codebook_id, with_for_update=True)
    if revision != (row.revision if row else 0):
        raise DraftChanged
    if row is None:
        row = CodebookDraft(
            codebook_id=codebook_id, revision=0, document={}, updated_by=actor.user_id
        )
        db.add(row)
    row.document = document.model_dump(mode="json")
    row.revision += 1
    row.updated_by, row.updated_at = actor.user_id, now()
    await db.flush()
    return row


async def discard(db: AsyncSession, actor: Actor, codebook_id: UUID) -> None:
    """The draft; and the codebook with it, when nothing of it was ever published."""
    book = await get(db, actor, codebook_id, Action.EDIT_CODEBOOK)
    row = await db.get(CodebookDraft, codebook_id)
    if row is not None:
        await db.delete(row)
        await db.flush()
    if await newest(db, codebook_id) is None:
        await db.delete(book)


async def publish(
    db: AsyncSession, actor: Actor, codebook_id: UUID, revision: int
) -> CodebookVersion:
    """Makes the draft the newest version. `revision`: of the draft that its writer saw."""
    book = await get(db, actor, codebook_id, Action.EDIT_CODEBOOK)
    row = await db.get(CodebookDraft, codebook_id, with_for_update=True)
    if row is None:
        raise Unchanged
    if row.revision != revision:
        raise DraftChanged
    document = CodebookDocument.model_validate(row.document)
    last = await newest(db, codebook_id)
    if faults(document, said(last) if last else None):
        raise NotReady(field="document")
    if last is not None and said(last) == document:
        raise Unchanged
    query = select(func.max(CodebookVersion.version)).where(
        CodebookVersion.codebook_id == codebook_id
    )
    found = CodebookVersion(
        codebook_id=codebook_id,
        version=((await db.exec(query)).one() or 0) + 1,
        document=document.model_dump(mode="json"),
        published_by=actor.user_id,
    )
    db.add(found)
    await db.delete(row)
    await db.flush()
    await _tell(db, actor, book, found)
    return found


async def _tell(db: AsyncSession, actor: Actor, book: Codebook, found: CodebookVersion) -> None:
    roles = await programmes.roles(db, actor, book.programme_id)
    doer = audit.Doer(actor.user_id, str(acting_as(roles, Action.EDIT_CODEBOOK)))
    about = audit.About("codebook", book.id, programme_id=book.programme_id)
    details = {"version": found.version}
    audit.record(db, audit.Deed.CODEBOOK_PUBLISHED, doer, about, details=details)
