"""The draft of a programme's next consent text: kept until it is published or thrown away."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent import texts
from app.consent.models import Purpose, TextDraft
from app.kit.db import now
from app.kit.errors import NotFound, Refusal
from app.kit.permissions import Action
from app.programmes import access as programmes


class DraftChanged(Refusal):
    """Somebody else saved the draft since this one was read."""

    code = "consent_draft_changed"


async def find(db: AsyncSession, actor: Actor, programme_id: UUID) -> TextDraft | None:
    await programmes.require(db, actor, programme_id, Action.EDIT_CONSENT_TEXT)
    return await db.get(TextDraft, programme_id)


async def get(db: AsyncSession, actor: Actor, programme_id: UUID) -> TextDraft:
    draft = await find(db, actor, programme_id)
    if draft is None:
        raise NotFound
    return draft


async def save(
    db: AsyncSession,
    actor: Actor,
    programme_id: UUID,
    bodies: Mapping[str, str],
    revision: int,
    purposes: Collection[Purpose] | None = None,
) -> TextDraft:
    """Keeps the draft. `revision` is that of the draft which was read, 0 where there was none.
    `purposes`: what it is to ask for; None: as before, or as the version in use does."""
    await programmes.require(db, actor, programme_id, Action.EDIT_CONSENT_TEXT)
    draft = await db.get(TextDraft, programme_id, with_for_update=True)
    if revision != (draft.revision if draft else 0):
        raise DraftChanged
    if draft is None:
        in_use = await texts.current(db, programme_id, "fi")
        draft = TextDraft(
            programme_id=programme_id,
            revision=0,
            purposes=in_use.purposes,
            updated_by=actor.user_id,
        )
        db.add(draft)
    draft.sqlmodel_update(dict(bodies))
    if purposes is not None:
        draft.purposes = list(texts.in_order(purposes))
    draft.revision += 1
    draft.updated_by, draft.updated_at = actor.user_id, now()
    await db.flush()
    return draft


async def discard(db: AsyncSession, actor: Actor, programme_id: UUID) -> None:
    """Idempotent: no draft is no fault."""
    draft = await find(db, actor, programme_id)
    if draft is not None:
        await db.delete(draft)
