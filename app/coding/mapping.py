"""Carrying codings over to a newer version of their codebook.

Codings of codes that are gone, stand elsewhere or mean something else are touched. What becomes of
them is decided by people, code by code, and applied to every coder alike. The coders' own codings
end and are kept; what a mapping made of them says so.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.blinding import service as blinding
from app.blinding.models import CodingAssignment
from app.codebooks import service as codebooks
from app.codebooks.changes import Change, changes
from app.codebooks.document import Axis, Choice, CodebookDocument
from app.codebooks.models import Codebook, CodebookVersion
from app.coding import reopening, seeing
from app.coding.models import Adjudication, CodebookMapping, Coding
from app.kit import audit
from app.kit.db import Database, now
from app.kit.errors import Invalid, NotFound
from app.kit.permissions import Action, acting_as, may
from app.programmes import access as programmes


class BadMapping(Invalid):
    """It doesn't say of each touched code what becomes of it, or names a code that isn't there."""

    code = "coding_mapping"


class Touched(NamedTuple):
    change: Change
    codings: int | None
    """How many standing codings. None: withheld."""


class Offer(NamedTuple):
    before: CodebookVersion
    after: CodebookVersion
    touched: list[Touched]
    assignments: int
    """That still use the older version."""


class Move(NamedTuple):
    """Where codings of a code go. None: to be coded again."""

    code_id: UUID
    to_code_id: UUID | None


Row = Coding | Adjudication
R = TypeVar("R", Coding, Adjudication)


async def offers(
    database: Database, db: AsyncSession, actor: Actor, codebook_id: UUID
) -> list[Offer]:
    """One for each older version that something is still coded with. How many codings fall on its
    codes is told to those who decide about them, and then they have read codes; not while they code
    one of the recordings. To others every changed code is touched."""
    book = await codebooks.get(db, actor, codebook_id, Action.EDIT_CODEBOOK)
    decides = may(await programmes.roles(db, actor, book.programme_id), Action.ASSIGN_CODING)
    found = []
    for offer in await _offered(db, codebook_id):
        coded = await _coded_with(db, offer.before.id)
        hides = not decides or bool(coded & await blinding.coding(db, actor.user_id))
        found.append(_hidden(offer) if hides else _counted(offer))
        if not hides:  # that no coding is touched is told, too
            await seeing.told(database, db, actor, coded)
    return found


async def _offered(db: AsyncSession, codebook_id: UUID) -> list[Offer]:
    versions = await codebooks.versions(db, codebook_id)
    found = []
    for before in versions[1:]:
        count = select(func.count()).where(col(CodingAssignment.version_id) == before.id)
        assignments = int((await db.exec(count)).one())
        if assignments:
            found.append(await _offer(db, before, versions[0], assignments))
    return found


async def apply(
    db: AsyncSession,
    actor: Actor,
    codebook_id: UUID,
    before_id: UUID,
    after_id: UUID,
    moves: Sequence[Move],
) -> CodebookMapping:
    """Moves every assignment of the older version to the newest. Raises BadMapping unless `moves`
    names all codes whose codings are touched, and none that has not changed."""
    book = await codebooks.get(db, actor, codebook_id, Action.ASSIGN_CODING)
    offer = next((o for o in await _offered(db, book.id) if o.before.id == before_id), None)
    if offer is None or offer.after.id != after_id:
        raise NotFound
    after = codebooks.said(offer.after)
    targets = _targets(offer, after, moves)
    mapping = CodebookMapping(
        from_version_id=before_id,
        to_version_id=after_id,
        moves=_written(offer, targets),
        applied_by=actor.user_id,
    )
    db.add(mapping)
    await db.flush()
    of_version = select(CodingAssignment).where(CodingAssignment.version_id == before_id)
    assignments = (await db.exec(of_version.with_for_update())).all()
    for assignment in assignments:
        own = Coding.assignment_id == assignment.id
        rows = (await db.exec(select(Coding).where(own, col(Coding.ended_at).is_(None)))).all()
        await _carry(db, rows, targets, mapping)
        assignment.version_id = after_id
        await reopening.reopen(db, assignment.recording_id, [assignment])
    await _carry_adjudications(db, before_id, after_id, targets, mapping)
    await _tell(db, actor, book, len(assignments))
    return mapping


async def _offer(
    db: AsyncSession, before: CodebookVersion, after: CodebookVersion, assignments: int
) -> Offer:
    of_version = select(CodingAssignment.id).where(CodingAssignment.version_id == before.id)
    counting = (
        select(Coding.code_id, func.count())
        .where(col(Coding.assignment_id).in_(of_version), col(Coding.ended_at).is_(None))
        .group_by(col(Coding.code_id))
    )
    counts = dict((await db.exec(counting)).all())
    found = changes(codebooks.said(before), codebooks.said(after))
    touched = [Touched(change, counts.get(change.code.id, 0)) for change in found]
    return Offer(before, after, touched, assignments)


async def _coded_with(db: AsyncSession, version_id: UUID) -> set[UUID]:
    """Recordings."""
    query = select(CodingAssignment.recording_id).where(CodingAssignment.version_id == version_id)
    return set((await db.exec(query.distinct())).all())


def _counted(offer: Offer) -> Offer:
    return offer._replace(touched=[each for each in offer.touched if each.codings])


def _hidden(offer: Offer) -> Offer:
    return offer._replace(touched=[Touched(each.change, None) for each in offer.touched])


def _targets(
    offer: Offer, after: CodebookDocument, moves: Sequence[Move]
) -> dict[UUID, tuple[Axis, UUID] | None]:
    """Touched code → where its codings go."""
    places = {code.id: axis for axis, code in after.codes() if code.is_codable}
    wanted = {move.code_id: move.to_code_id for move in moves}
    changed = {each.change.code.id for each in offer.touched}
    touched = {each.change.code.id for each in _counted(offer).touched}
    if len(moves) != len(wanted) or not touched <= wanted.keys() <= changed:
        raise BadMapping(field="moves")
    if not all(to is None or to in places for to in wanted.values()):
        raise BadMapping(field="moves")
    return {code: (places[to], to) if to else None for code, to in wanted.items()}


def _written(
    offer: Offer, targets: Mapping[UUID, tuple[Axis, UUID] | None]
) -> list[dict[str, str | int | None]]:
    written: list[dict[str, str | int | None]] = []
    for change, codings in _counted(offer).touched:
        to = targets[change.code.id]
        written.append(
            {
                "code_id": str(change.code.id),
                "axis_id": str(change.axis.id),
                "to_code_id": str(to[1]) if to else None,
                "to_axis_id": str(to[0].id) if to else None,
                "codings": codings,
            }
        )
    return written


async def _carry(
    db: AsyncSession,
    rows: Sequence[R],
    targets: Mapping[UUID, tuple[Axis, UUID] | None],
    mapping: CodebookMapping,
) -> None:
    """Of one assignment, or all adjudications: ends what moves, and puts it where it goes.

    On a single axis that has a code already the one that was there stays; on a multiple one what
    comes in stands beside what leads. Where the leading code left, the others end too: the turn is
    to be coded again along that axis.
    """
    moment = now()
    staying: dict[tuple[UUID, UUID], list[R]] = {}
    moving: list[tuple[R, tuple[Axis, UUID] | None]] = []
    for row in rows:
        if row.code_id is None or row.code_id not in targets:
            staying.setdefault((row.turn_id, row.axis_id), []).append(row)
            continue
        to = targets[row.code_id]
        if to is not None and (to[0].id, to[1]) == (row.axis_id, row.code_id):
            staying.setdefault((row.turn_id, row.axis_id), []).append(row)
        else:
            moving.append((row, to))
    for row, _ in moving:
        _end(row, moment, mapping)
    await db.flush()
    for row, to in sorted(moving, key=lambda pair: not pair[0].is_primary):
        if to is not None:
            axis, code_id = to
            cell = staying.setdefault((row.turn_id, axis.id), [])
            await _put(db, row, axis, code_id, cell, mapping)
    for cell in staying.values():
        if not any(row.is_primary for row in cell):
            for row in cell:
                _end(row, moment, mapping)
    await db.flush()


async def _put(
    db: AsyncSession,
    row: R,
    axis: Axis,
    code_id: UUID,
    cell: list[R],
    mapping: CodebookMapping,
) -> None:
    same = next((held for held in cell if held.code_id == code_id), None)
    leads = not any(held.is_primary for held in cell)
    full = axis.choice == Choice.SINGLE and bool(cell)
    if full or (same is not None and not (row.is_primary and leads)):
        return
    if same is not None:  # it stood beside, and now leads
        cell.remove(same)
        _end(same, now(), mapping)
        await db.flush()
    keeps_place = row.axis_id == axis.id and not row.is_primary
    copied = row.model_dump(exclude={"id", "ended_at", "ended_by_mapping"})
    copied |= {"axis_id": axis.id, "code_id": code_id, "made_by_mapping": mapping.id}
    new = type(row)(**copied | {"is_primary": leads and not keeps_place})
    db.add(new)
    cell.append(new)


def _end(row: Row, moment: datetime, mapping: CodebookMapping) -> None:
    if row.ended_at is None:
        row.sqlmodel_update({"ended_at": moment, "ended_by_mapping": mapping.id})


async def _carry_adjudications(
    db: AsyncSession,
    before_id: UUID,
    after_id: UUID,
    targets: Mapping[UUID, tuple[Axis, UUID] | None],
    mapping: CodebookMapping,
) -> None:
    standing = (col(Adjudication.version_id) == before_id, col(Adjudication.ended_at).is_(None))
    rows = (await db.exec(select(Adjudication).where(*standing))).all()
    await _carry(db, rows, targets, mapping)
    await db.exec(update(Adjudication).where(*standing).values(version_id=after_id))


async def _tell(db: AsyncSession, actor: Actor, book: Codebook, assignments: int) -> None:
    roles = await programmes.roles(db, actor, book.programme_id)
    doer = audit.Doer(actor.user_id, str(acting_as(roles, Action.ASSIGN_CODING)))
    about = audit.About("codebook", book.id, programme_id=book.programme_id)
    details = {"assignments": assignments}
    audit.record(db, audit.Deed.CODINGS_MAPPED, doer, about, details=details)
