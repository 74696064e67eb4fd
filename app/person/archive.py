"""Everything about one person as the entries of a ZIP: documents, texts, media, a word first."""

import json
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import User
from app.consent import texts
from app.exports.bundle import Entry, made, with_sums
from app.kit.context import Context
from app.kit.db import now
from app.kit.ids import short
from app.person import collection
from app.programmes.models import Programme
from app.recordings import reading
from app.vault import service as vault


async def entries(db: AsyncSession, context: Context, user: User) -> list[Entry]:
    """Decided before the first byte is sent. The README is in the person's language."""
    words = context.languages.text(
        "person.readme", user.language, name=user.name, date=now().date().isoformat()
    )
    found = [made("README.txt", words.encode())]
    for name, document in (await collection.documents(db, user)).items():
        text = json.dumps(document, ensure_ascii=False, indent=2, default=str)
        found.append(made(f"{name}.json", text.encode()))
    found += await _texts(db, user.id)
    found += await _media(db, context, user.id)
    return with_sums(found)


async def _texts(db: AsyncSession, user_id: UUID) -> list[Entry]:
    """Each text that was decided under, with the period that it promised then."""
    found: dict[str, Entry] = {}
    for row, programme, days in await collection.consents(db, user_id):
        name = collection.text_name(row, days)
        text = await texts.find(db, programme.id, row.text_version, row.text_language)
        if text is None or name in found:
            continue
        then = Programme(
            name=programme.name,
            controller=programme.controller,
            contact=programme.contact,
            retention_days=days,
        )
        found[name] = made(name, texts.filled(text, then).encode())
    return list(found.values())


async def _media(db: AsyncSession, context: Context, user_id: UUID) -> list[Entry]:
    """The person's own files, while the consents that they rest on stand."""
    found = []
    for recording, meeting in await collection.recorded(db, user_id):
        for file in await reading.usable_files(db, recording, meeting):
            if file.user_id != user_id:
                continue
            folder = f"media/{meeting.starts_at:%Y-%m-%d}-{short(meeting.id)}"
            found.append(
                Entry(
                    path=f"{folder}/{await reading.file_name(db, meeting, file)}",
                    sha256=file.sha256,
                    size=file.size,
                    sealed=file.path,
                    data_key=await vault.unwrap(db, context.keys, file.data_key_id),
                )
            )
    return found
