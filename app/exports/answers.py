"""Answers to surveys in a group's export: only when they are asked for.

They were given elsewhere, to whoever asked them there, and may hold free text. Of those who do not
agree to be studied, nothing goes out.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent.models import Purpose
from app.exports.agreed import Agreed, Contents
from app.exports.bundle import Entry, made
from app.exports.reader import Reader
from app.groups.models import Group
from app.surveys.models import AnswerKind
from app.surveys.table import COLUMNS, AnswerRow, of_group, table

NAME = "answers.csv"
README = "answers-README.txt"
NAMED = frozenset({AnswerKind.SCALE, AnswerKind.CHOICE})
"""Kinds whose answers are few, and are listed with the question."""


async def entries(
    db: AsyncSession, group: Group, reader: Reader, agreed: Agreed
) -> tuple[list[Entry], Contents]:
    """The table and what its variables and questions are; and whose answers are in it."""
    rows = [row for row in await of_group(db, group.id) if agreed.includes(row.user_id)]
    files = [
        made(NAME, table(rows).encode()),
        made(README, _readme(rows, reader).encode()),
    ]
    return files, agreed.of((row.user_id for row in rows), Purpose.INDEXING)


def _readme(rows: Sequence[AnswerRow], reader: Reader) -> str:
    """Plain text in the reader's language, with a line for each question."""
    text = reader.text
    lines = [text("export.readme_answers"), ""]
    lines += [f"  {column}: {text(f'variable.answers_{column}')}" for column in COLUMNS]
    known = {row.survey.id: row.survey for row in rows}
    asked = {row.question.id: row.question for row in rows}
    said: dict[UUID, list[str]] = defaultdict(list)
    for row in rows:
        said[row.question.id].append(row.text)
    for survey in known.values():
        lines += ["", f"{survey.name} ({text(f'survey.moment_{survey.moment}')})", ""]
        its = [each for each in asked.values() if each.survey_id == survey.id]
        for question in sorted(its, key=lambda each: each.place):
            answers = said[question.id]
            kind = text(f"survey.kind_{question.kind}")
            words = f": {'; '.join(sorted(set(answers)))}" if question.kind in NAMED else ""
            lines.append(f"  {question.label} [{kind}, n = {len(answers)}]{words}")
    return "\n".join([*lines, ""])
