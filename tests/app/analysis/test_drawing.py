"""What stands under a picture is whole, however long the rules are."""

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from app.analysis.drawing import RULES_LETTERS, draw
from app.turns.models import TurnIndex
from app.turns.rules import printed
from tests.fixtures.played import UNSET

WORDS = st.lists(st.text("abcåäö0123456789_·|", min_size=1, max_size=30), max_size=80)


@given(WORDS)
def test_every_word_of_the_rules_is_drawn_inside_the_picture(words: list[str]) -> None:
    drawn = draw(
        "bars", "test", 100, title="T", desc="D", rules=" ".join(words), bars=[], left=0, full=0
    )
    picture = ElementTree.fromstring(drawn)
    height = float(picture.attrib["height"])
    lines = [
        (float(text.attrib["y"]), text.text or "")
        for text in picture.iter("{http://www.w3.org/2000/svg}text")
    ]
    assert re.findall(r"\S+", " ".join(line for _, line in lines)) == words
    assert all(len(line) <= RULES_LETTERS and 0 < y < height for y, line in lines)
    assert height - 100 == 14 * (len(lines) - 1)


def test_a_parameter_with_parts_is_said_part_by_part() -> None:
    parameters = {"minimum_ms": 100, "speech": {"detector": "d 1", "begins": 0.5}}
    index = TurnIndex(recording_id=UNSET, version="turns 1", parameters=parameters)
    assert printed(index) == "turns 1 · minimum_ms 100 · speech (detector d 1, begins 0.5)"
