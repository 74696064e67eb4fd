"""Deciding on consent, and asking the ledger."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent import ledger, texts
from app.consent.models import ConsentDecision, ConsentHead, ConsentText, Decision, Purpose
from app.groups import access
from app.groups.models import Group
from app.kit import news
from app.kit.db import now
from app.kit.errors import Invalid, NotFound, Refusal
from app.kit.ids import new_id
from app.kit.permissions import Action
from app.programmes.models import Programme


class TextVersionUnknown(Invalid):
    code = "text_version_unknown"


class Paper(NamedTuple):
    """A decision that was made on paper: which paper, and when it was signed."""

    name: str
    signed_at: datetime


class Heard(NamedTuple):
    """A decision that was made before the ledger could take it: the id under which it is entered
    and when it was made."""

    id: UUID
    decided_at: datetime


class Seen(NamedTuple):
    """What was known to whoever says yes: the ledger up to a row, and a no of theirs that may be in
    it later."""

    sequence: int
    said: UUID | None = None
    unknown_to: int = 0
    """Up to this row it is not known what holds (`app.meetings.hosting`): a yes is said anew."""


class AnsweredSince(Refusal):
    """A yes that was said without knowing of the no that came after it was asked: it may have lain
    in a connection that was lost."""

    code = "answered_since"


class PurposeNotAsked(Invalid):
    """The text that was read does not ask for it, so nobody can have agreed to it there."""

    code = "purpose_not_asked"


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
    paper: Paper | None = None,
    heard: Heard | None = None,
    seen: Seen | None = None,
) -> ConsentDecision:
    """Writes one decision at the end of the group's chain, and has every node hear of it.

    The same yes under the same version of the text is not written twice. A no always is, and
    overrules each yes that was said without having `seen` it (None: one that cannot be late); what
    was given up by one is not kept by the next. What was read on `paper` is not ours: the row names
    the version of our text that stood then, without a hash."""
    if keeps_earlier and decision != Decision.WITHDRAWN:
        raise NothingToKeep(field="keeps_earlier")
    text, text_sha256 = await _read(db, group_id, text_version, text_language)
    if decision == Decision.GRANTED and paper is None and purpose not in text.purposes:
        raise PurposeNotAsked(field="purpose")
    latest = (await latest_of(db, user_id, group_id)).get(purpose)
    if decision == Decision.GRANTED and latest and _says_nothing_new(latest, text_version, seen):
        return latest
    row = ConsentDecision(
        **(heard or Heard(new_id(), now()))._asdict(),
        sequence=0,
        user_id=user_id,
        group_id=group_id,
        meeting_id=meeting_id,
        purpose=purpose,
        decision=decision,
        text_version=text_version,
        text_language=text_language,
        text_sha256=None if paper else text_sha256,
        paper=paper.name if paper else None,
        signed_at=paper.signed_at if paper else None,
        decided_by=decided_by,
        keeps_earlier=keeps_earlier and not (latest and _gives_up(latest)),
        previous_hash="",
        hash="",
    )
    await _write(db, row)  # which puts it into the chain
    return row


def _says_nothing_new(latest: ConsentDecision, text_version: int, seen: Seen | None) -> bool:
    """Of a yes after this row. Raises AnsweredSince."""
    if latest.decision != Decision.GRANTED:
        if seen and latest.sequence > seen.sequence and latest.id != seen.said:
            raise AnsweredSince
        return False
    is_known = seen is None or latest.sequence > seen.unknown_to
    return is_known and latest.text_version == text_version


def _gives_up(no: ConsentDecision) -> bool:
    return no.decision != Decision.GRANTED and not no.keeps_earlier


async def _write(db: AsyncSession, row: ConsentDecision) -> None:
    """After the last row that was ever written, even if that is not there any longer."""
    head = await db.get(ConsentHead, row.group_id) or ConsentHead(group_id=row.group_id)
    row.sequence, row.previous_hash = head.length + 1, head.hash
    head.length, head.hash = row.sequence, ledger.digest(row)
    row.hash = head.hash
    db.add_all([row, head])
    await db.flush()
    await news.tell(db, row.group_id)


async def hold(db: AsyncSession, group_id: UUID) -> Group:
    """The group's chain, for one writer until the transaction ends."""
    group = await db.get(Group, group_id, with_for_update=True)
    if group is None:
        raise NotFound
    return group


