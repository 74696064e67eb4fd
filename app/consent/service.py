"""Deciding on consent, and asking the ledger."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent import ledger, texts
from app.consent.models import ConsentDecision, Decision, Purpose
from app.groups import access
from app.groups.models import Group
from app.kit.errors import Invalid, NotFound
from app.kit.permissions import Action


class TextVersionUnknown(Invalid):
    code = "text_version_unknown"


class NothingToKeep(Invalid):
    """Only a withdrawal may leave what was recorded before it."""

    code = "nothing_to_keep"


async def decide(
    db: AsyncSession,
    *,
    user_id: UUID,
    group_id: UUID,
    meeting_id: UUID | None,
    purpose: Purpose,
    decision: Decision,
    text_version: int,
    text_language: str,
    decided_by: UUID,
    keeps_earlier: bool = False,
) -> ConsentDecision:
    """Writes one decision at the end of the group's chain.

    The same decision under the same version of the text is not written twice; a withdrawal after
    which nothing is kept is stronger than one that keeps, and may follow it.
    """
    if keeps_earlier and decision != Decision.WITHDRAWN:
        raise NothingToKeep(field="keeps_earlier")
    group = await db.get(Group, group_id, with_for_update=True)  # one writer to a chain
    if group is None:
        raise NotFound
    if await texts.find(db, group.programme_id, text_version, text_language) is None:
        raise TextVersionUnknown(field="text_version")
    rows = await chain(db, group_id)
    latest = ledger.fold(rows).get(user_id, {}).get(purpose)
    same = latest and latest.decision == decision and latest.text_version == text_version
    if latest and same and (keeps_earlier or not latest.keeps_earlier):
        return latest
    row = ConsentDecision(
        sequence=len(rows) + 1,
        user_id=user_id,
        group_id=group_id,
        meeting_id=meeting_id,
        purpose=purpose,
        decision=decision,
        text_version=text_version,
        text_language=text_language,
        decided_by=decided_by,
        keeps_earlier=keeps_earlier,
        previous_hash=rows[-1].hash if rows else ledger.GENESIS,
        hash="",
    )
    row.hash = ledger.digest(row)
    db.add(row)
    await db.flush()
    return row


async def chain(db: AsyncSession, group_id: UUID) -> list[ConsentDecision]:
    """The group's ledger in its order."""
    query = select(ConsentDecision).where(ConsentDecision.group_id == group_id)
    return list((await db.exec(query.order_by(col(ConsentDecision.sequence)))).all())


async def in_force(db: AsyncSession, group_id: UUID) -> ledger.Current:
    """Each person's granted purposes."""
    return ledger.granted(ledger.fold(await chain(db, group_id)))


async def is_open(db: AsyncSession, consent_id: UUID) -> bool:
    """Whether recording may begin under this grant: nothing has closed it, not even a withdrawal
    that keeps what was recorded before."""
    row = await db.get(ConsentDecision, consent_id)
    if row is None or row.decision != Decision.GRANTED:
        return False
    return consent_id not in ledger.closed_at(await chain(db, row.group_id))


async def standing(db: AsyncSession, group_ids: Iterable[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    for group_id in group_ids:
        found |= ledger.standing(await chain(db, group_id))
    return found


async def latest_of(
    db: AsyncSession, user_id: UUID, group_id: UUID
) -> dict[Purpose, ConsentDecision]:
    """One person's latest decision on each purpose decided so far."""
    return ledger.fold(await chain(db, group_id)).get(user_id, {})


async def undecided(db: AsyncSession, user_id: UUID, group: Group) -> list[Purpose]:
    """The purposes this person must be asked about: never decided under the text in use."""
    version = (await texts.current(db, group.programme_id, "fi")).version
    latest = await latest_of(db, user_id, group.id)
    return [p for p in Purpose if p not in latest or latest[p].text_version != version]


async def decide_own(
    db: AsyncSession,
    actor: Actor,
    group_id: UUID,
    purpose: Purpose,
    decision: Decision,
    text_version: int,
    text_language: str,
    keeps_earlier: bool = False,
) -> ConsentDecision:
    await access.require(db, actor, group_id, Action.DECIDE_OWN_CONSENT)
    return await decide(
        db,
        user_id=actor.user_id,
        group_id=group_id,
        meeting_id=None,
        purpose=purpose,
        decision=decision,
        text_version=text_version,
        text_language=text_language,
        decided_by=actor.user_id,
        keeps_earlier=keeps_earlier,
    )
