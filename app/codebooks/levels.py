"""At which level of an axis' tree of codes turns are counted. Pure."""

from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.codebooks.document import Axis, Code


class Level(StrEnum):
    CODES = "codes"
    """As they were coded: a code that has others below it counts alone."""
    MAIN = "main"
    """Each code as the one at the top that it stands below: a turn with two codes below the same
    counts once for it."""


class Told(NamedTuple):
    codes: list[Code]
    """That turns are told apart by, in reading order."""
    place: dict[UUID, int]
    """Of every code that a turn may have: where in `codes` it counts."""


def told(axis: Axis, level: Level) -> Told:
    as_what = {
        code.id: line[0] if level == Level.MAIN else code
        for code, line in zip(axis.codes, axis.lines().values(), strict=True)
        if code.is_codable
    }
    counted = {code.id for code in as_what.values()}
    codes = [code for code in axis.codes if code.id in counted]
    place = {code.id: number for number, code in enumerate(codes)}
    return Told(codes, {id_: place[code.id] for id_, code in as_what.items()})
