"""The documents people agree to: the same in three languages, with nothing left blank."""

import re

import pytest

from app.consent.models import ConsentText, Purpose
from app.consent.texts import BLANK, FOLDER, filled
from app.kit.ids import new_id
from app.kit.languages import LANGUAGES
from app.programmes.models import Programme

BLANKS = {"programme", "controller", "contact", "retention_days"}
FULL = Programme(name="Hanke", controller="Humak", contact="dpo", retention_days=90)


def document(language: str) -> str:
    return (FOLDER / f"recording.v1.{language}.md").read_text(encoding="utf-8")


def text(body: str) -> ConsentText:
    return ConsentText(programme_id=new_id(), version=1, language="fi", body=body)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_blank_and_every_purpose(language: str) -> None:
    body = document(language)
    assert set(re.findall(r"\{(\w+)\}", body)) == BLANKS
    assert len(re.findall(r"^- \*\*", body, re.MULTILINE)) == len(Purpose)


def test_the_languages_have_the_same_build() -> None:
    builds = {
        tuple(re.match(r"#*|- |\*\*|", line)[0] for line in document(each).splitlines())  # type: ignore[index]
        for each in LANGUAGES
    }
    assert len(builds) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_blank_is_filled(language: str) -> None:
    shown = filled(text(document(language)), FULL)
    assert "{" not in shown
    for value in ("Hanke", "Humak", "dpo", "90"):
        assert value in shown


def test_what_the_programme_has_not_said_is_a_dash_and_unknown_braces_stay() -> None:
    bare = Programme(name="Hanke")
    assert (
        filled(text("{controller} {contact} {name} {}"), bare) == f"{BLANK} {BLANK} {{name}} {{}}"
    )
