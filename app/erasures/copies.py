"""Copies that went out and rest on consents that have ended since: whoever has one must delete it,
or use it otherwise from now on.

This asks the ledger and the register alone. A withdrawal of the consent to be given on, or to be
quoted, erases nothing here, so no erasure tells of it.
"""

from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import ledger
from app.consent import service as consent
from app.consent.models import ConsentDecision, Decision, Purpose
from app.exports import register
from app.exports.models import ExportContent, ExportRecord

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
    """By person."""
    rows = await consent.chain(db, group_id)
    ended = ledger.ended_by(rows).keys()
    grants: Grants = {}
    for row in rows:
        if row.decision == Decision.GRANTED:
            grants.setdefault((row.user_id, str(row.purpose)), []).append(row)
    found: dict[UUID, Copies] = {}
    for record, contents in await register.of_group(db, group_id):
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


def _grant(
    grants: Grants, record: ExportRecord, content: ExportContent, purpose: str
) -> ConsentDecision | None:
    """The consent that allowed it: the latest that had been given when it was made. Who withdrew
    and agreed anew before it is not concerned."""
    its = grants.get((content.user_id, purpose), ())
    return next((row for row in reversed(its) if row.decided_at <= record.exported_at), None)
