"""What must hold before a codebook is published. Pure.

Every fault has a code, which is translated as `codebook.fault_<code>`, and the place where it is.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from app.codebooks.document import Axis, Code, CodebookDocument

LABEL = re.compile(r"[a-z][a-z0-9_]*")
RESERVED_KEYS = frozenset("jklmnxcv ?")
"""What the page of coding does with a key by itself."""


class Fault(NamedTuple):
    code: str
    axis_id: UUID | None = None
    code_id: UUID | None = None


def faults(document: CodebookDocument, before: CodebookDocument | None = None) -> list[Fault]:
    """In reading order; none: it may be published after the version `before`.

    An axis keeps its choice from version to version: what was coded along it as one of several
    could not be told apart from what was coded as the only one.
    """
    found = [] if document.axes else [Fault("no_axes")]
    labels = Counter(axis.label for axis in document.axes)
    ids = Counter(axis.id for axis in document.axes)
    ids.update(code.id for _, code in document.codes())
    for axis in document.axes:
        was = before.axis(axis.id) if before else None
        found += [Fault(code, axis.id) for code in _of_axis(axis, labels, ids, was)]
        found += _of_codes(axis, ids)
    return found


def _of_axis(
    axis: Axis, labels: Counter[str], ids: Counter[UUID], was: Axis | None
) -> Iterator[str]:
    if not LABEL.fullmatch(axis.label):
        yield "label"
    elif labels[axis.label] > 1:
        yield "label_twice"
    if not axis.name.said("fi"):
        yield "no_name"
    if not any(code.is_codable for code in axis.codes):
        yield "no_codes"
    if ids[axis.id] > 1:
        yield "id_twice"
    if was is not None and was.choice != axis.choice:
        yield "choice"


def _of_codes(axis: Axis, ids: Counter[UUID]) -> Iterator[Fault]:
    labels = Counter(code.label for code in axis.codes)
    keys = Counter(code.key for code in axis.codes if code.key)
    before: set[UUID] = set()
    for code in axis.codes:
        for fault in _of_code(code, labels, keys, before):
            yield Fault(fault, axis.id, code.id)
        if ids[code.id] > 1:
            yield Fault("id_twice", axis.id, code.id)
        before.add(code.id)


def _of_code(
    code: Code, labels: Counter[str], keys: Counter[str], before: set[UUID]
) -> Iterator[str]:
    if not LABEL.fullmatch(code.label):
        yield "label"
    elif labels[code.label] > 1:
        yield "label_twice"
    if not code.name.said("fi"):
        yield "no_name"
    if code.parent_id is not None and code.parent_id not in before:
        yield "parent"
    if keys[code.key] > 1:
        yield "key_twice"
    if code.key in RESERVED_KEYS or code.key != code.key.lower():
        yield "key_taken"
