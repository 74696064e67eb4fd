"""The study's turns coded: five coders, a share of it twice, what was decided where they differed.

Codebook, assignments and draws go through the services. Codings, memos and decisions are written as
the rows that those would write.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.accounts.models import User
from app.blinding.models import AssignmentState, CodingAssignment
from app.codebooks import service as codebooks
from app.codebooks.document import Axis, Choice, CodebookDocument
from app.coding import assigning, standing
from app.coding.models import Adjudication, Coding, CodingMemo, DrawUnit
from app.kit.context import Context
from app.kit.db import now
from app.turns import service as turns

from .study import Study, bulk

AXES = ("theme", "function", "valence")
AGREEING = 0.8
"""How often a second coder sees what the first saw."""
BESIDE = 0.25
"""Of the turns that many have a second code on the axis that takes several."""
REVISED = 0.04
"""Of the cells so many were decided otherwise first."""
NOTED = 0.03
DECIDED = 0.6
"""Of the differences so many are settled."""
DOUBLE = 0.1
"""Share of what others code that each coder is drawn to code too."""
OPEN = 2
"""Assignments that are still being coded, half done."""

Cell = tuple[UUID, UUID]


def actor(user: User) -> Actor:
    return Actor(user.id, False, "fi")


async def code(context: Context, study: Study) -> None:
    """Everything by somebody, and each coder a share of what the others have."""
    async with context.database.transaction() as db:
        leads = actor(study.coordinator)
        book = await codebooks.begin(
            db, leads, study.programme.id, "Vertaismentorointi", with_starter=True, with_bales=False
        )
        version = await codebooks.publish(db, leads, book.id, 1)
        study.version_id = version.id
        for place, recording in enumerate(study.recordings):
            coder = study.coders[place % len(study.coders)]
            await assigning.assign(db, leads, recording.id, coder.id, version.id)
        for place, coder in enumerate(study.coders):
            unit = DrawUnit.TURN if place == 4 else DrawUnit.RECORDING
            await assigning.draw(db, leads, version.id, coder.id, unit, DOUBLE, seed=place)
        query = select(CodingAssignment).order_by(col(CodingAssignment.id))
        assignments = list((await db.exec(query)).all())
        document = codebooks.said(version)
    meetings = {each.id: each for each in study.meetings}
    for recording in study.recordings:
        its = [each for each in assignments if each.recording_id == recording.id]
        async with context.database.transaction() as db:
            _, rows = await turns.allowed(db, recording.id, meetings[recording.meeting_id])
            codable = {each.id: standing.asked(each, rows) for each in its}
            await _one(db, study, document, its, codable, assignments[-OPEN:])


async def _one(
    db: AsyncSession,
    study: Study,
    document: CodebookDocument,
    its: Sequence[CodingAssignment],
    codable: Mapping[UUID, Sequence[UUID]],
    unfinished: Sequence[CodingAssignment],
) -> None:
    """One recording by its coders; what they differ in is settled by the coordinator."""
    axes = [axis for axis in document.axes if axis.label in AXES]
    truth = {
        (turn_id, axis.id): _seen(axis, random.Random(f"{turn_id}{axis.label}"))
        for turn_id in {each for ids in codable.values() for each in ids}
        for axis in axes
    }
    found: list[dict[Cell, list[UUID]]] = []
    still = {each.id for each in unfinished}
    for place, assignment in enumerate(its):
        eye, ids = random.Random(str(assignment.id)), codable[assignment.id]
        if assignment.id in still:
            ids = ids[: len(ids) // 2]
        cells = {
            (turn_id, axis.id): truth[turn_id, axis.id]
            if place == 0 or eye.random() < AGREEING
            else _seen(axis, eye)
            for turn_id in ids
            for axis in axes
        }
        found.append(cells)
        await bulk(db, list(_codings(assignment, cells, axes, eye)))
        memos = [turn_id for turn_id in ids if eye.random() < NOTED]
        body = "Palaa aiempaan teemaan; tarkista toisen koodaajan kanssa."
        own = assignment.id
        await bulk(db, [CodingMemo(assignment_id=own, turn_id=t, body=body) for t in memos])
        row = await db.get_one(CodingAssignment, assignment.id)
        if assignment.id not in still:
            row.state, row.finished_at = AssignmentState.DONE, now()
    if len(its) > 1 and not still & {each.id for each in its}:
        version_id, decider = its[0].version_id, study.coordinator.id
        await bulk(db, list(_decided(version_id, decider, found)))


def _seen(axis: Axis, dice: random.Random) -> list[UUID]:
    codes = [code.id for code in axis.codes if code.is_codable]
    leading = dice.choices(codes, range(len(codes), 0, -1))[0]
    beside = dice.choice(codes)
    several = axis.choice == Choice.MULTIPLE and dice.random() < BESIDE and beside != leading
    return [leading, beside] if several else [leading]


def _codings(
    assignment: CodingAssignment,
    cells: Mapping[Cell, Sequence[UUID]],
    axes: Sequence[Axis],
    eye: random.Random,
) -> Iterator[Coding]:
    moment = now() - timedelta(days=3)
    by_id = {axis.id: axis for axis in axes}
    for (turn_id, axis_id), codes in cells.items():
        moment += timedelta(milliseconds=300)
        own: dict[str, Any] = {
            "assignment_id": assignment.id,
            "turn_id": turn_id,
            "axis_id": axis_id,
        }
        if eye.random() < REVISED:
            first, ended = _seen(by_id[axis_id], eye)[0], moment + timedelta(seconds=1)
            yield Coding(**own, code_id=first, decided_at=moment, ended_at=ended)
        for place, code_id in enumerate(codes):
            yield Coding(
                **own,
                code_id=code_id,
                is_primary=place == 0,
                confidence=eye.choice([None, 2, 3]),
                decided_at=moment + timedelta(seconds=2),
            )


def _decided(
    version_id: UUID, decider: UUID, found: Sequence[Mapping[Cell, Sequence[UUID]]]
) -> Iterator[Adjudication]:
    """In favour of one or the other."""
    dice = random.Random(str(version_id))
    first, *others = found
    for cell, codes in first.items():
        apart = [other[cell] for other in others if cell in other and other[cell] != codes]
        if not apart or dice.random() > DECIDED:
            continue
        for place, code_id in enumerate(dice.choice([codes, *apart])):
            yield Adjudication(
                version_id=version_id,
                turn_id=cell[0],
                axis_id=cell[1],
                code_id=code_id,
                is_primary=place == 0,
                reason="Keskusteltiin.",
                decided_by=decider,
            )
