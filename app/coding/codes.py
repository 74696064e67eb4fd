"""The codes of a recording as tables and files for other programs hold them.

Only assignments that were finished; coders by number, never by name. What was decided where coders
differed stands in columns of its own (`…_decided`) beside what each of them said.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.blinding import service as blinding
from app.blinding.models import CodingAssignment
from app.codebooks import service as codebooks
from app.codebooks.document import Axis, Choice, Code
from app.codebooks.models import Codebook, CodebookVersion
from app.coding import comparing, standing
from app.coding.comparing import Decided
from app.coding.standing import Decision

DECIDED = "decided"
SEPARATOR = "; "


class Column(NamedTuple):
    """One axis as one source saw it: `theme_coder1`; or what it saw beside: `theme_coder1_also`."""

    name: str
    axis: Axis
    source: str
    """`coder1` …, or `decided`."""
    is_beside: bool


class Given(NamedTuple):
    """One code that one source gave one turn."""

    source: str
    """`coder1` …, or `decided`."""
    turn_id: UUID
    code_id: UUID
    given_at: datetime | None
    """None: of what was decided where coders differed."""
    axis: str = ""
    """As in the names of columns."""
    code: str = ""
    """Its label."""
    main_code: str = ""
    """The label of the code at the top that it stands below, or its own."""
    path: str = ""
    """The labels of the codes that it stands below, and its own: `strain/workload`."""
    is_primary: bool = True
    confidence: int | None = None
    """1 unsure, 2 fairly, 3 sure; None: nobody said."""


class Noted(NamedTuple):
    """What a coder noted of a turn."""

    source: str
    turn_id: UUID
    body: str


@dataclass
class Codes:
    columns: list[Column] = field(default_factory=list)
    values: dict[UUID, dict[str, str]] = field(default_factory=dict)
    """Turn → column's name → labels of codes."""
    versions: list[CodebookVersion] = field(default_factory=list)
    """Of the codebooks that the codes are explained by."""
    given: list[Given] = field(default_factory=list)
    """Code by code; of one turn, source and axis the first leads."""
    notes: list[Noted] = field(default_factory=list)
    is_withheld: bool = False
    """Whoever asks still codes this recording, and is kept blind."""

    def of(self, turn_id: UUID) -> dict[str, str]:
        return self.values.get(turn_id, {})


async def of_recording(db: AsyncSession, user_id: UUID, recording_id: UUID) -> Codes:
    """`user_id`: who asks."""
    if await blinding.is_coding(db, user_id, recording_id):
        return Codes(is_withheld=True)
    found = Codes()
    for place, (version, book, assignments) in enumerate(await _finished(db, recording_id)):
        found.versions.append(version)
        prefix = f"b{place + 1}_" if place else ""
        numbers = await comparing.coder_numbers(db, book.programme_id)
        for assignment in assignments:
            said = {
                (each.turn_id, each.axis_id): each
                for each in await standing.decisions(db, assignment.id)
            }
            source = f"coder{numbers[assignment.coder_id]}"
            _add(found, codebooks.said(version).axes, prefix, source, said)
            memos = await standing.memos(db, assignment.id)
            found.notes += [Noted(source, turn_id, body) for turn_id, body in memos.items()]
        if len(assignments) > 1:
            decided = await comparing.decided(db, version.id, recording_id)
            _add(found, codebooks.said(version).axes, prefix, DECIDED, decided)
    return found


async def _finished(
    db: AsyncSession, recording_id: UUID
) -> list[tuple[CodebookVersion, Codebook, list[CodingAssignment]]]:
    """By version, in the order in which versions were first assigned."""
    query = (
        select(CodingAssignment, CodebookVersion, Codebook)
        .where(CodingAssignment.recording_id == recording_id)
        .where(col(CodingAssignment.finished_at).is_not(None))
        .where(CodingAssignment.version_id == CodebookVersion.id)
        .where(CodebookVersion.codebook_id == Codebook.id)
        .order_by(col(CodingAssignment.id))
    )
    found: dict[UUID, tuple[CodebookVersion, Codebook, list[CodingAssignment]]] = {}
    for assignment, version, book in (await db.exec(query)).all():
        found.setdefault(version.id, (version, book, []))[2].append(assignment)
    return list(found.values())


def _add(
    found: Codes,
    axes: Iterable[Axis],
    prefix: str,
    source: str,
    cells: Mapping[tuple[UUID, UUID], Decision | Decided],
) -> None:
    """`cells`: by turn and axis."""
    for axis in axes:
        name = f"{prefix}{axis.label}_{source}"
        found.columns.append(Column(name, axis, source, is_beside=False))
        if axis.choice == Choice.MULTIPLE:
            found.columns.append(Column(f"{name}_also", axis, source, is_beside=True))
        by_id: dict[UUID, Code] = {code.id: code for code in axis.codes}
        lines, paths = axis.lines(), axis.paths()
        for (turn_id, axis_id), cell in cells.items():
            codes = [by_id[each] for each in cell.code_ids if each in by_id]
            labels = [code.label for code in codes]
            if axis_id == axis.id and labels:
                at, sure = None, None
                if isinstance(cell, Decision):
                    at, sure = cell.decided_at, cell.confidence
                where = prefix + axis.label
                found.given += [
                    Given(
                        source,
                        turn_id,
                        each.id,
                        at,
                        where,
                        each.label,
                        lines[each.id][0].label,
                        paths[each.id],
                        n == 0,
                        sure,
                    )
                    for n, each in enumerate(codes)
                ]
                row = found.values.setdefault(turn_id, {})
                row[name] = labels[0]
                if labels[1:]:
                    row[f"{name}_also"] = SEPARATOR.join(labels[1:])
