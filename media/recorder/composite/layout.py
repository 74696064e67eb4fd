"""Where everybody's tile lies. Pure; all numbers are even: colours come in pairs of pixels."""

from functools import cache
from typing import NamedTuple

GAP = 8
"""Between tiles; half of it is where the one who speaks is outlined."""
SHARE = 0.76
"""Of the width, what a shared screen takes beside the people."""


class Box(NamedTuple):
    left: int
    top: int
    width: int
    height: int


@cache
def grid(people: int, area: Box) -> tuple[Box, ...]:
    """Tiles of 16:9, as large as they can be, each row in the middle of the area."""
    if not people:
        return ()
    best = max(range(1, people + 1), key=lambda columns: _tile(people, columns, area)[0])
    width, height = _tile(people, best, area)
    rows = -(-people // best)
    top = area.top + _even((area.height - rows * height - (rows + 1) * GAP) / 2) + GAP
    boxes = []
    for row in range(rows):
        inside = min(best, people - row * best)
        left = area.left + _even((area.width - inside * width - (inside + 1) * GAP) / 2) + GAP
        for column in range(inside):
            place = Box(left + column * (width + GAP), top + row * (height + GAP), width, height)
            boxes.append(place)
    return tuple(boxes)


@cache
def with_screens(people: int, screens: int, area: Box) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
    """People's tiles, and those of the shared screens."""
    if not screens:
        return grid(people, area), ()
    wide = _even(area.width * SHARE) if people else area.width
    beside = Box(area.left + wide, area.top, area.width - wide, area.height)
    return grid(people, beside), grid(screens, Box(area.left, area.top, wide, area.height))


def fitted(width: int, height: int, box: Box) -> Box:
    """The whole picture inside the box, in its middle."""
    scale = min(box.width / width, box.height / height)
    wide, high = max(_even(width * scale), 2), max(_even(height * scale), 2)
    left = box.left + _even((box.width - wide) / 2)
    return Box(left, box.top + _even((box.height - high) / 2), wide, high)


def _tile(people: int, columns: int, area: Box) -> tuple[int, int]:
    rows = -(-people // columns)
    width = (area.width - GAP) / columns - GAP
    height = (area.height - GAP) / rows - GAP
    width = min(width, height * 16 / 9)
    return _even(width), _even(width * 9 / 16)


def _even(number: float) -> int:
    return int(number) // 2 * 2
