"""What is compared as columns is what a walk over turns and codings, one by one, finds."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

import numpy as np
import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.agreement import bootstrap, material, service, unitizing
from app.agreement.ratings import MISSING, Floats
from app.agreement.unitizing import Continuum, Lengths, Unit
from app.blinding.models import CodingAssignment
from app.codebooks import service as codebooks
from app.codebooks.document import Axis
from app.codebooks.models import Codebook, CodebookVersion
from app.coding import assigning, comparing, standing, work
from app.coding.models import Coding, DrawUnit
from app.kit.db import now
from app.meetings.models import Meeting
from app.programmes.models import ProgrammeRole, ProgrammeStaff
from app.recordings.models import Recording
from app.turns import service as turns
from app.turns.service import TurnRow
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast, Person
from tests.fixtures.coded_series import CodedSeries


class Walked(NamedTuple):
    """One recording, read row by row."""

    recording: Recording
    rows: Sequence[TurnRow]
    finished: dict[int, dict[tuple[UUID, UUID], list[UUID]]]
    """By coder, in the order of assignment: turn and axis → codes."""

    def coders_of(self, row: TurnRow) -> list[int]:
        return [
            coder
            for coder, cells in self.finished.items()
            if any(turn_id == row.turn.id for turn_id, _ in cells)
        ]


async def walk(db: AsyncSession, version: CodebookVersion) -> list[Walked]:
    book = await db.get_one(Codebook, version.codebook_id)
    numbers = await comparing.coder_numbers(db, book.programme_id)
    query = select(Recording, Meeting).join(Meeting).order_by(col(Meeting.starts_at))
    found = []
    for recording, meeting in (await db.exec(query)).all():
        _, rows = await turns.allowed(db, recording.id, meeting)
        finished = {}
        for each in await work.assignments(db, recording.id, version.id):
            wanted = set(standing.asked(each, rows))
            cells = {
                (one.turn_id, one.axis_id): one.code_ids
                for one in await standing.decisions(db, each.id)
                if one.turn_id in wanted
            }
            finished[numbers[each.coder_id]] = cells
        if len(finished) > 1:
            found.append(Walked(recording, rows, finished))
    return found


@pytest.fixture
async def uneven(running: Application, cast: Cast, coded: CodedSeries) -> CodedSeries:
    """A third coder codes a few drawn turns besides; and a part of what the first said was taken
    back."""
    async with running.context.database.transaction() as db:
        third = await _third(db, cast)
        drawn = await assigning.draw(
            db, cast.coordinator.actor, coded.version_id, third.user_id, DrawUnit.TURN, 0.1, seed=5
        )
        its = select(CodingAssignment).where(CodingAssignment.draw_id == drawn.id)
        version = await db.get_one(CodebookVersion, coded.version_id)
        required = [axis for axis in codebooks.said(version).axes if axis.is_required]
        for assignment in (await db.exec(its)).all():
            for number, turn_id in enumerate(assignment.turn_ids or []):
                for axis in required:
                    code_id = axis.codes[number % 3].id
                    own = {"assignment_id": assignment.id, "turn_id": UUID(turn_id)}
                    db.add(Coding(**own, axis_id=axis.id, code_id=code_id))
            await db.flush()
            await work.finish(db, third, assignment.id)
        some = select(Coding).order_by(col(Coding.id)).limit(300)
        for number, coding in enumerate((await db.exec(some)).all()):
            if number % 7 == 0:
                coding.ended_at = coding.decided_at
    return coded


async def _third(db: AsyncSession, cast: Cast) -> Actor:
    person: Person = cast.mallory
    db.add(
        ProgrammeStaff(
            programme_id=cast.programme_id, user_id=person.id, role=ProgrammeRole.RESEARCHER
        )
    )
    await db.flush()
    return person.actor


async def test_matrices_are_those_of_a_walk(
    running: Application, cast: Cast, uneven: CodedSeries
) -> None:
    async with running.context.database.reading() as db:
        version = await db.get_one(CodebookVersion, uneven.version_id)
        found = await material.of_version(
            running.context.database, db, cast.coordinator.actor, version.id, least=2
        )
        walked = await walk(db, version)
    report = service.report(found)
    units = [(each, row) for each in walked for row in each.rows if len(each.coders_of(row)) > 1]
    assert [moment.turn_id for moment in report.moments] == [row.turn.id for _, row in units]
    assert [moment.start_ms for moment in report.moments] == [r.turn.start_ms for _, r in units]
    assert report.coders == [1, 2, 3]
    for place, (each, row) in enumerate(units):
        told = [
            coder for coder, sure in zip(report.coders, report.decided[place], strict=True) if sure
        ]
        assert told == sorted(each.coders_of(row))
    for compared in report.axes:
        assert compared.leading.tolist() == _leading(compared.axis, units, report.coders)


def _leading(
    axis: Axis, units: Sequence[tuple[Walked, TurnRow]], coders: Sequence[int]
) -> list[list[int]]:
    number = {code.id: place for place, code in enumerate(axis.codes)}
    none = MISSING if axis.is_required else len(axis.codes)
    return [
        [
            number[said[0]]
            if (said := each.finished.get(coder, {}).get((row.turn.id, axis.id)))
            else none
            if coder in each.coders_of(row)
            else MISSING
            for coder in coders
        ]
        for each, row in units
    ]


async def test_boundaries_are_those_of_one_continuum_a_speaker(
    running: Application, cast: Cast, uneven: CodedSeries
) -> None:
    async with running.context.database.reading() as db:
        version = await db.get_one(CodebookVersion, uneven.version_id)
        found = await material.of_version(
            running.context.database, db, cast.coordinator.actor, version.id, least=2
        )
        walked = await walk(db, version)
    for compared in service.report(found).axes[:3]:
        continua, of = _continua(walked, compared.axis)
        assert any(len(spans) for each in continua for spans in each.absent)
        inside = np.zeros((len(walked), len(continua)))
        inside[of, range(len(of))] = 1
        lengths = unitizing.measure(continua, len(compared.axis.codes)).drawn(inside)
        for name, alpha in service.ALPHAS.items():
            skipped = 1 if name == "cu_alpha" else 0
            told = [bool(each[skipped:, skipped:].any()) for each in lengths.observed]
            own = unitizing.Lengths(*(each[told] for each in
                                      (lengths.observed, lengths.wholes, lengths.met)))  # fmt: skip
            times = bootstrap.times_drawn(sum(told))
            plain = bootstrap.estimate(partial(_drawn, alpha, own), times)
            assert compared.by_time[name] == pytest.approx(plain, nan_ok=True)


def _drawn(alpha: Callable[[Lengths], Floats], lengths: Lengths, rows: Floats) -> Floats:
    return alpha(lengths.drawn(rows))


def test_recordings_that_two_know_nothing_of_are_not_drawn() -> None:
    """Of six recordings two are known to one coder alone, or what two coders cut in them never
    meets: four say something."""
    dice = np.random.default_rng(8)
    cut = [_cut(dice, [(0, 40), (10, 50)]) for _ in range(4)]
    unknown = [cut[0]._replace(absent=[np.array([[0, 100]]), np.zeros((0, 2), int)])] * 2
    apart = [_cut(dice, [(0, 40), (60, 90)]) for _ in range(2)]
    few = service.by_time(unitizing.measure([*cut, *unknown], 2))
    for name, each in service.by_time(unitizing.measure(cut, 2)).items():
        assert few[name] == pytest.approx(each, nan_ok=True)
    assert all(np.isnan(each.low) and not np.isnan(each.value) for each in few.values())
    six = service.by_time(unitizing.measure([*cut, *apart], 2))
    assert np.isnan(six["cu_alpha"].low)
    assert six["u_alpha"].low < six["u_alpha"].value


def _cut(dice: np.random.Generator, spans: Sequence[tuple[int, int]]) -> Continuum:
    """One unit of each coder, of a value by chance and with edges about there."""
    units = [[Unit(start, end - int(dice.integers(0, 9)), int(dice.integers(1, 3)))]
             for start, end in spans]  # fmt: skip
    return Continuum(100, units)


async def test_who_was_not_asked_left_no_gap(
    running: Application, cast: Cast, coded: CodedSeries
) -> None:
    """Three who agree wholly, the third drawn a tenth of the turns: nothing differs, so all are 1;
    and no moment counts as anybody's that was not drawn, but the silence between turns."""
    async with running.context.database.transaction() as db:
        first = {(one.turn_id, one.axis_id, one.code_id, one.is_primary)
                 for one in await _by(db, cast.researcher.id)}  # fmt: skip
        for one in await _by(db, cast.coordinator.id):
            await db.delete(one)
        its = select(CodingAssignment).where(CodingAssignment.coder_id == cast.coordinator.id)
        rows = {row.recording_id: row for row in (await db.exec(its)).all()}
        for assignment in rows.values():
            await _say(db, assignment, first)
        third = await _third(db, cast)
        drawn = await assigning.draw(
            db, cast.coordinator.actor, coded.version_id, third.user_id, DrawUnit.TURN, 0.1, seed=5
        )
        its = select(CodingAssignment).where(CodingAssignment.draw_id == drawn.id)
        for assignment in (await db.exec(its)).all():
            await _say(db, assignment, first)
            await work.finish(db, third, assignment.id)
    async with running.context.database.reading() as db:
        found = await material.of_version(
            running.context.database, db, cast.coordinator.actor, coded.version_id, least=2
        )
    report = service.report(found)
    assert report.decided[:, 2].mean() == pytest.approx(0.1, abs=0.01)
    for compared in report.axes[:2]:
        values = {name: each.value for name, each in compared.by_time.items()}
        assert values == pytest.approx(dict.fromkeys(service.ALPHAS, 1))


