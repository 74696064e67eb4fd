"""Copies that went out and rest on consents that have ended since: whoever has one must delete it,
or use it otherwise from now on.

This asks the ledger and the register alone. A withdrawal of the consent to be given on, or to be
quoted, erases nothing here, so no erasure tells of it. That somebody has seen to a person's copies
is an entry in the audit log and nothing else: what ended before it needs nobody any more.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent import ledger
from app.consent import service as consent
from app.consent.models import ConsentDecision, Decision, Purpose
from app.exports import register
from app.exports.models import ExportContent, ExportRecord
from app.groups import access
from app.groups.models import Group
from app.kit import audit
from app.kit.audit import AuditEntry, Deed
from app.kit.permissions import Action, acting_as

Grants = dict[tuple[UUID, str], list[ConsentDecision]]
"""Of a person and a purpose, in their order."""


@dataclass
class Copies:
    """Of one person."""

    purposes: set[Purpose] = field(default_factory=set)
    """What was withdrawn that copies rest on."""
    exports: list[register.Registered] = field(default_factory=list)
    """Newest first, each with what in it is concerned."""


async def of_withdrawn(db: AsyncSession, group_id: UUID) -> dict[UUID, Copies]:
    """By person; not what was seen to since."""
    registered = await register.of_group(db, group_id)
    if not registered:
        return {}
    rows, seen = await consent.chain(db, group_id), await seen_to(db, group_id)
    ended = {
        grant
        for grant, by in ledger.ended_by(rows).items()
        if by.user_id not in seen or seen[by.user_id] < by.decided_at
    }
    grants: Grants = {}
    for row in rows:
        if row.decision == Decision.GRANTED:
            grants.setdefault((row.user_id, str(row.purpose)), []).append(row)
    found: dict[UUID, Copies] = {}
    for record, contents in registered:
        concerned: dict[UUID, list[ExportContent]] = {}
        for content in contents:
            gone = {
                Purpose(purpose)
                for purpose in content.purposes
                if (given := _grant(grants, record, content, purpose)) and given.id in ended
            }
            if gone:
                found.setdefault(content.user_id, Copies()).purposes |= gone
                concerned.setdefault(content.user_id, []).append(content)
        for user_id, its in concerned.items():
            found[user_id].exports.append(register.Registered(record, its))
    return found


async def seen_to(db: AsyncSession, group_id: UUID) -> dict[UUID, datetime]:
    """By person, when last."""
    query = select(AuditEntry.subject_id, func.max(AuditEntry.at)).where(
        AuditEntry.deed == Deed.COPIES_SEEN_TO, AuditEntry.group_id == group_id
    )
    found = (await db.exec(query.group_by(col(AuditEntry.subject_id)))).all()
    return {user_id: at for user_id, at in found if user_id is not None}


async def see_to(db: AsyncSession, actor: Actor, group: Group, user_id: UUID) -> None:
    """Writes down that whoever has copies of this person's was asked to delete them."""
    roles = await access.roles(db, actor, group)
    doer = audit.Doer(actor.user_id, str(acting_as(roles, Action.EXPORT)))
    about = audit.About("group", group.id, user_id, group.programme_id, group.id)
    audit.record(db, Deed.COPIES_SEEN_TO, doer, about)


def _grant(
    grants: Grants, record: ExportRecord, content: ExportContent, purpose: str
) -> ConsentDecision | None:
    """The consent that allowed it: the latest that had been given when it was made. Who withdrew
    and agreed anew before it is not concerned."""
    its = grants.get((content.user_id, purpose), ())
    return next((row for row in reversed(its) if row.decided_at <= record.exported_at), None)
