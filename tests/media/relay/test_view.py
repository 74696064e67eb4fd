"""Which layer a tile can show."""

import pytest

from media.relay.view import FULL_HEIGHT, Tile, View, largest_useful


@pytest.mark.parametrize(
    ("height", "layer"),
    [(0, 0), (90, 0), (180, 0), (225, 0), (226, 1), (450, 1), (451, 2), (2160, 2)],
)
def test_a_tile_is_given_no_more_than_it_can_show(height: int, layer: int) -> None:
    assert largest_useful(3, height) == layer


def test_a_source_without_layers_has_one() -> None:
    assert largest_useful(1, 90) == 0


def test_what_is_not_named_is_shown_in_full() -> None:
    view = View({"a": Tile(90, pinned=True)})

    assert view.tile("a").height == 90
    assert view.tile("b").height == FULL_HEIGHT
