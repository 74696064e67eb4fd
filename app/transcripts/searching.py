"""Looking for words in all meetings of a programme."""

from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent import service as consent
from app.groups.models import Group, Membership
from app.groups.service import of_programme
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.programmes import access
from app.recordings.models import Recording
from app.transcripts import consents
from app.transcripts.models import Utterance, folded

MOST_HITS = 200
"""Lower: what is rare is cut off by what is common. Higher: a page that nobody reads to its end."""


class Hit(NamedTuple):
    line: Utterance
    meeting: Meeting
    group: Group
    pseudonym: str


class Hits(NamedTuple):
    hits: list[Hit]
    more: bool
    """There are more than are shown."""


async def search(db: AsyncSession, actor: Actor, programme_id: UUID, words: str) -> Hits:
    """Lines that hold the words as they stand, whatever their case, newest meeting first; of those
    whose consents allow it now. Needs the right to read the programme's transcripts."""
    await access.require(db, actor, programme_id, Action.READ_TRANSCRIPT)
    wanted = folded(words.replace("\0", " "))
    if not wanted:
        return Hits([], False)
    groups = await of_programme(db, programme_id)
    standing = await consent.standing(db, [group.id for group in groups])
    query = (
        select(Utterance, Meeting, Group, Membership.pseudonym)
        .join(Recording, col(Recording.id) == Utterance.recording_id)
        .join(Meeting, col(Meeting.id) == Recording.meeting_id)
        .join(Group, col(Group.id) == Meeting.group_id)
        .join(
            Membership,
            (col(Membership.group_id) == Group.id) & (col(Membership.user_id) == Utterance.user_id),
        )
        .where(
            Group.programme_id == programme_id,
            col(Utterance.is_current),
            col(Utterance.folded).contains(wanted, autoescape=True),
        )
        .order_by(col(Meeting.starts_at).desc(), col(Utterance.start_ms), col(Utterance.line_id))
        .execution_options(yield_per=MOST_HITS)
    )
    hits: list[Hit] = []
    found = await db.stream(query)
    async for row in found:  # only as far as it takes: what was withdrawn counts for nothing
        hit = Hit(*row)
        if consents.stands(hit.line.consent_ids, standing):
            hits.append(hit)
        if len(hits) > MOST_HITS:
            break
    await found.close()
    return Hits(hits[:MOST_HITS], len(hits) > MOST_HITS)
