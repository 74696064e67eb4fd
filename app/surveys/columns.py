"""What the columns of a file of answers hold: numbers, steps of a scale, choices or texts. Pure."""

import re
from collections.abc import Collection, Sequence

from app.surveys.models import NUMERIC, AnswerKind

WHOLE = re.compile(r"[+\-−]?\d{1,12}")
DECIMAL = re.compile(r"[+\-−]?\d{1,12}(?:[.,]\d{1,12})?")
STEP = re.compile(r"(?P<number>-?\d{1,2})\s*[-–—=:.)]\s*(?P<words>[^\d\s].*)", re.DOTALL)
"""`4 = agree`, `4 – agree`, `4. agree`: the number orders, the words tell."""
MOST_CHOICES = 12
"""Different texts in a column of choices. Lower: lists of occupations become free text. Higher:
short free answers become choices."""
LONGEST_CHOICE = 100
MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
NETWORK = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")


def kind_of(answers: Sequence[str]) -> AnswerKind:
    """`answers`: those of one column that are not empty."""
    if not answers:
        return AnswerKind.TEXT
    if all(WHOLE.fullmatch(each) for each in answers):
        return AnswerKind.WHOLE
    if all(DECIMAL.fullmatch(each) for each in answers):
        return AnswerKind.DECIMAL
    steps = [STEP.fullmatch(each) for each in answers]
    if all(steps):
        named = {(step["number"], step["words"].strip()) for step in steps if step}
        if len(named) == len({number for number, _ in named}):
            return AnswerKind.SCALE
    different = set(answers)
    is_short = max(map(len, different)) <= LONGEST_CHOICE
    is_repeated = len(different) < len(answers)
    if is_short and is_repeated and len(different) <= MOST_CHOICES:
        return AnswerKind.CHOICE
    return AnswerKind.TEXT


def kept(kind: AnswerKind, answer: str) -> str:
    """As it is stored: numbers with a point and a plain minus."""
    if kind in (AnswerKind.WHOLE, AnswerKind.DECIMAL):
        return answer.replace(",", ".").replace("−", "-").removeprefix("+")
    return answer


def number(kind: AnswerKind, text: str) -> float | None:
    """Of a stored answer; None where it is none."""
    if kind not in NUMERIC:
        return None
    step = STEP.fullmatch(text) if kind == AnswerKind.SCALE else None
    return float(step["number"] if step else text)


def names_people(answers: Sequence[str], names: Collection[str]) -> bool:
    """Whether a column says who somebody is: by e-mail, by network address or by a name that the
    programme knows (`names`, case-folded)."""
    return any(
        MAIL.fullmatch(each) or NETWORK.fullmatch(each) or each.casefold() in names
        for each in answers
    )
