"""The state of each person's consents, as a table."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import ledger
from app.consent import service as consent
from app.consent.models import Purpose
from app.groups import service as groups
from app.kit.csv_file import csv_text
from app.kit.spreadsheets import inert
from app.meetings.models import Meeting

COLUMNS = (
    *("pseudonym", "role", "purpose", "decision", "text_version", "language", "decided_at"),
    *("keeps_earlier", "paper", "signed_at"),
)
"""`keeps_earlier` is `yes`: withdrawn, and what was recorded before it may still be used.
`paper` names the paper that a decision was made on, signed at `signed_at`; empty: made here."""


async def consents_table(db: AsyncSession, meeting: Meeting) -> str:
    """One line per person and purpose: the latest decision in the group, or `undecided`."""
    current = ledger.fold(await consent.chain(db, meeting.group_id))
    lines: list[list[str]] = []
    for member, user in await groups.members(db, meeting.group_id, former=True):
        for purpose in Purpose:
            row = current.get(user.id, {}).get(purpose)
            decided = ["undecided", "", "", "", "", "", ""]
            if row is not None:
                moment = row.decided_at.isoformat(timespec="seconds")
                keeps = "yes" if row.keeps_earlier else ""
                decided = [row.decision, str(row.text_version), row.text_language, moment, keeps]
                signed = row.signed_at.isoformat(timespec="seconds") if row.signed_at else ""
                decided += [inert(row.paper or ""), signed]
            lines.append([inert(member.pseudonym), member.role, purpose, *decided])
    return csv_text(COLUMNS, lines)
