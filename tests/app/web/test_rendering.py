"""The catalogues: whole in every language, and in step with the templates and modules."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from app.consent.models import Purpose
from app.groups.models import GroupRole
from app.kit.errors import Refusal
from app.kit.languages import FOLDER, LANGUAGES, Languages
from app.meetings.models import MeetingKind, MeetingState
from app.programmes.models import ProgrammeRole
from app.recordings.completeness import Reason
from app.recordings.models import FileKind, RecordingState, Source
from app.web.rendering import _plain
from signalling.messages import RefusalCode

WEB = FOLDER.parent
SOURCES = [
    *WEB.glob("*.py"),
    *(WEB / "templates").glob("*.html"),
    *(WEB / "static").rglob("*.js"),
]
KEY = r"[a-z_]+(?:\.[a-z_0-9]+)+"
STEMS: dict[str, list[str]] = {
    "consent.{}": list(Purpose),
    "consent.{}_why": list(Purpose),
    "consent.now_{}": ["granted", "refused", "withdrawn"],
    "device.{}": [
        f"{source}_{trouble}"
        for source in ("microphone", "camera")
        for trouble in ("denied", "missing", "busy", "unavailable")
    ],
    "failure.{}": ["not_found", "not_allowed", "internal"],
    "invitation.lead_{}": list(GroupRole),
    "language.{}": list(LANGUAGES),
    "completeness.reason_{}": list(Reason),
    "completeness.source_{}": list(Source),
    "meeting.every_{}": ["7", "14", "21", "28"],
    "meeting.kind_{}": list(MeetingKind),
    "meeting.over_{}": [MeetingState.ENDED, MeetingState.CANCELLED],
    "meeting.state_{}": [MeetingState.OPEN, MeetingState.ENDED, MeetingState.CANCELLED],
    "meeting.{}_number": list(MeetingKind),
    "recording.file_{}": list(FileKind),
    "recording.state_{}": list(RecordingState),
    "recording.wait_{}": ["running", "stopped", "claimed"],
    "role.{}": [*GroupRole, *ProgrammeRole],
    "room.kept_{}": ["audio", "video"],
    "room.{}": ["left", "ended", "denied", "replaced", "failed", "chat", "people"],
    "room.{}_number": ["camera", "microphone"],
    "room.{}_why": ["left", "ended", "denied", "replaced", "failed"],
    "trial.state_{}": ["waiting", "running", "good", "poor", "bad"],
    "trial.{}": [
        *("direct", "turn_udp", "turn_tcp", "turn_tls"),
        *("unreachable", "busy", "refused", "blocked", "silent"),
        *(f"verdict_{verdict}" for verdict in ("good", "detour", "poor", "bad", "unreachable")),
        *(f"advice_{advice}" for advice in ("no_turn", "open", "other")),
        *(f"advice_{advice}" for advice in ("secret", "slow", "websocket")),
    ],
}
"""Keys that are put together while running, by the values that their last part can have."""
MODULE_KEYS = {"room.mute", "room.unmute", "room.camera_start", "room.camera_stop"}


def built() -> set[str]:
    return {stem.format(value) for stem, values in STEMS.items() for value in values}


def refusals() -> set[str]:
    return {f"refused.{code}" for code in (*get_args(RefusalCode), "disconnected")}


def written() -> Iterator[str]:
    """Keys that stand in a source as they are; those that go on are stems."""
    for path in SOURCES:
        for found in re.finditer(rf"""\bt\(\s*["'`]({KEY})["'`]\s*[,)]""", path.read_text()):
            yield found[1]
        for found in re.finditer(
            rf"""\bt\([^()]*\?\s*"({KEY})"[^()]*:\s*"({KEY})"\s*[,)]""", path.read_text()
        ):
            yield from found.groups()


def own(languages: Languages) -> set[str]:
    return {key for key in languages.catalogue("fi") if not key.startswith("problem.")}


def test_every_language_has_the_same_keys_and_blanks() -> None:
    languages = Languages()
    first = languages.catalogue("fi")
    for language in LANGUAGES:
        texts = languages.catalogue(language)
        assert set(texts) == set(first), language
        for key, text in texts.items():
            blanks = re.findall(r"\{(\w+)\}", text)
            assert sorted(blanks) == sorted(re.findall(r"\{(\w+)\}", first[key])), key


def test_no_key_is_missing() -> None:
    used = set(written()) | built() | refusals() | MODULE_KEYS
    assert not used - set(Languages().catalogue("fi"))


def test_no_key_is_unused() -> None:
    text = "\n".join(path.read_text() for path in SOURCES)
    unused = {key for key in own(Languages()) if f'"{key}"' not in text and f"'{key}'" not in text}
    assert not unused - built() - refusals() - MODULE_KEYS


def test_every_refusal_has_its_sentence() -> None:
    import app.main  # noqa: F401  # brings in every feature and its refusals

    texts = Languages().catalogue("fi")
    kinds: list[type[Refusal]] = [Refusal]
    for kind in kinds:
        kinds += kind.__subclasses__()
    missing = {kind.code for kind in kinds if f"problem.{kind.code}" not in texts}
    assert not missing


@pytest.mark.parametrize(
    ("language", "words"),
    [("fi", "klo 18.05"), ("sv", "kl. 18:05"), ("en", "18:05")],
)
def test_times_are_written_as_the_language_writes_them(language: str, words: str) -> None:
    moment = datetime(2027, 3, 10, 16, 5, tzinfo=UTC)
    assert words in _plain(moment, language, "moment")


def test_no_template_has_a_script_or_a_style_of_its_own() -> None:
    for path in Path(WEB / "templates").glob("*.html"):
        text = path.read_text()
        assert not re.search(r"<style|\sstyle=|\son\w+=", text), path.name
        assert all("src=" in each or "json" in each for each in re.findall(r"<script[^>]*>", text))
