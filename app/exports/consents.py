"""The state of each person's consents, as a table."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import service as consent
from app.consent import texts
from app.exports.agreed import Agreed
from app.groups.models import Group
from app.kit.csv_file import csv_text
from app.meetings.models import Meeting

COLUMNS = (
    *("pseudonym", "role", "purpose", "decision", "text_version", "language", "decided_at"),
    *("keeps_earlier", "paper", "signed_at"),
)
"""`keeps_earlier` is `yes`: withdrawn, and what was recorded before it may still be used.
`paper` names the paper that a decision was made on, signed at `signed_at`; empty: made here."""


async def consents_table(db: AsyncSession, meeting: Meeting, agreed: Agreed) -> str:
    group = await db.get_one(Group, meeting.group_id)
    return csv_text(COLUMNS, await consents(db, group.programme_id, agreed))


async def consents(db: AsyncSession, programme_id: UUID, agreed: Agreed) -> list[list[str]]:
    """One line per purpose that the text in use asks for or somebody decided on, and person who is
    not left out: the latest decision in the group, or `undecided`."""
    text = await texts.current(db, programme_id, "fi")
    decided_on = {each for decided in agreed.latest.values() for each in decided}
    shown = consent.on_show(text, decided_on)
    lines: list[list[str]] = []
    for user_id, member in agreed.people.items():
        for purpose in shown if agreed.includes(user_id) else ():
            row = agreed.latest.get(user_id, {}).get(purpose)
            decided = ["undecided", "", "", "", "", "", ""]
            if row is not None:
                moment = row.decided_at.isoformat(timespec="seconds")
                keeps = "yes" if row.keeps_earlier else ""
                decided = [row.decision, str(row.text_version), row.text_language, moment, keeps]
                signed = row.signed_at.isoformat(timespec="seconds") if row.signed_at else ""
                decided += [row.paper or "", signed]
            lines.append([member.pseudonym, member.role, purpose, *decided])
    return lines
