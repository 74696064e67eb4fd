"""Tiles lie beside one another, inside the picture, as large as they can be."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from media.recorder.composite.layout import GAP, Box, fitted, grid, with_screens

WHOLE = Box(0, 0, 1280, 720)


@given(st.integers(1, 30), st.integers(0, 3))
def test_no_tile_touches_another_or_the_edge(people: int, screens: int) -> None:
    faces, shared = with_screens(people, screens, WHOLE)

    assert (len(faces), len(shared)) == (people, screens)
    boxes = [*faces, *shared]
    for left, top, width, height in boxes:
        assert left >= GAP // 2
        assert top >= GAP // 2
        assert left + width + GAP // 2 <= WHOLE.width
        assert top + height + GAP // 2 <= WHOLE.height
        assert not (left | top | width | height) % 2
    for a, b in combinations(boxes, 2):
        beside = a.left + a.width + GAP <= b.left or b.left + b.width + GAP <= a.left
        above = a.top + a.height + GAP <= b.top or b.top + b.height + GAP <= a.top
        assert beside or above


def test_few_people_fill_the_picture() -> None:
    assert grid(1, WHOLE)[0].width > 1200
    assert {box.width for box in grid(4, WHOLE)} == {618}
    assert len({box.top for box in grid(11, WHOLE)}) == 3


@given(st.integers(16, 4000), st.integers(16, 4000))
def test_a_picture_is_whole_inside_its_tile(width: int, height: int) -> None:
    box = Box(10, 20, 640, 360)
    inside = fitted(width, height, box)

    assert box.left <= inside.left
    assert box.top <= inside.top
    assert inside.left + inside.width <= box.left + box.width
    assert inside.top + inside.height <= box.top + box.height
