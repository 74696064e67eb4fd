"""The starter: whole in three languages, honest about what is a proposal."""

import pytest

from app.codebooks.starter import starter
from app.kit.languages import LANGUAGES

KNOWN = ["Työote", "Työn ja osaamisen hallinta", "Työn puitteet"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_and_source_is_there_in_every_language(language: str) -> None:
    document = starter(with_bales=True)
    for axis, code in document.codes():
        for thing in (axis, code):
            assert getattr(thing.name, language)
            assert getattr(thing.source, language)
        assert getattr(axis.definition, language)
        assert getattr(code.definition, language) or not code.is_codable


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
