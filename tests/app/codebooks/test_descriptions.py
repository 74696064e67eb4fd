"""One text of a code's meaning, in three languages, and its parts again."""

import pytest

from app.codebooks.descriptions import described, fit, parted
from app.codebooks.document import Code, Prose
from app.kit.languages import LANGUAGES

CODE = Code(
    definition=Prose(fi="m", sv="d", en="d"),
    include=Prose(fi="s", sv="i", en="i"),
    exclude=Prose(fi="e"),
    example=Prose(fi="esim", en="eg"),
)


def test_its_words_are_of_the_language() -> None:
    assert described(CODE, "fi") == "m\n\nSisältyy: s\n\nEi sisälly: e\n\nEsimerkki: esim"
    assert described(CODE, "sv") == "d\n\nInkludera: i\n\nExkludera: e\n\nExempel: esim"
    assert described(CODE, "en") == "d\n\nInclude: i\n\nExclude: e\n\nExample: eg"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_read(language: str) -> None:
    """Also another than that of what it says: old files have English words in any language."""
    found = parted(described(CODE, language))
    assert found == {
        name: getattr(CODE, name).said(language)
        for name in ("definition", "include", "exclude", "example")
    }


def test_other_programs_write_it_in_their_way() -> None:
    """Without blank lines; twice; in small letters; and a word that is no beginning."""
    text = "Time. Include: not this\nInclude : hours\nand days\nEXAMPLE:busy\ninclude: weeks"
    assert parted(text) == {
        "definition": "Time. Include: not this",
        "include": "hours\nand days\n\nweeks",
        "example": "busy",
    }
    assert parted("Sisältyy:") == {}
    assert parted("") == {}


def test_what_xml_can_not_hold_is_left_out() -> None:
    assert fit("a\x0bb\r\nc\rd\ufffe") == "ab\nc\nd"
