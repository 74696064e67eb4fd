"""The catalogues: whole in every language, and in step with the templates and modules."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from app.analysis.charts import OF_MEETING
from app.analysis.lines import OF_GROUP
from app.analysis.silence import Kind
from app.chat.table import COLUMNS as CHAT_COLUMNS
from app.codebooks.changes import Kind as ChangeKind
from app.codebooks.document import Choice
from app.codebooks.forms import FileForm
from app.codebooks.levels import Level
from app.coding.models import DrawUnit
from app.consent.models import Decision, Purpose
from app.content.charts import PICTURES
from app.erasures.service import Reason as ErasureReason
from app.exports.formats.codings import COLUMNS as CODING_COLUMNS
from app.exports.formats.offered import Format, Loss
from app.exports.formats.rows import COLUMNS as TURN_COLUMNS
from app.exports.models import Audience
from app.exports.programme.material import WHERE
from app.exports.programme.tables import RECORDINGS
from app.groups.models import GroupRole
from app.kit.audit import COMMAND, WORKER, Deed
from app.kit.errors import Refusal
from app.kit.languages import FOLDER, LANGUAGES, Languages
from app.kit.permissions import Role
from app.linkage.measures import OF_TALK
from app.meetings.models import MeetingKind, MeetingState
from app.notes.models import NoteKind
from app.person.endpoints import OF_ONESELF
from app.programmes.models import ProgrammeRole
from app.recordings.completeness import Reason
from app.recordings.models import FileKind, RecordingState, Source
from app.surveys.models import AnswerKind, SurveyMoment
from app.surveys.table import COLUMNS as ANSWER_COLUMNS
from app.turns.forms import OPERATIONS
from app.turns.models import Laughter, Talk, TechnicalTalk, TurnState
from app.web.analysis import SERIES, SIDES, WHOLE
from app.web.audit import COUNTED
from app.web.rendering import _plain, _size
from signalling.messages import RefusalCode, TroubleName

WEB = FOLDER.parent
SOURCES = [
    *WEB.glob("*.py"),
    *(WEB / "templates").glob("*.html"),
    *(WEB / "static").rglob("*.js"),
    *(WEB.parent / "exports").rglob("*.py"),
    *(WEB.parent / "analysis").glob("*.py"),
    *(WEB.parent / "content").glob("*.py"),
    *(WEB.parent / "linkage").glob("*.py"),
    *(WEB.parent / "sampling").glob("*.py"),
]
COLUMNS = [
    *("present_ms", "talk_ms", "share", "weighted_share", "turns", "turns_per_minute"),
    *("median_ms", "longest_ms", "first_turn_ms", "backchannels", "tried", "dual_starts"),
]
DEFINED = [
    *("reading", "part_silence", "star", "timeline", "shares", "people_table", "balance"),
    *(
        "part_balance",
        "part_floor",
        "part_order",
        "chance",
        "heedless",
        "no_chance",
        "network",
        "heat",
        "shifts",
    ),
    *("shares_without", "network_without", "heat_without", "series_floor_without"),
    *("passages", "series_balance", "series_facilitator", "series_floor", "spread"),
    "people_series",
]
"""Measures whose definition stands one click away."""
ACTIONS = re.findall(
    r'^  \["(\w+)"', (WEB / "static" / "workbench" / "keys.js").read_text(), re.MULTILINE
)
PROGRAMME = [
    *("programme_balance", "programme_facilitator"),
    *("programme_floor", "programme_floor_without"),
]
DEFINED += [*PROGRAMME, "between", "by_order", "comparable", "pooled"]
COEFFICIENTS = ["percent", "kappa", "alpha", "ac1"]
CONTENT = ["frequencies", "settled", "river", "river_without", "together", "follows"]
PARTS = ["role", "person", "group", "position"]
PARTS_AND_MEETING = [*PARTS, "meeting"]
METHODS = ["by_hand", "random", "stratified"]
KEY = r"[a-z_]+(?:\.[a-z_0-9]+)+"
_PICTURES = [*OF_MEETING, *OF_GROUP, *PROGRAMME]
_FIGURES = [*(figure for part in SIDES.values() for figure in part), *SERIES]
STEMS: dict[str, list[str]] = {
    "composite.why_{}": ["failed", "outdated"],
    "audit.deed_{}": list(Deed),
    "audit.detail_{}": list(COUNTED),
    "audit.kind_{}": [
        *("recording", "file", "turns", "meeting", "group"),
        *("programme", "account", "consent_text", "codebook", "log"),
        *("sample", "transcript", "consents", "notes", "answers", "chat"),
        *("analysis", "agreement", "content", "quality", "summary"),
    ],
    "audit.role_{}": [*Role, OF_ONESELF, WORKER.role, COMMAND.role],
    "person.erased_{}": ["account", "media", "waiting", "answers", "chat"],
    "person.kept_{}": [
        *("decisions", "stays", "entries", "notes", "notes_near", "handed_over"),
    ],
    "person.{}": ["readme"],
    "agreement.{}": [*COEFFICIENTS, "cu_alpha", "u_alpha", "binary_alpha"],
    "agreement.about_{}": [*COEFFICIENTS, "by_time", "confusions", "prevalence"],
    "agreement.reading_{}": ["reliable", "tentative", "unreliable"],
    "content.{}": [*CONTENT, *(f"v_{part}" for part in PARTS), "v_axes"],
    "content.about_{}": [*CONTENT, "effects", "level"],
    "content.level_{}": list(Level),
    "content.by_{}": PARTS_AND_MEETING,
    "content.{}_desc": list(PICTURES),
    "import.decided_{}": list(Decision),
    "import.state_{}": ["uploaded", "stored", "lost"],
    "sampling.readme_{}": [*METHODS, "chosen", "not_chosen", "not_in_population"],
    "sampling.what_{}": METHODS,
    "transcript.why_{}": [
        f"transcript_{why}" for why in ("bad_model", "failed", "no_library", "no_model", "outdated")
    ],
    "analysis.{}": [*_PICTURES, *WHOLE, "star_to_chance", *DEFINED, "with", "without", "whole"],
    "analysis.{}_desc": _PICTURES,
    "analysis.about_{}": DEFINED,
    "analysis.column_{}": COLUMNS,
    "analysis.figure_{}": _FIGURES,
    "analysis.kind_{}": list(Kind),
    "analysis.part_{}": list(SIDES),
    "analysis.spread_{}": ["meetings", "mean", "sd", "low", "high"],
    "codebook.change_{}": list(ChangeKind),
    "codebook.choice_{}": list(Choice),
    "codebook.fault_{}": [
        *("no_axes", "no_codes", "no_name", "label", "label_twice", "id_twice", "choice"),
        *("parent", "key_twice", "key_taken"),
    ],
    "codebook.file_{}": list(FileForm),
    "codebook.{}": ["definition", "include", "exclude", "example", "source"],
    "coding.confidence_{}": ["1", "2", "3", "none"],
    "coding.key_{}": [
        *("codes", "enter", "next", "axes", "uncoded", "play"),
        *("loop", "lead", "clear", "sure", "memo"),
    ],
    "coding.unit_{}": list(DrawUnit),
    "coding.{}": ["saved", "sending", "waiting", "not_kept"],
    "erasure.lead_{}": list(ErasureReason),
    "export.codebook_{}": list(FileForm),
    "consent.{}": list(Purpose),
    "consent.{}_why": list(Purpose),
    "consent.{}_keeps": list(Purpose),
    "consent.now_{}": ["granted", "refused", "withdrawn"],
    "device.{}": [
        f"{source}_{trouble}"
        for source in ("microphone", "camera")
        for trouble in ("denied", "missing", "busy", "unavailable")
    ],
    "export.format_{}": [each.lower() for each in Format],
    "export.readme_for_{}": list(Audience),
    "loss.{}": list(Loss),
    "failure.{}": ["not_found", "not_allowed", "internal"],
    "invitation.lead_{}": list(GroupRole),
    "language.{}": list(LANGUAGES),
    "completeness.reason_{}": list(Reason),
    "completeness.source_{}": list(Source),
    "notes.kind_{}": list(NoteKind),
    "meeting.every_{}": ["7", "14", "21", "28"],
    "meeting.kind_{}": list(MeetingKind),
    "meeting.over_{}": [MeetingState.ENDED, MeetingState.CANCELLED],
    "meeting.state_{}": [MeetingState.OPEN, MeetingState.ENDED, MeetingState.CANCELLED],
    "meeting.{}_number": list(MeetingKind),
    "recording.file_{}": list(FileKind),
    "recording.state_{}": list(RecordingState),
    "recording.wait_{}": ["running", "stopped", "claimed"],
    "rules.laughter_{}": list(Laughter),
    "rules.technical_{}": list(TechnicalTalk),
    "receipt.state_{}": [*Decision, "undecided"],
    "role.{}": [*GroupRole, *ProgrammeRole],
    "room.kept_{}": ["audio", "video", "chat"],
    "room.{}": ["left", "ended", "denied", "replaced", "failed", "chat", "people"],
    "room.{}_number": ["camera", "microphone"],
    "room.{}_why": ["left", "ended", "denied", "replaced", "failed"],
    "linkage.{}": [*OF_TALK, "scatter", "linked", "rho"],
    "linkage.about_{}": ["linked", "rho"],
    "survey.kind_{}": list(AnswerKind),
    "survey.moment_{}": list(SurveyMoment),
    "feedback.{}": ["turns", "speaking", "together", "evenness"],
    "feedback.about_{}": ["speaking", "evenness"],
    "variable.{}": list(TURN_COLUMNS),
    "variable.chat_{}": list(CHAT_COLUMNS),
    "variable.coding_{}": [
        each for each in (*CODING_COLUMNS, "codebook") if each not in TURN_COLUMNS
    ],
    "variable.recordings_{}": [each for each in RECORDINGS if each not in WHERE],
    "variable.answers_{}": list(ANSWER_COLUMNS),
    "workbench.{}": ["saved", "sending", "waiting", "signed_out", "remade", "not_kept"],
    "history.did_{}": list(OPERATIONS),
    "history.talk_{}": list(Talk),
    "workbench.did_{}": list(OPERATIONS),
    "workbench.key_{}": [*ACTIONS, "assign"],
    "workbench.state_{}": list(TurnState),
    "workbench.wanted_{}": list(OPERATIONS),
    "trouble.{}": list(get_args(TroubleName)),
    "trouble.own_{}": list(get_args(TroubleName)),
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
        for found in re.finditer(
            rf"""\bt(?:ext)?\(\s*["'`]({KEY})["'`]\s*[,)]""", path.read_text()
        ):
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


@pytest.mark.parametrize(
    ("count", "language", "words"),
    [(0, "fi", "1 kB"), (12_400, "sv", "12 kB"), (999_999, "en", "1000 kB"),
     (1_000_000, "fi", "1,0 MB"), (1_260_000_000, "en", "1,260.0 MB")],
)  # fmt: skip
def test_the_size_of_a_file_is_written_as_the_language_writes_numbers(
    count: int, language: str, words: str
) -> None:
    assert _size(count, language) == words


def test_no_template_has_a_script_or_a_style_of_its_own() -> None:
    for path in Path(WEB / "templates").glob("*.html"):
        text = path.read_text()
        assert not re.search(r"<style|\sstyle=|\son\w+=", text), path.name
        assert all("src=" in each or "json" in each for each in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("path", sorted((WEB / "templates").glob("*.html")), ids=lambda p: p.stem)
def test_a_form_that_is_sent_too_early_leads_nowhere(path: Path) -> None:
    """Without a method the browser would put its fields, passwords too, into the address; only a
    search says that it wants that."""
    for form in re.findall(r"<form\b[^>]*>", path.read_text()):
        assert 'method="dialog"' in form or 'method="get"' in form