async def _read(
    db: AsyncSession, group_id: UUID, version: int, language: str
) -> tuple[ConsentText, str]:
    """The text that was read, and its hash, which is kept; holds the chain."""
    group = await hold(db, group_id)
    programme = await db.get_one(Programme, group.programme_id)
    text = await texts.find(db, programme.id, version, language)
    if text is None:
        raise TextVersionUnknown(field="text_version")
    return text, await texts.keep_shown(db, text, programme)


async def chain(db: AsyncSession, group_id: UUID) -> list[ConsentDecision]:
    """The group's ledger in its order."""
    query = select(ConsentDecision).where(ConsentDecision.group_id == group_id)
    return list((await db.exec(query.order_by(col(ConsentDecision.sequence)))).all())


async def head(db: AsyncSession, group_id: UUID) -> ledger.Head:
    """Where the group's ledger ends, as it was written down with its last row."""
    row = await db.get(ConsentHead, group_id) or ConsentHead(group_id=group_id)
    return ledger.Head(row.length, row.hash)


async def chains(
    db: AsyncSession, group_ids: Collection[UUID]
) -> dict[UUID, list[ConsentDecision]]:
    """The ledgers of these groups, each in its order."""
    query = select(ConsentDecision).where(col(ConsentDecision.group_id).in_(group_ids))
    found: dict[UUID, list[ConsentDecision]] = {each: [] for each in group_ids}
    for row in (await db.exec(query.order_by(col(ConsentDecision.sequence)))).all():
        found[row.group_id].append(row)
    return found


async def lengths(db: AsyncSession, group_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many decisions each group's ledger holds; it only ever grows."""
    query = (
        select(ConsentDecision.group_id, func.max(ConsentDecision.sequence))
        .where(col(ConsentDecision.group_id).in_(list(group_ids)))
        .group_by(col(ConsentDecision.group_id))
    )
    return dict((await db.exec(query)).all())


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
    for rows in (await chains(db, list(group_ids))).values():
        found |= ledger.standing(rows)
    return found


async def open_grants(db: AsyncSession, group_ids: Iterable[UUID]) -> set[UUID]:
    """The grants under which something may be written now."""
    found: set[UUID] = set()
    for group_id in group_ids:
        rows = await chain(db, group_id)
        found |= ledger.standing(rows) - ledger.closed_at(rows).keys()
    return found


async def latest_of(
    db: AsyncSession, user_id: UUID, group_id: UUID
) -> dict[Purpose, ConsentDecision]:
    """One person's latest decision on each purpose decided so far."""
    return ledger.fold(await chain(db, group_id)).get(user_id, {})


async def undecided(db: AsyncSession, user_id: UUID, group: Group) -> list[Purpose]:
    """The purposes this person must be asked about: never decided under the text in use."""
    text = await texts.current(db, group.programme_id, "fi")
    return to_ask(await chain(db, group.id), user_id, text)


def to_ask(rows: Iterable[ConsentDecision], user_id: UUID, text: ConsentText) -> list[Purpose]:
    """Every purpose of this text on which this person has said nothing yet under it.

    What was said under an older one stays in force until they answer.
    """
    answered = {r.purpose for r in rows if r.user_id == user_id and r.text_version == text.version}
    return [each for each in texts.in_order(text.purposes) if each not in answered]


def on_show(text: ConsentText, decided: Collection[Purpose]) -> list[Purpose]:
    """What a person sees of their consents: what this text asks for, and what they decided under
    another, which they may still withdraw."""
    return texts.in_order({*text.purposes, *decided})


async def own_group(db: AsyncSession, actor: Actor, group_id: UUID) -> Group:
    """The group, for one who decides there, or has decided there: who has left it may still see
    their decisions and withdraw them (GDPR art. 7(3))."""
    if await latest_of(db, actor.user_id, group_id):
        return await db.get_one(Group, group_id)
    return await access.require(db, actor, group_id, Action.DECIDE_OWN_CONSENT)


async def decide_own(
    db: AsyncSession,
    actor: Actor,
    group_id: UUID,
    purpose: Purpose,
    decision: Decision,
    text_version: int,
    text_language: str,
    keeps_earlier: bool = False,
    heard: Heard | None = None,
    seen: int = 0,
) -> ConsentDecision:
    if decision == Decision.WITHDRAWN:
        await own_group(db, actor, group_id)
    else:
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
        heard=heard,
        seen=Seen(seen),
    )
