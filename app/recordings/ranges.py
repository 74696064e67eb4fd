"""HTTP byte ranges (RFC 9110 §14). Pure."""

import re
from typing import NamedTuple


class Span(NamedTuple):
    """Bytes start ≤ n < end."""

    start: int
    end: int


class NotSatisfiable(ValueError):
    """The range lies beyond the end: answer 416."""


def wanted(header: str | None, size: int) -> Span | None:
    """The one range asked for; None when the whole file is to be sent.

    Several ranges, other units and malformed headers are ignored, as the RFC allows.
    """
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", (header or "").strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        if length == 0:
            raise NotSatisfiable
        return Span(size - length, size)
    start = int(first)
    if start >= size:
        raise NotSatisfiable
    end = min(int(last) + 1, size) if last else size
    return Span(start, end) if end > start else None
