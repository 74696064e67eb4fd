"""What changed between two versions of a codebook, as it matters to turns coded with it. Pure."""

from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.codebooks.document import Axis, Code, CodebookDocument


class Kind(StrEnum):
    REMOVED = "removed"
    """The code, or its axis, is gone; or it only gathers others now."""
    MOVED = "moved"
    """It stands on another axis."""
    REDEFINED = "redefined"
    """It means something else: definition, include or exclude."""
    RENAMED = "renamed"
    """It has another name, and no definition to say that this means the same."""
    REORDERED = "reordered"
    """Among the codes that stay it has another place, on an axis whose order means something."""


class Change(NamedTuple):
    kind: Kind
    axis: Axis
    code: Code
    """As they were."""
    to_axis: Axis | None
    to_code: Code | None
    """Where the code stands now. None: nowhere."""


def changes(before: CodebookDocument, after: CodebookDocument) -> list[Change]:
    """Of every codable code of `before` whose codings can't be taken for codings of `after`
    unseen. Colours, keys and examples may change, the order where it means nothing, and names of
    what is defined: they are no other code."""
    now = {code.id: (axis, code) for axis, code in after.codes() if code.is_codable}
    displaced = _displaced(before, after)
    found = []
    for axis, code in before.codes():
        if not code.is_codable:
            continue
        to_axis, to_code = now.get(code.id, (None, None))
        if to_axis is None or to_code is None:
            found.append(Change(Kind.REMOVED, axis, code, None, None))
        elif to_axis.id != axis.id:
            found.append(Change(Kind.MOVED, axis, code, to_axis, to_code))
        elif _meaning(code) != _meaning(to_code):
            found.append(Change(Kind.REDEFINED, axis, code, to_axis, to_code))
        elif not any(code.definition.model_dump().values()) and _is_renamed(code, to_code):
            found.append(Change(Kind.RENAMED, axis, code, to_axis, to_code))
        elif code.id in displaced:
            found.append(Change(Kind.REORDERED, axis, code, to_axis, to_code))
    return found


def _displaced(before: CodebookDocument, after: CodebookDocument) -> set[UUID]:
    """Codes of ordinal axes that have another rank among those that stay on their axis."""
    found: set[UUID] = set()
    for axis in before.axes:
        now = after.axis(axis.id)
        if now is None or not (axis.is_ordinal or now.is_ordinal):
            continue
        stay = set(_codable(axis)) & set(_codable(now))
        ranks = ([id_ for id_ in _codable(each) if id_ in stay] for each in (axis, now))
        found |= {one for one, other in zip(*ranks, strict=True) if one != other}
    return found


def _codable(axis: Axis) -> list[UUID]:
    return [code.id for code in axis.codes if code.is_codable]


def _meaning(code: Code) -> tuple[object, object, object]:
    return code.definition, code.include, code.exclude


def _is_renamed(code: Code, now: Code) -> bool:
    """A name in one more language is no other name."""
    after = now.name.model_dump()
    return any(name and name != after[language] for language, name in code.name)
