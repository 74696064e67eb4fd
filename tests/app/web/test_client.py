"""What the client library is made of."""

import re
from pathlib import Path

import pytest

from app.kit.languages import FOLDER
from tests.fixtures.wire_types import declarations

STATIC = FOLDER.parent / "static"
MODULES = sorted(STATIC.rglob("*.js"))
LONGEST = 250


def test_the_declared_messages_are_those_of_the_wire() -> None:
    """If not: `python -m tests.fixtures.wire_types > app/web/static/client/messages.d.ts`."""
    assert (STATIC / "client" / "messages.d.ts").read_text() == declarations()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_modules_stay_small_and_typed(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("// @ts-check\n")
    assert text.count("\n") <= LONGEST


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_the_client_knows_no_page_and_the_views_no_wire(path: Path) -> None:
    text = path.read_text()
    imports = re.findall(r'^(?:import|export) .*from "([^"]+)"', text, re.MULTILINE)
    if path.parent.name == "client":
        assert not re.search(r"\bdocument\b|\bwindow\b", text)
        assert all(name.startswith("./") for name in imports)
    if path.parent.name == "views":
        assert not re.search(r"\bWebSocket\b|\bRTCPeerConnection\b|\bfetch\(", text)
