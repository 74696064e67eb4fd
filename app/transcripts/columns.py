"""The words of many recordings at once, as the consents in force let them be used: what
`service.allowed` answers for one as objects of the mapper."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import service as consent
from app.transcripts import consents
from app.transcripts.models import Utterance


class Line(NamedTuple):
    user_id: UUID
    start_ms: int
    end_ms: int
    text: str


async def of_recordings(
    db: AsyncSession, recording_ids: Collection[UUID], group_ids: Collection[UUID]
) -> dict[UUID, list[Line]]:
    """By recording. Who asks, was asked at the door. `group_ids`: whose meetings they are of."""
    names = ("recording_id", "consent_ids", *Line._fields)
    query = select(*(getattr(Utterance, name) for name in names))
    query = query.where(col(Utterance.recording_id).in_(recording_ids))
    current = query.where(col(Utterance.is_current), col(Utterance.text) != "")
    standing = await consent.standing(db, group_ids)
    known: dict[tuple[str, ...], bool] = {}  # thousands of lines rest on the same few consents
    found: dict[UUID, list[Line]] = {}
    for recording_id, rests_on, *line in await (await db.connection()).execute(current):
        own = tuple(rests_on)
        if own not in known:
            known[own] = consents.stands(own, standing)
        if known[own]:
            found.setdefault(recording_id, []).append(Line(*line))
    return found
