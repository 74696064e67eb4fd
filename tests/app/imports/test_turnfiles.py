"""Turn files: what our own exports write comes back, and what is none is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exports.formats.eaf import eaf
from app.exports.formats.rttm import rttm
from app.exports.formats.webvtt import webvtt
from app.exports.turnlist import TurnList
from app.imports.turnfiles import SpokenBy, TurnFormat, Unreadable, read
from tests.fixtures.turnlists import turnlists


def wanted(turns: TurnList) -> list[SpokenBy]:
    spoken = [SpokenBy(t.pseudonym, t.start_ms, t.end_ms) for t in turns.turns]
    return sorted(spoken, key=lambda one: (one.start_ms, one.end_ms, one.name))


@given(turnlists())
def test_our_eaf_comes_back(turns: TurnList) -> None:
    assert read(TurnFormat.EAF, eaf(turns).decode()) == wanted(turns)


@given(turnlists())
def test_our_webvtt_comes_back(turns: TurnList) -> None:
    assert read(TurnFormat.VTT, webvtt(turns).decode()) == wanted(turns)


@given(turnlists())
def test_our_rttm_comes_back_with_names_of_one_word(turns: TurnList) -> None:
    expected = sorted(
        (one._replace(name="_".join(one.name.split())) for one in wanted(turns)),
        key=lambda one: (one.start_ms, one.end_ms, one.name),
    )
    assert read(TurnFormat.RTTM, rttm(turns).decode()) == expected


def test_rttm_of_other_programs() -> None:
    content = (
        ";; a comment\nSPKR-INFO m 1 <NA> <NA> <NA> unknown A <NA> <NA>\n"
        "SPEAKER m 1 1.50 0.25 <NA> <NA> A <NA>\n\nSPEAKER m 1 0 1 <NA> <NA> B <NA> <NA>\n"
    )
    assert read(TurnFormat.RTTM, content) == [SpokenBy("B", 0, 1_000), SpokenBy("A", 1_500, 1_750)]


@pytest.mark.parametrize(
    ("form", "content"),
    [
        (TurnFormat.RTTM, "SPEAKER m 1 1.0"),
        (TurnFormat.RTTM, "SPEAKER m 1 one 1.0 <NA> <NA> A <NA> <NA>"),
        (TurnFormat.RTTM, "SPEAKER m 1 nan 1.0 <NA> <NA> A <NA> <NA>"),
        (TurnFormat.RTTM, "SPEAKER m 1 -1 1.0 <NA> <NA> A <NA> <NA>"),
        (TurnFormat.RTTM, "SPEAKER m 1 86399 3600 <NA> <NA> A <NA> <NA>"),
        (TurnFormat.EAF, "no xml"),
        (TurnFormat.EAF, "<html/>"),
        (TurnFormat.EAF, '<!DOCTYPE a [<!ENTITY b "c">]><ANNOTATION_DOCUMENT/>'),
        (TurnFormat.VTT, "1\n00:00:01,000 --> 00:00:02,000\nSRT"),
    ],
)
def test_what_is_none_is_refused(form: TurnFormat, content: str) -> None:
    with pytest.raises(Unreadable):
        read(form, content)


@given(st.sampled_from(TurnFormat), st.text(max_size=200))
def test_anything_is_read_or_refused(form: TurnFormat, content: str) -> None:
    grid = '"ooTextFile" "TextGrid" 0 1 <exists> '
    for text in (content, "SPEAKER " + content, "<ANNOTATION_DOCUMENT>" + content, grid + content):
        try:
            found = read(form, text)
        except Unreadable:
            continue
        assert all(0 <= one.start_ms < one.end_ms for one in found)
