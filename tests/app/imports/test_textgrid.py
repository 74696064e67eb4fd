"""TextGrids of Praat itself, of praatio and of our own export, in every encoding that they have."""

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from praatio import textgrid as praatio
from praatio.data_classes.interval_tier import IntervalTier

from app.exports.formats.textgrid import textgrid
from app.exports.turnlist import TurnList
from app.imports.textgrid import NotTextGrid, read
from app.imports.turnfiles import SpokenBy, TurnFormat, Unreadable
from app.imports.turnfiles import read as read_turns
from tests.fixtures.turnlists import turnlists
from tests.fuzz.mutation import damaged

FORMS = st.sampled_from(["long_textgrid", "short_textgrid"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
LABELS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from('äöåÄÖÅ"!<>\n\t🙂 1.5'), max_size=12
)
BY_PRAAT = sorted(Path(__file__).parent.glob("praat_*.TextGrid"))
"""Written by Praat 6.3.07 as it comes: UTF-16, since a name has an ä."""
HEAD = '"ooTextFile" "TextGrid" 0 9 <exists> '
TIER = HEAD + '1 "IntervalTier" "J1" 0 9 '


def text_of(content: bytes) -> str:
    """As a browser makes it of the bytes; the mark of UTF-8 may be left in."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if marked else "utf-8")


def saved(grid: praatio.Textgrid, form: str, encoding: str) -> bytes:
    """praatio writes UTF-8 only; the same text as others encode it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "saved.TextGrid"
        grid.save(str(path), form, includeBlankSpaces=True)
        text = path.read_bytes().decode()
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    return (mark + text).encode(encoding)


def opened(content: bytes) -> praatio.Textgrid:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "opened.TextGrid"
        path.write_bytes(content)
        return praatio.openTextgrid(str(path), includeEmptyIntervals=False)


@given(turnlists(), FORMS, ENCODINGS)
def test_our_export_comes_back_through_praatio(turns: TurnList, form: str, encoding: str) -> None:
    wanted = sorted((t.start_ms, t.end_ms, t.pseudonym) for t in turns.turns)
    for content in (textgrid(turns), saved(opened(textgrid(turns)), form, encoding)):
        found = read_turns(TurnFormat.TEXTGRID, text_of(content))
        assert [(one.start_ms, one.end_ms, one.name) for one in found] == wanted


@given(st.lists(LABELS, min_size=1, max_size=6), LABELS.filter(str.strip), FORMS, ENCODINGS)
def test_whatever_is_written_over_intervals_comes_back(
    labels: list[str], name: str, form: str, encoding: str
) -> None:
    spans = [
        (start, end, label)
        for (start, end), label in zip(pairwise(range(len(labels) + 1)), labels, strict=True)
    ]
    grid = praatio.Textgrid(0, len(labels))
    grid.addTier(IntervalTier(name, spans, 0, len(labels)))
    found = read(text_of(saved(grid, form, encoding)))
    assert [(one.start_s, one.end_s, one.text.strip()) for one in found] == [
        (start, end, label.strip()) for start, end, label in spans if label.strip()
    ]
    assert {one.tier for one in found} <= {name.strip()}


@pytest.mark.parametrize("path", BY_PRAAT, ids=lambda path: path.stem)
def test_praats_own_files_are_read(path: Path) -> None:
    """A label of three blanks is a gap, a point is no turn, and texts may look like anything."""
    content = path.read_bytes()
    assert content.startswith(b"\xfe\xff")
    assert read_turns(TurnFormat.TEXTGRID, text_of(content)) == [
        SpokenBy("Jäsen 1", 1_000, 4_020),
        SpokenBy('Åsa "Ö"', 3_500, 4_100),
        SpokenBy("Jäsen 1", 9_000, 12_000),
    ]
    assert [one.text for one in read(text_of(content))] == [
        'niin että\nhän sanoi "joo" ! <exists> 5',
        "intervals [2]: xmin = 3",
        "mhm 🙂",
    ]


def test_what_stands_between_is_passed_over() -> None:
    """As in files of old: a form of its own, remarks, Windows' line ends, no tiers at all."""
    old = 'File type = "ooTextFile short"\r\n"TextGrid"\r\n! by hand: 7 "x" \r\n0\r\n9\r\n'
    tier = '<exists>\r\n1\r\n"IntervalTier"\r\n"J1"\r\n0\r\n9\r\n1\r\n1e0\r\n2.5\r\n"a"'
    assert [tuple(one) for one in read(old + tier)] == [("J1", 1.0, 2.5, "a")]
    assert read(old + "<absent>") == []
    assert read(HEAD + "0") == []


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no TextGrid",
        '"Praat chronological TextGrid text file"\n0 9',
        '"ooTextFile" "Collection" 1',
        '"ooTextFile" "TextGrid" 0 9',
        HEAD + "1",
        HEAD + '1 "PointProcess" "J1" 0 9 0',
        TIER + "-1",
        TIER + "1.5",
        TIER + "1e999",
        TIER + '1 2 1 "a"',
        TIER + '1 1 2.0.0 "a"',
        TIER + '1 1 two "a"',
        TIER + '1 1 2 "a',
        TIER + '1 1 2 "a"b"',
        TIER + "1 1 2 a",
        TIER + '1 1 2 "a" 3 4 "b"',
        TIER + '2 1 2 "a"',
        TIER + '1 -1 2 "a"',
        TIER + '1 1 1e300 "a"',
        TIER + '1 86399 86401 "a"',
        TIER + "999999999999",
    ],
)
def test_what_is_none_is_refused(content: str) -> None:
    with pytest.raises(Unreadable):
        read_turns(TurnFormat.TEXTGRID, content)


@pytest.mark.parametrize("path", BY_PRAAT, ids=lambda path: path.stem)
def test_a_file_that_was_cut_off_is_refused(path: Path) -> None:
    """praatio reads what is left of a short one, as if that were all."""
    whole = text_of(path.read_bytes()).rstrip()
    assert read(whole)
    for end in range(len(whole)):
        with pytest.raises(NotTextGrid):
            read(whole[:end])


@given(damaged([path.read_bytes() for path in BY_PRAAT]))
def test_what_is_damaged_is_read_or_refused(content: bytes) -> None:
    for text in (content.decode("utf-16", "replace"), content.decode("latin-1")):
        try:
            found = read_turns(TurnFormat.TEXTGRID, text)
        except Unreadable:
            continue
        assert all(0 <= one.start_ms < one.end_ms for one in found)
