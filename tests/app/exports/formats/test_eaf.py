"""ELAN files, read again by pympi."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from hypothesis import given
from pympi.Elan import Eaf

from app.exports.formats.eaf import BACKCHANNEL, CODE, KIND, SCHEMA, eaf
from app.exports.turnlist import Speaker, Spoken, TurnList
from tests.fixtures.turnlists import coded_turnlists, turnlists


def read(content: bytes) -> Eaf:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "turns.eaf"
        path.write_bytes(content)
        return Eaf(path, suppress_version_warning=True)


@given(turnlists())
def test_every_turn_comes_back(turns: TurnList) -> None:
    found = read(eaf(turns))
    for speaker in turns.speakers:
        spans = sorted((s, e) for s, e, _ in found.get_annotation_data_for_tier(speaker.pseudonym))
        assert spans == [(turn.start_ms, turn.end_ms) for turn in turns.of(speaker)]


@given(turnlists())
def test_each_back_channel_is_marked_under_its_own_turn(turns: TurnList) -> None:
    found = read(eaf(turns))
    for speaker in turns.speakers:
        below = found.get_ref_annotation_data_for_tier(f"{speaker.pseudonym} {KIND}")
        marked = sorted((start, end) for start, end, value, *_ in below if value == BACKCHANNEL)
        own = turns.of(speaker)
        assert marked == [(t.start_ms, t.end_ms) for t in own if t.is_backchannel]


@given(coded_turnlists())
def test_each_code_comes_back_under_its_own_turn(turns: TurnList) -> None:
    found = read(eaf(turns))
    for speaker in turns.speakers:
        for column in turns.columns:
            tier = f"{speaker.pseudonym} {column}"
            about = found.get_parameters_for_tier(tier)
            assert (about["PARENT_REF"], about["LINGUISTIC_TYPE_REF"]) == (speaker.pseudonym, CODE)
            below = found.get_ref_annotation_data_for_tier(tier)
            assert sorted((start, end, value) for start, end, value, *_ in below) == [
                (turn.start_ms, turn.end_ms, turn.codes[column])
                for turn in turns.of(speaker)
                if column in turn.codes
            ]


def test_of_turns_that_touch_the_shortest_keeps_its_own_code() -> None:
    """1 ms, as imports allow it, between two neighbours."""
    spans = [(5, 10), (10, 11), (11, 20)]
    turns = tuple(
        Spoken("J1", start, end, start == 10, {"theme_coder1": f"c{start}"}) for start, end in spans
    )
    at = datetime(2027, 3, 10, tzinfo=UTC)
    speakers, columns = (Speaker("J1", "member"),), ("theme_coder1",)
    found = read(eaf(TurnList("m", "3", 3, at, 20, (), speakers, turns, columns)))
    below = found.get_ref_annotation_data_for_tier("J1 theme_coder1")
    assert sorted(each[:3] for each in below) == [(5, 10, "c5"), (10, 11, "c10"), (11, 20, "c11")]
    marked = found.get_ref_annotation_data_for_tier(f"J1 {KIND}")
    assert [each[:2] for each in marked] == [(10, 11)]


@given(turnlists())
def test_it_says_that_it_is_version_3_and_names_media_without_a_path(turns: TurnList) -> None:
    root = ElementTree.fromstring(eaf(turns))
    assert (root.get("FORMAT"), root.get("VERSION")) == ("3.0", "3.0")
    assert SCHEMA in root.attrib.values()
    (media,) = root.iter("MEDIA_DESCRIPTOR")
    assert media.get("MEDIA_URL") == turns.media[0]
    assert media.get("RELATIVE_MEDIA_URL") == f"./{turns.media[0]}"


@given(turnlists())
def test_the_same_turns_give_the_same_bytes(turns: TurnList) -> None:
    assert eaf(turns) == eaf(turns)
