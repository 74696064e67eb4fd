"""The consent text of a programme: versions, languages, and the blanks filled in.

Version 1 of every programme is the document in `texts/`; a coordinator may write further ones, in
all languages at once. A version is never changed, because people agreed to it.
"""

from pathlib import Path
from uuid import UUID

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent.models import ConsentText
from app.kit import audit
from app.kit.errors import NotFound
from app.kit.languages import LANGUAGES
from app.kit.permissions import Action, acting_as
from app.programmes import access as programmes
from app.programmes.models import Programme

FOLDER = Path(__file__).parent / "texts"
BLANK = "—"
"""Stands where the programme has not said something yet."""


async def current(db: AsyncSession, programme_id: UUID, language: str) -> ConsentText:
    """The newest version; the first is the document that comes with the software."""
    query = select(func.max(ConsentText.version)).where(ConsentText.programme_id == programme_id)
    version = (await db.exec(query)).one()
    if version is None:
        return _first(programme_id, language)
    found = await find(db, programme_id, version, language)
    assert found is not None
    return found


async def find(
    db: AsyncSession, programme_id: UUID, version: int, language: str
) -> ConsentText | None:
    if language not in LANGUAGES:
        return None
    query = select(ConsentText).where(
        ConsentText.programme_id == programme_id,
        ConsentText.version == version,
        ConsentText.language == language,
    )
    found = (await db.exec(query)).one_or_none()
    return found or (_first(programme_id, language) if version == 1 else None)


async def get(db: AsyncSession, programme_id: UUID, version: int, language: str) -> ConsentText:
    found = await find(db, programme_id, version, language)
    if found is None:
        raise NotFound
    return found


async def add_version(
    db: AsyncSession, actor: Actor, programme_id: UUID, bodies: dict[str, str]
) -> int:
    """A new version in every language; from now on everyone is asked again."""
    programme = await programmes.require(db, actor, programme_id, Action.EDIT_CONSENT_TEXT)
    version = (await current(db, programme.id, "fi")).version + 1
    for language in LANGUAGES:
        db.add(
            ConsentText(
                programme_id=programme.id,
                version=version,
                language=language,
                body=bodies[language],
                created_by=actor.user_id,
            )
        )
    await db.flush()
    roles = await programmes.roles(db, actor, programme_id)
    doer = audit.Doer(actor.user_id, str(acting_as(roles, Action.EDIT_CONSENT_TEXT)))
    about = audit.About("consent_text", programme_id=programme_id)
    audit.record(db, audit.Deed.TEXT_PUBLISHED, doer, about, details={"version": version})
    return version


def filled(text: ConsentText, programme: Programme) -> str:
    """The text as people read it. Unknown braces stay as they are."""
    body = text.body
    for name, value in (
        ("programme", programme.name),
        ("controller", programme.controller),
        ("contact", programme.contact),
        ("retention_days", str(programme.retention_days)),
    ):
        body = body.replace("{" + name + "}", value or BLANK)
    return body


def _first(programme_id: UUID, language: str) -> ConsentText:
    body = (FOLDER / f"recording.v1.{language}.md").read_text(encoding="utf-8")
    return ConsentText(programme_id=programme_id, version=1, language=language, body=body)
