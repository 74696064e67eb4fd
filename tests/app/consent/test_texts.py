"""The documents people agree to: the same in three languages, with nothing left blank."""

import hashlib
import re

import pytest

from app.consent.models import ConsentText
from app.consent.texts import BLANK, DOCUMENTS, document, filled
from app.kit.ids import new_id
from app.kit.languages import LANGUAGES
from app.programmes.models import Programme

BLANKS = {"programme", "controller", "contact", "retention_days"}
FULL = Programme(name="Hanke", controller="Humak", contact="dpo", retention_days=90)


BEFORE = {
    (1, "fi"): "b3b92e2d9122faa90fdaaf19203149783a0c31e7df89c83d30457033142fe72f",
    (1, "sv"): "c2640228f964e77b4aa26d26d3bb2d9fecf536d77fcae7008d59321d124c540f",
    (1, "en"): "48f6f8a108d2c6e2a85f404289b6b5f94854e49464815cd2fb8b7174f7487086",
    (2, "fi"): "72651c36c4a5e08482afef53a1fece21b1d63425ba29c0b8eb0b059b06cdd2c0",
    (2, "sv"): "3428d7b387497f330485f34272a36f968233736da71413d2a59869999c334ad0",
    (2, "en"): "650607f224160fcc0c0e26841188c23b639a31d4f75ece66fcd72f2b61622b26",
}
"""SHA-256 of the documents that people have agreed to."""


def text(body: str) -> ConsentText:
    return ConsentText(programme_id=new_id(), version=1, language="fi", body=body)


@pytest.mark.parametrize("number", DOCUMENTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_blank_and_every_purpose(language: str, number: int) -> None:
    body = document(number, language)
    assert set(re.findall(r"\{(\w+)\}", body)) == BLANKS
    assert len(re.findall(r"^- \*\*", body, re.MULTILINE)) == len(DOCUMENTS[number])


@pytest.mark.parametrize(("number", "language"), BEFORE)
def test_what_people_agreed_to_is_not_touched(number: int, language: str) -> None:
    found = hashlib.sha256(document(number, language).encode()).hexdigest()
    assert found == BEFORE[number, language]


@pytest.mark.parametrize("number", DOCUMENTS)
def test_the_languages_have_the_same_build(number: int) -> None:
    builds = {
        tuple(re.match(r"#*|- |\*\*|", line)[0] for line in document(number, each).splitlines())  # type: ignore[index]
        for each in LANGUAGES
    }
    assert len(builds) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_blank_is_filled(language: str) -> None:
    shown = filled(text(document(max(DOCUMENTS), language)), FULL)
    assert "{" not in shown
    for value in ("Hanke", "Humak", "dpo", "90"):
        assert value in shown


def test_what_the_programme_has_not_said_is_a_dash_and_unknown_braces_stay() -> None:
    bare = Programme(name="Hanke")
    assert (
        filled(text("{controller} {contact} {name} {}"), bare) == f"{BLANK} {BLANK} {{name}} {{}}"
    )
