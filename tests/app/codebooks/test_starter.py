"""The starter: whole in three languages, honest about what is a proposal."""

import re
from uuid import UUID

import pytest

from app.codebooks.document import Code
from app.codebooks.starter import starter
from app.kit.languages import LANGUAGES

KNOWN = ["Työote", "Työn ja osaamisen hallinta", "Työn puitteet"]
QUOTED = {"fi": "”([^”]*)”", "sv": "”([^”]*)”", "en": "“([^”]*)”"}
"""Names of codes; what people say stands in single quotes."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_and_source_is_there_in_every_language(language: str) -> None:
    document = starter(with_bales=True)
    for axis, code in document.codes():
        for thing in (axis, code):
            assert getattr(thing.name, language)
            assert getattr(thing.source, language)
        assert getattr(axis.definition, language)
        assert getattr(code.definition, language) or not code.is_codable


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_coder_is_told_where_every_code_ends_and_what_it_sounds_like(language: str) -> None:
    for _, code in starter(with_bales=True).codes():
        if code.is_codable:
            assert getattr(code.exclude, language)
            assert getattr(code.example, language)
        assert bool(getattr(code.include, language)) == bool(code.include.fi)


def test_boundaries_name_codes_there_are_in_every_language_alike_and_from_both_sides() -> None:
    codes = [code for _, code in starter(with_bales=True).codes() if code.is_codable]
    neighbours = {code.id: _neighbours(code, codes, "fi") for code in codes}
    for code in codes:
        for language in LANGUAGES:
            assert _neighbours(code, codes, language) == neighbours[code.id], code.label
        for other in neighbours[code.id]:
            assert code.id in neighbours[other], f"{code.label} is not named from the other side"


def _neighbours(code: Code, codes: list[Code], language: str) -> set[UUID]:
    """The codes whose names its boundary quotes."""
    ids = {getattr(each.name, language): each.id for each in codes}
    assert len(ids) == len(codes), "a name says of itself which code is meant"
    boundary = getattr(code.exclude, language)
    named = re.findall(QUOTED[language], boundary)
    assert len(re.findall("[“”]", boundary)) == 2 * len(named) == 2 * len(set(named)), boundary
    assert set(named) <= ids.keys() - {getattr(code.name, language)}, boundary
    return {ids[name] for name in named}


def test_only_the_three_themes_are_called_known_and_all_else_a_proposal() -> None:
    for axis, code in starter().codes():
        known = code.source.fi.startswith("Tunnettu")
        assert known == (axis.label == "theme" and code.name.fi in KNOWN)
        assert known or "Ehdotus" in code.source.fi


def test_bales_twelve_are_an_axis_of_their_own_and_optional() -> None:
    assert "bales" not in [axis.label for axis in starter().axes]
    bales = starter(with_bales=True).axes[-1]
    assert (bales.label, bales.is_required) == ("bales", False)
    assert sum(code.is_codable for code in bales.codes) == 12


def test_it_is_the_same_everywhere() -> None:
    assert starter() == starter()
    assert [axis.label for axis in starter().axes] == [
        *("theme", "function", "reference", "valence", "opening", "ending")
    ]
