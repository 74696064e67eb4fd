"""The state of each person's consents, as a table."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import ledger, texts
from app.consent import service as consent
from app.groups import service as groups
from app.groups.models import Group
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
    """One line per person and purpose that the text in use asks for or somebody decided on: the
    latest decision in the group, or `undecided`."""
    current = ledger.fold(await consent.chain(db, meeting.group_id))
    group = await db.get_one(Group, meeting.group_id)
    text = await texts.current(db, group.programme_id, "fi")
    shown = consent.on_show(text, {each for decided in current.values() for each in decided})
    lines: list[list[str]] = []
    for member, user in await groups.members(db, meeting.group_id, former=True):
        for purpose in shown:
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
