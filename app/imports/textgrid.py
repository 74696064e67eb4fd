"""Praat's TextGrid, in both its text forms. Pure.

To Praat the long form is the short one with remarks between: a text file is a row of numbers,
"texts" and <flags> that stand free, and whatever else stands there is passed over
(https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html). What is announced and missing,
or comes and was not announced, is a mistake: half a file would be half of the turns.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"""\s*+(?:
        "(?P<text>[^"]*+(?:""[^"]*+)*+)"(?!\S)      # a quote within is doubled; lines may break
        | (?P<number>[-+]?[0-9][-+.0-9eE]*)(?!\S)
        | <(?P<flag>[^>\s]*)>(?!\S)
        | ![^\n]*
        | [^\s"]\S*                                 # xmin, =, [1]:
        | (?P<end>\Z)
    )""",
    re.VERBOSE,
)


class NotTextGrid(ValueError):
    """The text is no TextGrid; says why."""


class Label(NamedTuple):
    """What is written over a stretch of a tier; seconds."""

    tier: str
    start_s: float
    end_s: float
    text: str


def read(content: str) -> list[Label]:
    """Of all tiers of intervals, those that are not empty, tier by tier; points have no length.
    Raises NotTextGrid."""
    tokens = _Tokens(content.removeprefix("\ufeff"))
    if not tokens.text().startswith("ooTextFile") or tokens.text() != "TextGrid":
        raise NotTextGrid("it does not say that it is one")
    tokens.span()
    tiers = tokens.count() if tokens.flag() == "exists" else 0
    found = [label for _ in range(tiers) for label in _tier(tokens)]
    tokens.finish()
    return found


def _tier(tokens: "_Tokens") -> Iterator[Label]:
    kind, name = tokens.text(), tokens.text().strip()
    if kind not in ("IntervalTier", "TextTier"):
        raise NotTextGrid("a tier is of no kind that we know")
    tokens.span()
    for _ in range(tokens.count()):
        if kind == "TextTier":
            tokens.number()
            tokens.text()
            continue
        start_s, end_s = tokens.span()
        text = tokens.text()
        if end_s < start_s:
            raise NotTextGrid("an interval ends before it begins")
        if text.strip():
            yield Label(name, start_s, end_s, text)


class _Tokens:
    """What stands free in a file, one after another, each of the kind that must come."""

    def __init__(self, content: str) -> None:
        self._found = _tokens(content)

    def text(self) -> str:
        return self._next("text").replace('""', '"')

    def flag(self) -> str:
        return self._next("flag")

    def number(self) -> float:
        try:
            return float(self._next("number"))
        except ValueError:
            raise NotTextGrid("a number is none") from None

    def span(self) -> tuple[float, float]:
        return self.number(), self.number()

    def count(self) -> int:
        value = self.number()
        if value < 0 or not value.is_integer():
            raise NotTextGrid("a size is no count")
        return int(value)

    def finish(self) -> None:
        self._next("end")

    def _next(self, kind: str) -> str:
        is_, value = next(self._found)
        if is_ != kind:
            raise NotTextGrid(f"{is_} where {kind} must come")
        return value


def _tokens(content: str) -> Iterator[tuple[str, str]]:
    """Kind and value; the last is the end."""
    at = 0
    while True:
        token = _TOKEN.match(content, at)
        if token is None:
            raise NotTextGrid("a text is not closed")
        at = token.end()
        if token.lastgroup:
            yield token.lastgroup, token[token.lastgroup]
