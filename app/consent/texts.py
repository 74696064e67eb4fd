"""The consent text of a programme: versions, languages, and the blanks filled in.

Version 1 of every programme is the document in `texts/` that was the newest when the programme was
made; a coordinator may write further ones, in all languages at once. A version is never changed,
because people agreed to it, and it says which purposes it asks for. What its blanks are filled with
may change with the programme, so what somebody read is kept beside each decision.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent.models import ConsentDecision, ConsentText, Purpose, ShownText, TextDraft
from app.groups.models import Group
from app.kit import audit
from app.kit.errors import Invalid, NotFound, Refusal
from app.kit.languages import LANGUAGES
from app.kit.permissions import Action, acting_as
from app.programmes import access as programmes
from app.programmes.models import NEWEST_DOCUMENT, Programme

FOLDER = Path(__file__).parent / "texts"
BLANK = "—"
"""Stands where the programme has not said something yet."""
DOCUMENTS: dict[int, tuple[Purpose, ...]] = {
    1: tuple(each for each in Purpose if each not in (Purpose.CHAT, Purpose.FEEDBACK)),
    2: tuple(each for each in Purpose if each != Purpose.FEEDBACK),
    NEWEST_DOCUMENT: tuple(Purpose),
}
"""The documents of the software, which never change either, and what each asks for."""
PLACEHOLDERS = {
    "programme": "name",
    "controller": "controller",
    "contact": "contact",
    "retention_days": "retention_days",
}
"""What a text may leave blank, written `{controller}`, and the programme's field that fills it."""


class TextMissing(Invalid):
    """The field names the language."""

    code = "consent_text_missing"


class PlaceholderUnknown(Invalid):
    code = "consent_text_placeholder"


class NothingAsked(Invalid):
    """A text that asks for no purpose."""

    code = "consent_text_asks_nothing"


class TextUnchanged(Refusal):
    code = "consent_text_unchanged"


class TextOutdated(Refusal):
    """Another version came into use while this one was written."""

    code = "consent_text_outdated"


async def current(db: AsyncSession, programme_id: UUID, language: str) -> ConsentText:
    """The newest version; the first is the document that comes with the software."""
    query = select(func.max(ConsentText.version)).where(ConsentText.programme_id == programme_id)
    version = (await db.exec(query)).one()
    if version is None:
        return await _first(db, programme_id, language)
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
    return found or (await _first(db, programme_id, language) if version == 1 else None)


async def get(db: AsyncSession, programme_id: UUID, version: int, language: str) -> ConsentText:
    found = await find(db, programme_id, version, language)
    if found is None:
        raise NotFound
    return found


async def versions(db: AsyncSession, programme_id: UUID) -> list[ConsentText]:
    """One row of each version, the newest first; the last is the document of the software."""
    query = select(ConsentText).where(
        ConsentText.programme_id == programme_id, ConsentText.language == LANGUAGES[0]
    )
    rows = list((await db.exec(query.order_by(col(ConsentText.version).desc()))).all())
    if not rows or rows[-1].version > 1:
        rows.append(await _first(db, programme_id, LANGUAGES[0]))
    return rows