async def _by(db: AsyncSession, coder_id: UUID) -> Sequence[Coding]:
    query = select(Coding).join(CodingAssignment).where(CodingAssignment.coder_id == coder_id)
    return (await db.exec(query)).all()


async def _say(
    db: AsyncSession, assignment: CodingAssignment, said: set[tuple[UUID, UUID, UUID, bool]]
) -> None:
    """All of it that the assignment asks for, before it was finished."""
    decided_at = (assignment.finished_at or now()) - timedelta(seconds=1)
    recording = await db.get_one(Recording, assignment.recording_id)
    meeting = await db.get_one(Meeting, recording.meeting_id)
    _, rows = await turns.allowed(db, recording.id, meeting)
    wanted = set(standing.asked(assignment, rows))
    for turn_id, axis_id, code_id, is_primary in said:
        if turn_id in wanted:
            own = {"turn_id": turn_id, "axis_id": axis_id, "code_id": code_id}
            own |= {"assignment_id": assignment.id, "decided_at": decided_at}
            db.add(Coding(is_primary=is_primary, **own))
    await db.flush()


def _continua(walked: Sequence[Walked], axis: Axis) -> tuple[list[Continuum], list[int]]:
    """A turn that a coder did not code is none of that coder's time."""
    number = {code.id: place + 1 for place, code in enumerate(axis.codes)}
    continua, of = [], []
    for place, each in enumerate(walked):
        lanes: dict[UUID, list[TurnRow]] = {}
        for row in each.rows:
            lane = lanes.setdefault(row.turn.user_id, [])
            if len(each.coders_of(row)) > 1 and (
                not lane or row.turn.start_ms >= lane[-1].turn.end_ms
            ):
                lane.append(row)
        last = max(lane[-1].turn.end_ms for lane in lanes.values() if lane)
        length = max(each.recording.duration_ms or 0, last)
        for user_id, lane in lanes.items():
            if not lane:
                continue
            coders = [
                [
                    Unit(row.turn.start_ms, row.turn.end_ms, number[said[0]])
                    for row in lane
                    if (said := cells.get((row.turn.id, axis.id)))
                ]
                for cells in each.finished.values()
            ]
            absent = [
                np.array(
                    [
                        (row.turn.start_ms, row.turn.end_ms)
                        for row in each.rows
                        if row.turn.user_id == user_id and not row.turn.is_backchannel
                        if row not in lane or coder not in each.coders_of(row)
                    ],
                    dtype=np.int64,
                ).reshape(-1, 2)
                for coder in each.finished
            ]
            continua.append(Continuum(length, coders, absent))
            of.append(place)
    return continua, of
