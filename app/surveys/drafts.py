"""What a file of answers would bring in: whose answers, to which questions. Nothing is kept."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from app.kit.errors import Invalid
from app.surveys import columns, files, people
from app.surveys.files import Sheet, Unreadable, Why
from app.surveys.models import AnswerKind
from app.surveys.people import Found, Person

NAMED_ROWS = 12
"""Rows that a refusal names; their number is in its `rows` all the same."""


class SurveyRefused(Invalid):
    """The file is not taken in as it is; `rows` names those at fault, where some are."""

    code = "survey_form"

    def __init__(self, rows: Sequence[int] = (), *, field: str = "file") -> None:
        super().__init__(field=field)
        if rows:
            self.details = {"rows": list(rows)}
            more = " …" if len(rows) > NAMED_ROWS else ""
            self.values = {"rows": ", ".join(map(str, rows[:NAMED_ROWS])) + more}


class SurveyEmpty(SurveyRefused):
    code = "survey_empty"


class SurveyEncoding(SurveyRefused):
    code = "survey_encoding"


class SurveyRows(SurveyRefused):
    code = "survey_rows"


class SurveyTooLarge(SurveyRefused):
    code = "survey_size"
    status: ClassVar[int] = 413


class NoPseudonyms(SurveyRefused):
    code = "survey_no_pseudonyms"


class NoSuchColumn(SurveyRefused):
    code = "survey_no_such_column"


class NoQuestions(SurveyRefused):
    code = "survey_no_questions"


class Unknown(SurveyRefused):
    code = "survey_unknown"


class Ambiguous(SurveyRefused):
    """J1 is somebody in several groups."""

    code = "survey_ambiguous"


class Twice(SurveyRefused):
    code = "survey_twice"


OF_FILE: Mapping[Why, type[SurveyRefused]] = {
    Why.EMPTY: SurveyEmpty,
    Why.ENCODING: SurveyEncoding,
    Why.ROWS: SurveyRows,
    Why.SIZE: SurveyTooLarge,
    Why.FORM: SurveyRefused,
}


class Question(NamedTuple):
    label: str
    kind: AnswerKind
    answers: Mapping[Person, str]
    """Of those who answered, as they are stored."""


@dataclass(frozen=True)
class Draft:
    pseudonym_column: str
    group_column: str | None
    people: Sequence[Person]
    """One for each row, in the order of the file."""
    questions: Sequence[Question]
    left_out: Sequence[str]
    """Columns that say who somebody is: names and addresses stay out."""


def draft(
    content: bytes, known: Sequence[Person], names: Collection[str], pseudonym: str | None = None
) -> Draft:
    """`known`: who may have answered; `names`: their names, case-folded. `pseudonym`: the name of
    its column, where that is not to be looked for."""
    try:
        sheet = files.read(content)
    except Unreadable as error:
        raise OF_FILE[error.why](error.rows) from None
    named = _place(sheet, pseudonym) if pseudonym else None
    found = people.find(sheet, known, named)
    if found is None:
        raise NoPseudonyms
    _refuse(found)
    questions, left_out = _questions(sheet, found, names)
    if not questions:
        raise NoQuestions
    beside = found.group_column
    return Draft(
        sheet.columns[found.pseudonym_column],
        sheet.columns[beside] if beside is not None else None,
        [found.rows[line.number] for line in sheet.lines],
        questions,
        left_out,
    )


def _place(sheet: Sheet, name: str) -> int:
    wanted = " ".join(name.split()).casefold()
    for place, each in enumerate(sheet.columns):
        if each.casefold() == wanted:
            return place
    raise NoSuchColumn(field="pseudonym")


def _refuse(found: Found) -> None:
    """One fault at a time, the most telling first."""
    kinds: Iterable[tuple[type[SurveyRefused], Sequence[int]]] = (
        (Unknown, found.unknown),
        (Ambiguous, found.ambiguous),
        (Twice, found.twice),
    )
    for kind, rows in kinds:
        if rows:
            raise kind(rows)


def _questions(
    sheet: Sheet, found: Found, names: Collection[str]
) -> tuple[list[Question], list[str]]:
    """Columns that nobody filled in are passed over."""
    questions, left_out = [], []
    for place, label in enumerate(sheet.columns):
        said = {found.rows[n]: cells[place] for n, cells in sheet.lines if cells[place]}
        if place in (found.pseudonym_column, found.group_column) or not said:
            continue
        if columns.names_people(list(said.values()), names):
            left_out.append(label)
            continue
        kind = columns.kind_of(list(said.values()))
        answers = {person: columns.kept(kind, each) for person, each in said.items()}
        questions.append(Question(label, kind, answers))
    return questions, left_out
