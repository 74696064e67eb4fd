"""WebVTT: ours read by another's, another's and ours read by us, and what is refused."""

import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from app.transcripts.vtt import Cue, NotVtt, read, write

WORDS = st.text(
    st.characters(categories=["L", "N", "P", "S"]) | st.sampled_from("åäö <>&"), max_size=40
)
SAID = WORDS.map(lambda words: " ".join(words.split())).filter(bool)
NAMES = st.text(
    st.characters(categories=["L", "N"]) | st.sampled_from(" &<'"), min_size=1, max_size=12
)
VOICES = NAMES.map(lambda name: " ".join(name.split())).filter(bool)
LONG_MS = 360_000_000


@st.composite
def cues(draw: st.DrawFn) -> Cue:
    start = draw(st.integers(0, LONG_MS))
    return Cue(start, start + draw(st.integers(1, 600_000)), draw(VOICES), draw(SAID))


@given(st.lists(cues(), max_size=8))
def test_what_we_write_we_read(written: list[Cue]) -> None:
    assert read(write(written)) == written


@given(st.lists(cues(), min_size=1, max_size=8))
def test_what_we_write_webvtt_py_reads(written: list[Cue]) -> None:
    found = webvtt.from_string(write(written))
    assert [round(c.start_in_seconds * 1000) // 1000 for c in found] == [
        c.start_ms // 1000 for c in written
    ]
    assert [(c.start, c.end) for c in found] == [
        (_clock(c.start_ms), _clock(c.end_ms)) for c in written
    ]


SIMPLE = st.text(st.sampled_from("abcåäö ,.?!"), min_size=1, max_size=30)


@given(
    st.lists(
        st.tuples(cues(), SIMPLE.map(lambda w: " ".join(w.split())).filter(bool)),
        min_size=1,
        max_size=6,
    )
)
def test_voice_and_words_are_the_same_to_webvtt_py(drawn: list[tuple[Cue, str]]) -> None:
    """Of names and words in which nothing needs escaping: it leaves entities as they stand."""
    written = [cue._replace(voice="Aino Vetäjä", text=words) for cue, words in drawn]
    found = webvtt.from_string(write(written))
    assert [(c.voice, c.text) for c in found] == [(c.voice, c.text) for c in written]


@given(st.lists(cues(), min_size=1, max_size=6))
def test_what_webvtt_py_writes_we_read(wanted: list[Cue]) -> None:
    document = webvtt.WebVTT()
    for cue in wanted:
        words = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        document.captions.append(webvtt.Caption(_clock(cue.start_ms), _clock(cue.end_ms), words))
    found = read(document.content)
    assert [(c.start_ms, c.end_ms) for c in found] == [(c.start_ms, c.end_ms) for c in wanted]


@given(st.text(max_size=300))
def test_anything_is_read_or_refused(content: str) -> None:
    for text in (content, "WEBVTT\n\n" + content, "WEBVTT\n\n00:01.000 --> 00:02.000\n" + content):
        try:
            found = read(text)
        except NotVtt:
            continue
        assert all(0 <= cue.start_ms < cue.end_ms and cue.text for cue in found)


def test_the_shapes_that_programs_write() -> None:
    found = read(
        "\ufeffWEBVTT - Meeting of May\r\nKind: captions\r\n\r\n"
        "NOTE nobody reads --> this\r\n\r\n"
        "STYLE\r\n::cue { color: red }\r\n\r\n"
        "6a-1\r\n00:01.500 --> 00:03.000 align:start position:10%\r\n"
        "<v.loud Aino Vetäjä>Hyvää <i>iltaa</i>\r\nkaikille</v>\r\n\r\n"
        "01:00:00.000 --> 01:00:02.000\r\n<v Eero>Joo.</v><v Aino Vetäjä>Niin &amp; näin\r\n"
    )
    assert found == [
        Cue(1_500, 3_000, "Aino Vetäjä", "Hyvää iltaa kaikille"),
        Cue(3_600_000, 3_602_000, "Eero", "Joo."),
        Cue(3_600_000, 3_602_000, "Aino Vetäjä", "Niin & näin"),
    ]


def test_names_before_colons_are_voices_where_no_tag_is() -> None:
    head = "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\n"
    assert read(head + "Aino Vetäjä: klo 15:30 sopii") == [
        Cue(1_000, 2_000, "Aino Vetäjä", "klo 15:30 sopii")
    ]
    assert read(head + "<v Aino>Asia: näin") == [Cue(1_000, 2_000, "Aino", "Asia: näin")]
    assert read(head + "klo 15:30 sopii")[0].voice == ""


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "line 1"),
        ("WEBVTTX\n\n", "line 1"),
        ("1\n00:00:01,000 --> 00:00:02,000\nSRT", "line 1"),
        ("WEBVTT\n\n00:00:01,000 --> 00:00:02.000\nx", "line 3 is no timing"),
        ("WEBVTT\n\nid\n00:61.000 --> 01:00.000\nx", "line 4 is no timing"),
        ("WEBVTT\n\n00:02.000 --> 00:02.000\nx", "line 3 ends before it begins"),
    ],
)
def test_what_is_no_webvtt_is_refused_with_its_line(content: str, why: str) -> None:
    with pytest.raises(NotVtt, match=why):
        read(content)


def _clock(ms: int) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
