"""What each format says that it loses is what it loses: each thing that is known of a recording is
changed in turn, and where the file stays the same, the loss must be named."""

import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from uuid import UUID
from zipfile import ZipFile

import pytest

from app.accounts.actor import Actor
from app.codebooks.document import Axis, Choice, Code, CodebookDocument, Name, Prose
from app.coding.codes import Given, Noted
from app.exports.formats.offered import FORMATS, Format, Loss, described
from app.exports.formats.qdpx import PROJECT
from app.exports.reader import Reader
from app.exports.turnlist import Line, Speaker, Spoken, TurnList
from app.kit.languages import LANGUAGES, Languages

AT = datetime(2027, 3, 10, 16, 5, tzinfo=UTC)
A, B, THEME = UUID(int=10), UUID(int=11), UUID(int=12)
FIRST, SECOND, OTHER = UUID(int=1), UUID(int=2), UUID(int=7)


def book(definition: str) -> CodebookDocument:
    codes = [
        Code(id=A, label="a", name=Name(fi="Aa"), definition=Prose(fi=definition)),
        Code(id=B, label="b", name=Name(fi="Bee")),
    ]
    axis = Axis(id=THEME, label="theme", name=Name(fi="Teema"), choice=Choice.MULTIPLE, codes=codes)
    return CodebookDocument(axes=[axis])


def coded(first: str, second: str) -> dict[str, str]:
    return {"theme_coder1": first, "theme_coder1_also": second}


def given(first: str, at: datetime = AT, sure: int = 3) -> tuple[Given, ...]:
    """Both codes, in one order, of which `first` leads."""
    return tuple(
        Given("coder1", FIRST, id_, at, "theme", label, label, label, label == first, sure)
        for label, id_ in (("a", A), ("b", B))
    )


TURNS = (
    Spoken("J1", 1_000, 4_000, False, coded("a", "b"), "hei vaan", True, "proposed", FIRST),
    Spoken("J2", 3_000, 3_400, True, {}, "", False, "proposed", SECOND),
)
BASE = TurnList(
    title="00000005-mentoring-3",
    meeting_id=str(UUID(int=3)),
    ordinal=3,
    recorded_at=AT,
    duration_ms=60_000,
    media=("meeting-3-mixdown.webm",),
    speakers=(Speaker("J1", "member"), Speaker("J2", "facilitator")),
    turns=TURNS,
    columns=("theme_coder1", "theme_coder1_also"),
    recording_id=UUID(int=4),
    group_id=UUID(int=5),
    programme_id=UUID(int=6),
    lines=(Line("J1", 1_100, "hei vaan"),),
    codebooks=(book("ennen"),),
    given=given("a"),
    notes=(Noted("coder1", FIRST, "muistiinpano"),),
    group="Torstairyhmä",
)


def first(**change: object) -> TurnList:
    return replace(BASE, turns=(replace(TURNS[0], **change), TURNS[1]))  # type: ignore[arg-type]