async def add_version(
    db: AsyncSession,
    actor: Actor,
    programme_id: UUID,
    bodies: Mapping[str, str],
    replaces: int | None = None,
    purposes: Collection[Purpose] | None = None,
) -> int:
    """A new version in every language; from now on everyone is asked again.

    `replaces` is the version that its writer had before their eyes: if another came into use
    meanwhile, nothing is published. `purposes`: what it asks for; None: what the one in use does.
    """
    programme = await programmes.require(db, actor, programme_id, Action.EDIT_CONSENT_TEXT)
    check(bodies)
    in_use = {each: await current(db, programme.id, each) for each in LANGUAGES}
    version = in_use[LANGUAGES[0]].version
    if replaces not in (None, version):
        raise TextOutdated
    asked = in_order(in_use[LANGUAGES[0]].purposes if purposes is None else purposes)
    if not asked:
        raise NothingAsked(field="purposes")
    same = all(bodies[each].strip() == in_use[each].body.strip() for each in LANGUAGES)
    same = same and asked == in_order(in_use[LANGUAGES[0]].purposes)
    if same and not await read_otherwise(db, programme, in_use.values()):
        raise TextUnchanged
    for language in LANGUAGES:
        db.add(
            ConsentText(
                programme_id=programme.id,
                version=version + 1,
                language=language,
                body=bodies[language],
                purposes=[*asked],
                created_by=actor.user_id,
            )
        )
    draft = await db.get(TextDraft, programme_id)
    if draft is not None:
        await db.delete(draft)
    await db.flush()
    roles = await programmes.roles(db, actor, programme_id)
    doer = audit.Doer(actor.user_id, str(acting_as(roles, Action.EDIT_CONSENT_TEXT)))
    about = audit.About("consent_text", programme_id=programme_id)
    audit.record(db, audit.Deed.TEXT_PUBLISHED, doer, about, details={"version": version + 1})
    return version + 1


def in_order(purposes: Collection[str]) -> list[Purpose]:
    """Each once, as they are shown everywhere."""
    return [purpose for purpose in Purpose if purpose in purposes]


def check(bodies: Mapping[str, str]) -> None:
    """A text that may be published: whole, in every language, with blanks that can be filled."""
    for language in LANGUAGES:
        if not bodies.get(language, "").strip():
            raise TextMissing(field=language)
    for language in LANGUAGES:
        if unknown(bodies[language]):
            raise PlaceholderUnknown(field=language)


def unknown(body: str) -> list[str]:
    """Words in braces that no field of the programme fills, as they are written."""
    found = re.findall(r"\{([^{}\n]*)\}", body)
    return list(dict.fromkeys(name for name in found if name not in PLACEHOLDERS))


def values(programme: Programme) -> dict[str, str]:
    """What stands in each blank."""
    return {name: str(getattr(programme, field) or BLANK) for name, field in PLACEHOLDERS.items()}


def filled(text: ConsentText, programme: Programme) -> str:
    """The text as people read it. Unknown braces stay as they are."""
    return fill(text.body, programme)


def fill(body: str, programme: Programme) -> str:
    """Each blank once: what is put in is not looked at again."""
    said = values(programme)
    return re.sub(r"\{(\w+)\}", lambda blank: said.get(blank[1], blank[0]), body)


async def read_otherwise(
    db: AsyncSession, programme: Programme, in_use: Iterable[ConsentText]
) -> set[UUID]:
    """The rows decided under the text in use while the programme said something else in its blanks.

    Nobody agreed to what it says now: only a new version asks them.
    """
    texts = list(in_use)
    today = [sha256_of(filled(text, programme)) for text in texts]
    query = (
        select(ConsentDecision.id)
        .join(Group, col(Group.id) == ConsentDecision.group_id)
        .where(Group.programme_id == programme.id)
        .where(ConsentDecision.text_version == texts[0].version)
        .where(col(ConsentDecision.text_sha256).not_in(today))
    )
    return set((await db.exec(query)).all())


async def keep_shown(db: AsyncSession, text: ConsentText, programme: Programme) -> str:
    """Keeps the text as it is read now, once, and returns its hash."""
    body = filled(text, programme)
    sha256 = sha256_of(body)
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = insert(ShownText).values(sha256=sha256, body=body)
    await db.exec(row.on_conflict_do_nothing())  # another group may keep the same one just now
    return sha256


def sha256_of(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def document(number: int, language: str) -> str:
    """A text that comes with the software."""
    return (FOLDER / f"recording.v{number}.{language}.md").read_text(encoding="utf-8")


async def _first(db: AsyncSession, programme_id: UUID, language: str) -> ConsentText:
    number = (await db.get_one(Programme, programme_id)).text_document
    return ConsentText(
        programme_id=programme_id,
        version=1,
        language=language,
        body=document(number, language),
        purposes=list(DOCUMENTS[number]),
    )
