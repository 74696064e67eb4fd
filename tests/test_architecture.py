"""Who may import whom, how large a file may grow, and where nothing may wait.

The staircase of the README, read bottom up: a room may import rooms below it, and its own.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(p for top in ("app", "signalling", "media") for p in (ROOT / top).rglob("*.py"))

STAIRCASE: list[set[str]] = [
    {"app.kit", "media.clock", "media.native"},
    {"app.accounts", "media.rtp", "media.audio", "media.store"},
    {"app.programmes", "media.tape", "media.shipper", "media.sealed"},
    {"media.unsealed"},
    {"media.sound_file"},
    {"app.groups", "app.codebooks"},
    {"app.meetings", "media.relay"},
    {"app.consent", "app.vault", "app.audit"},
    {"app.recordings", "app.invitations"},
    {"app.blinding"},
    {"app.quality"},
    {"app.turns", "app.composites", "app.sampling"},
    {"app.transcripts"},
    {"app.imports"},
    {"app.retention", "app.coding"},
    {"app.notes", "app.surveys", "app.chat"},
    {"app.exports"},
    {"app.analysis", "app.agreement"},
    {"app.content", "app.feedback"},
    {"app.erasures", "app.linkage"},
    {"app.person"},
    {"app.tables"},
    {"app.web", "signalling", "media.recorder"},
    {"app.wire"},
    {"app.main"},
    {"app.simulation"},
    {"app.cli"},
]
LEVEL = {room: level for level, rooms in enumerate(STAIRCASE) for room in rooms}
PURE = [
    "signalling/room.py",
    "signalling/chat.py",
    "signalling/off_record.py",
    "signalling/participant.py",
    "signalling/negotiation.py",
    "signalling/quality/merging.py",
    "signalling/quality/troubles.py",
    "app/quality/figures.py",
    "app/turns/detection.py",
    "app/turns/editing.py",
    "app/turns/judging.py",
    "app/transcripts/consents.py",
    "app/transcripts/vtt.py",
    "app/imports/textgrid.py",
    "media/audio/crosstalk.py",
    "media/audio/levels.py",
    "media/rtp",
    *(f"app/surveys/{name}.py" for name in ("files", "columns", "people", "drafts")),
    "app/linkage/pairs.py",
    *(
        f"app/analysis/{name}.py"
        for name in ("figures", "floor", "hearing", "null", "participation", "pooled", "sequence")
    ),
]
LONGEST_FILE = 300
ONE_PIECE = {"signalling.messages"}
"""The law of the wire is one file, whatever its length."""
LONGEST_FUNCTION = 50


def room_of(module: str) -> str | None:
    parts = module.split(".")
    if parts[0] == "signalling":
        return "signalling"
    return ".".join(parts[:2]) if parts[0] in ("app", "media") and len(parts) > 1 else None


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_imports_point_downward(path: Path) -> None:
    here = room_of(module_of(path))
    for name in imports(path):
        there = room_of(name)
        if here is None or there is None or there == here:
            continue
        assert there in LEVEL, f"{name}: no step of the staircase holds {there}"
        assert LEVEL[there] < LEVEL[here], f"{here} may not import {name}"


def test_the_relay_knows_neither_people_nor_database() -> None:
    for path in (ROOT / "media").rglob("*.py"):
        if "recorder" in path.parts:
            continue
        foreign = [n for n in imports(path) if n.split(".")[0] in ("signalling", "sqlmodel")]
        foreign += [n for n in imports(path) if n.startswith("app.") and room_of(n) != "app.kit"]
        assert not foreign, f"{path.name} imports {foreign}"


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= LONGEST_FILE or module_of(path) in ONE_PIECE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


def test_what_decides_does_not_wait() -> None:
    for place in PURE:
        path = ROOT / place
        for source in [path] if path.suffix else path.rglob("*.py"):
            tree = ast.parse(source.read_text())
            waits = [n for n in ast.walk(tree) if isinstance(n, ast.AsyncFunctionDef | ast.Await)]
            assert not waits, f"{place} waits"
            assert not {"asyncio", "time"} & set(imports(source)), f"{place} knows a clock"


def test_only_one_file_knows_the_token_library() -> None:
    users = [p for p in SOURCES if any(n.split(".")[0] == "jose" for n in imports(p))]
    assert [module_of(p) for p in users] == ["app.kit.tokens"]
