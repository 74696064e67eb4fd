"""What a participant's screen shows of the others, as its page declares it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

FULL_HEIGHT = 720
SMALLEST_HEIGHT = 180
"""Of a source's layers; each larger one has twice the height."""
SLACK = 1.25
"""A picture may be enlarged so much before the next larger layer is taken. Lower: sharper and
dearer. Higher: the other way round."""


@dataclass(frozen=True)
class Tile:
    height: int
    """Physical pixels; 0: it is not to be seen."""
    pinned: bool = False


@dataclass(frozen=True)
class View:
    """By publication. What it does not name is shown as large as it comes."""

    tiles: Mapping[str, Tile] = field(default_factory=dict)

    def tile(self, publication: str) -> Tile:
        return self.tiles.get(publication, Tile(FULL_HEIGHT))


def largest_useful(layers: int, height: int) -> int:
    """The largest of so many layers that a tile of that height can show."""
    for layer in range(layers - 1):
        if height <= SMALLEST_HEIGHT * 2**layer * SLACK:
            return layer
    return layers - 1
