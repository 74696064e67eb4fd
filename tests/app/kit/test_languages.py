"""Texts by key; every refusal can be said in every language."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import app
from app.kit.errors import Refusal
from app.kit.languages import LANGUAGES, Languages
from app.kit.problems import CODES

TEXTS = Languages()


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    yield kind
    for below in kind.__subclasses__():
        yield from refusals(below)


def codes() -> set[str]:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name.rsplit(".", 1)[-1] in ("service", "placement", "states", "idempotency"):
            importlib.import_module(module.name)
    return {kind.code for kind in refusals()} | set(CODES.values()) | {"conflict", "internal"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_its_sentence(language: str) -> None:
    catalogue = TEXTS.catalogue(language)
    missing = {code for code in codes() if f"problem.{code}" not in catalogue}
    assert not missing


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "fi"),
        ("sv", "sv"),
        ("en-GB,en;q=0.9,fi;q=0.8", "en"),
        ("fi;q=0.2, sv;q=0.9", "sv"),
        ("de,fr", "fi"),
        ("de, en;q=0.1", "en"),
        (";;;q=x,,", "fi"),
        ("x" * 10_000, "fi"),
    ],
)
def test_the_readers_language_is_found(header: str, language: str) -> None:
    assert TEXTS.negotiate(header) == language


def test_a_key_without_text_shows_itself_and_an_unknown_language_is_finnish() -> None:
    assert TEXTS.text("no.such.key", "fi") == "no.such.key"
    assert TEXTS.catalogue("xx") is TEXTS.catalogue("fi")
