"""What is told of answers beside the talk: rows that are JSON and the lines of a table alike."""

from uuid import UUID

from app.kit.http import Number, Public
from app.surveys.models import AnswerKind


class PersonLink(Public):
    group: str
    pseudonym: str
    answer: str
    value: Number
    """Of the answer; None: it is a choice."""
    measure: Number


class OptionRow(Public):
    """Those who gave one answer; without figures where these could single someone out."""

    answer: str
    people: int | None
    groups: int | None
    mean: Number
    sd: Number
    median: Number
    low: Number
    high: Number


class LinkPublic(Public):
    programme_id: UUID
    column: str
    question: str
    kind: AnswerKind
    survey: str
    before: str | None
    """The survey whose answer was taken away from the other; None: no difference was asked for."""
    measure: str
    made_by: list[str]
    answered: int
    linked: int
    groups: int
    hidden: bool
    """People are left out, and answers that few gave."""
    rho: Number
    """Spearman's ρ within groups, pooled; None: of a choice, of too few, or undefined."""
    low: Number
    high: Number
    """None with fewer than five groups in which answers or measures vary, or where all draws of
    them say the same."""
    people: list[PersonLink]
    options: list[OptionRow]