CHANGES: dict[str, tuple[Loss | None, TurnList]] = {
    "meeting_id": (Loss.IDS, replace(BASE, meeting_id=str(UUID(int=33)))),
    "recording_id": (Loss.IDS, replace(BASE, recording_id=UUID(int=44))),
    "group_id": (Loss.IDS, replace(BASE, group_id=UUID(int=55))),
    "programme_id": (Loss.IDS, replace(BASE, programme_id=UUID(int=66))),
    "turn id": (
        Loss.IDS,
        replace(first(id=OTHER), given=tuple(g._replace(turn_id=OTHER) for g in given("a"))),
    ),
    "group": (Loss.GROUP, replace(BASE, group="Toinen")),
    "title, ordinal": (Loss.ORDINAL, replace(BASE, title="00000005-mentoring-4", ordinal=4)),
    "kind": (Loss.ORDINAL, replace(BASE, title="00000005-interview-3", kind="interview")),
    "recorded_at": (Loss.DATE, replace(BASE, recorded_at=AT + timedelta(days=1))),
    "duration_ms": (Loss.LENGTH, replace(BASE, duration_ms=61_000)),
    "media": (Loss.SOUND, replace(BASE, media=("other.webm",))),
    "speakers": (
        Loss.ROLES,
        replace(BASE, speakers=(Speaker("J1", "observer"), Speaker("J2", "facilitator"))),
    ),
    "turn pseudonym": (
        None,
        replace(
            first(pseudonym="J3"), speakers=(Speaker("J3", "member"), Speaker("J2", "facilitator"))
        ),
    ),
    "turn start_ms": (None, first(start_ms=900)),
    "turn end_ms": (None, first(end_ms=4_100)),
    "turn is_backchannel": (Loss.BACKCHANNELS, first(is_backchannel=True)),
    "turn talk": (Loss.TALK, first(talk="technical")),
    "turn state": (Loss.STATE, first(state="accepted")),
    "turn words, lines": (
        Loss.WORDS,
        replace(first(words="ei vaan"), lines=(Line("J1", 1_100, "ei vaan"),)),
    ),
    "turn may_quote": (Loss.QUOTATION, first(may_quote=False)),
    "lines": (Loss.LINES, replace(BASE, lines=(Line("J1", 1_200, "hei vaan"),))),
    "turn codes, columns, given": (
        Loss.CODES,
        replace(first(codes={}), columns=(), given=()),
    ),
    "given_at": (Loss.CODED_AT, replace(BASE, given=given("a", at=AT + timedelta(hours=1)))),
    "confidence": (Loss.CONFIDENCE, replace(BASE, given=given("a", sure=1))),
    "is_primary": (Loss.LEADING, replace(first(codes=coded("b", "a")), given=given("b"))),
    "codebooks": (Loss.CODEBOOK, replace(BASE, codebooks=(book("jälkeen"),))),
    "notes": (Loss.MEMOS, replace(BASE, notes=(Noted("coder1", FIRST, "toinen"),))),
}
"""`is_withheld` alone is left: it says why there are no codes, and README.txt says so too."""
IMPLIED = {
    Loss.CODES: {Loss.CODED_AT, Loss.LEADING, Loss.CONFIDENCE, Loss.CODEBOOK},
    Loss.WORDS: {Loss.LINES, Loss.QUOTATION},
}


def named(form: Format) -> set[Loss]:
    lost = set(FORMATS[form].lost)
    return lost.union(*(IMPLIED.get(each, set()) for each in lost))


def content_of(form: Format, turns: TurnList) -> object:
    """Of a project, its parts without the moment at which it was made."""
    reader = Reader(Actor(UUID(int=9), False, "fi"), lambda key, **_: key)
    content = FORMATS[form].write(turns, reader)
    if form != Format.QDPX:
        return content
    with ZipFile(BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[PROJECT] = re.sub(rb'creationDateTime="[^"]*"', b"", parts[PROJECT], count=1)
    return parts


@pytest.mark.parametrize("form", Format)
def test_what_a_format_does_not_hold_it_names(form: Format) -> None:
    before = content_of(form, BASE)
    assert content_of(form, BASE) == before, "nothing but what is told of changes a file"
    same = {name for name, (_, turns) in CHANGES.items() if content_of(form, turns) == before}
    unnamed = {name for name in same if CHANGES[name][0] not in named(form)}
    assert unnamed == set()


@pytest.mark.parametrize("form", Format)
def test_it_names_nothing_that_it_holds(form: Format) -> None:
    """Every loss that is named is one: something that it is said of leaves the file as it was. Of
    two codes in one order, one leads; a project keeps the order, and no more."""
    before = content_of(form, BASE)
    lost = {loss for loss, turns in CHANGES.values() if content_of(form, turns) == before}
    assert set(FORMATS[form].lost) <= lost


def test_everything_that_is_known_is_changed() -> None:
    told = {word for name in CHANGES for word in name.replace("turn ", "").split(", ")}
    known = {each.name for kind in (TurnList, Spoken) for each in fields(kind)}
    assert known - told == {"is_withheld", "turns"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", Format)
def test_the_description_tells_every_loss(form: Format, language: str) -> None:
    text = partial(Languages().text, language=language)
    assert all(text(f"loss.{loss}") in described(form, text) for loss in FORMATS[form].lost)
