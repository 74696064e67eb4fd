"""REFI-QDA projects: as the schema wants them, and read again by another library."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyrefiqda import RefiProject

from app.accounts.actor import Actor
from app.codebooks.descriptions import described, fit
from app.exports.formats.qdpx import BACKCHANNEL, NOBODY, PROJECT, qdpx
from app.exports.reader import Reader
from app.exports.turnlist import TurnList
from app.kit.languages import LANGUAGES, Languages
from tests.fixtures import refi
from tests.fixtures.turnlists import studied_turnlists, turnlists

MADE_AT = datetime(2027, 4, 1, 9, tzinfo=UTC)
TEXTS = Languages()
few = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def reader(language: str = "fi") -> Reader:
    return Reader(Actor(uuid4(), False, language), partial(TEXTS.text, language=language))


def made(*lists: TurnList, language: str = "fi") -> bytes:
    return qdpx(lists, reader(language), "Ryhmä <1> & muut", MADE_AT)


def root_of(content: bytes) -> ElementTree.Element:
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return ElementTree.fromstring(archive.read(PROJECT))


def by_others(content: bytes) -> tuple[Any, dict[str, str]]:
    """The project as pyrefiqda reads it, whose types are made of the published XSD, and the texts
    of its sources by their paths."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "project.qdpx"
        path.write_bytes(content)
        project = RefiProject.load(path, extract_dir=folder)
        paths = [t.plain_text_path for s in project.sources.audio_source for t in s.transcript]
        found = {p: RefiProject.resolve_source_path(p, folder).read_bytes() for p in paths}
        return project, {path: text.decode() for path, text in found.items()}


@few
@given(st.lists(studied_turnlists(), min_size=1, max_size=2), st.sampled_from(LANGUAGES))
def test_it_is_as_the_schema_wants_it(lists: list[TurnList], language: str) -> None:
    first = lists[0]
    same = {"group_id": first.group_id, "programme_id": first.programme_id}
    one_group = [replace(each, **same) for each in lists]
    refi.check(root_of(made(*one_group, language=language)))


@few
@given(studied_turnlists())
def test_every_turn_comes_back_with_its_codes_and_who_gave_them(turns: TurnList) -> None:
    project, _ = by_others(made(turns))
    users = {user.guid: user.name for user in project.users.user}
    (source,) = project.sources.audio_source
    assert UUID(source.guid) == turns.recording_id
    assert source.path == (f"relative:///{turns.media[0]}" if turns.media else None)
    seen = set()
    spans = set()
    for each in source.audio_selection:
        place = (each.name, each.begin, each.end, each.description == BACKCHANNEL)
        spans.add(place)
        for coding in each.coding:
            assert coding.creating_user == each.creating_user
            seen.add((*place, users[coding.creating_user], UUID(coding.code_ref.target_guid)))
    at = {t.id: (fit(t.pseudonym), t.start_ms, t.end_ms, t.is_backchannel) for t in turns.turns}
    assert spans == set(at.values())
    assert seen == {(*at[each.turn_id], each.source, each.code_id) for each in turns.given}
    assert set(users.values()) >= {NOBODY} | {each.source for each in turns.notes}


@few
@given(studied_turnlists(), st.sampled_from(LANGUAGES))
def test_every_code_comes_back_in_one_language(turns: TurnList, language: str) -> None:
    project, _ = by_others(made(turns, language=language))
    there = {UUID(c.guid): c for c in _codes(project.code_book.codes)} if project.code_book else {}
    assert bool(there) == any(document.axes for document in turns.codebooks)
    for document in turns.codebooks:
        for axis, code in document.codes():
            found = there[code.id]
            assert (found.name, found.color) == (code.name.said(language), code.colour)
            assert (found.description or "").strip() == described(code, language)
            assert not there[axis.id].is_codable


def _codes(above: Any) -> Iterator[Any]:
    for each in above.code:
        yield each
        yield from _codes(each)


@few
@given(studied_turnlists())
def test_memos_and_words_come_back_as_far_as_xml_holds_them(turns: TurnList) -> None:
    project, texts = by_others(made(turns))
    notes = project.notes.note if project.notes else []
    assert sorted(note.plain_text_content or "" for note in notes) == sorted(
        fit(note.body) for note in turns.notes
    )
    assert bool(texts) == bool(turns.lines)
    for transcript in project.sources.audio_source[0].transcript:
        text = texts[transcript.plain_text_path]
        assert "\r" not in text
        assert not text.startswith("\ufeff")
        points = [(p.time_stamp, p.position) for p in transcript.sync_point]
        assert [at for at, _ in points] == [line.start_ms for line in turns.lines]
        ends = [position for _, position in points[1:]] + [len(text)]
        for line, (_, start), end in zip(turns.lines, points, ends, strict=True):
            piece = text[start:end]
            assert piece.endswith("\n")
            said = " ".join(f"{fit(line.pseudonym)}: {fit(line.text)}".split())
            assert piece.removesuffix("\n") == said


@few
@given(studied_turnlists())
def test_speakers_are_cases_with_their_roles_and_turns(turns: TurnList) -> None:
    project, _ = by_others(made(turns))
    selections = {s.guid: s for s in project.sources.audio_source[0].audio_selection}
    assert {case.name for case in project.cases.case} == {s.pseudonym for s in turns.speakers}
    roles = {speaker.pseudonym: speaker.role for speaker in turns.speakers}
    held: list[str] = []
    for case in project.cases.case:
        assert case.variable_value[0].text_value == roles[case.name]
        own = [each.target_guid for each in case.selection_ref]
        assert all(selections[each].name == case.name for each in own)
        assert bool(case.source_ref) == bool(own)
        held += own
    assert sorted(held) == sorted(selections), "each selection belongs to one speaker"


@given(turnlists())
def test_what_nobody_coded_is_there_without_a_codebook(turns: TurnList) -> None:
    root = root_of(made(turns))
    refi.check(root)
    assert root.find(f"{refi.NAMESPACE}CodeBook") is None
    users = root.findall(f"*/{refi.NAMESPACE}User")
    assert [user.get("name") for user in users] == [NOBODY]


def test_a_recording_in_which_nobody_speaks_is_a_source_alone() -> None:
    moment = datetime(2027, 3, 10, 16, 5, tzinfo=UTC)
    root = root_of(made(TurnList("meeting-1", "m", 1, moment, 0, (), (), ())))
    refi.check(root)
    assert root.find(f"{refi.NAMESPACE}Cases") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_what_is_lost_and_what_it_rests_on(language: str) -> None:
    moment = datetime(2027, 3, 10, 16, 5, tzinfo=UTC)
    turns = TurnList("meeting-1", "m", 1, moment, 0, (), (), (), is_withheld=True)
    root = root_of(made(turns, language=language))
    told = root.findtext(f"{refi.NAMESPACE}Description") or ""
    for key in ("format_qdpx", "readme_consent", "readme_codes_withheld"):
        assert TEXTS.text(f"export.{key}", language) in told


def test_the_same_is_the_same_file() -> None:
    moment = datetime(2027, 3, 10, 16, 5, tzinfo=UTC)
    turns = TurnList("meeting-1", "m", 1, moment, 0, (), (), ())
    assert made(turns) == made(turns)
