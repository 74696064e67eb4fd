"""What a code means as one text, for formats that have room for one alone; and apart again. Pure.

The words before its parts are those of codebooks' pages, and stand here because they are read too:
whatever language a file was written in, and by whichever version.
"""

import re
from collections.abc import Mapping

from app.codebooks.document import Axis, Code

WORDS: Mapping[str, Mapping[str, str]] = {
    "include": {"fi": "Sisältyy", "sv": "Inkludera", "en": "Include"},
    "exclude": {"fi": "Ei sisälly", "sv": "Exkludera", "en": "Exclude"},
    "example": {"fi": "Esimerkki", "sv": "Exempel", "en": "Example"},
}
_NAMES = {word.lower(): name for name, words in WORDS.items() for word in words.values()}
_BEGINNING = re.compile(rf"^({'|'.join(_NAMES)})\s*:", re.MULTILINE | re.IGNORECASE)
_UNFIT = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write."""


def described(thing: Axis | Code, language: str) -> str:
    """The definition, then what is included, excluded and an example, a paragraph each."""
    parts = [thing.definition.said(language)]
    if isinstance(thing, Code):
        for name, words in WORDS.items():
            said = getattr(thing, name).said(language)
            parts += [f"{words[language]}: {said}"] if said else []
    return fit("\n\n".join(part for part in parts if part)).strip()


def parted(text: str) -> dict[str, str]:
    """By the names of a code's fields, of those that it says something of; in any language."""
    definition, *rest = _BEGINNING.split(text)
    found = {"definition": definition.strip()}
    for word, said in zip(rest[::2], rest[1::2], strict=True):
        name = _NAMES[word.lower()]
        found[name] = "\n\n".join(filter(None, [found.get(name), said.strip()]))
    return {name: said for name, said in found.items() if said}


def fit(text: str) -> str:
    """Without what XML can't hold, lines ended as XML ends them."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
