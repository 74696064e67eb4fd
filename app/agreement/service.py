"""Agreement between the finished coders of one version of a codebook."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import numpy as np
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.agreement import bootstrap, material, measures, unitizing
from app.agreement.bootstrap import Estimate
from app.agreement.material import CodedRecording, Material
from app.agreement.measures import AxisAgreement, Said
from app.agreement.ratings import MISSING, Floats, Ratings
from app.agreement.unitizing import Lengths
from app.codebooks.document import Axis, Code
from app.turns.service import TurnRow

ALPHAS = {
    "u_alpha": unitizing.u_alpha,
    "binary_alpha": unitizing.binary_alpha,
    "cu_alpha": unitizing.cu_alpha,
}


@dataclass(frozen=True)
class Moment:
    """A turn that was compared, and where it is heard."""

    coded: CodedRecording
    row: TurnRow


@dataclass(frozen=True)
class Compared:
    """One axis. On an axis that is not required, no code is a category of its own, the last."""

    axis: Axis
    codes: Sequence[Code | None]
    agreement: AxisAgreement
    by_time: dict[str, Estimate]


@dataclass(frozen=True)
class Report:
    material: Material
    coders: Sequence[int]
    moments: Sequence[Moment]
    """The turns that two or more coded; the units of every axis, in their order."""
    axes: Sequence[Compared]


async def of_version(db: AsyncSession, actor: Actor, version_id: UUID) -> Report:
    """Over every recording with two finished coders or more, and none unfinished."""
    found = await material.of_version(db, actor, version_id, least=2)
    return await asyncio.to_thread(report, found)


def report(found: Material) -> Report:
    moments = [
        Moment(coded, row)
        for coded in found.coded
        for row in coded.rows
        if sum(row.turn.id in each.coded for each in coded.finished) > 1
    ]
    coders = sorted({each.coder for coded in found.coded for each in coded.finished})
    axes = [_compared(found, axis, moments, coders) for axis in found.document.axes]
    return Report(found, coders, moments, axes)


def _compared(
    found: Material, axis: Axis, moments: Sequence[Moment], coders: Sequence[int]
) -> Compared:
    codes: list[Code | None] = [code for code in axis.codes if code.is_codable]
    if not axis.is_required:
        codes.append(None)
    said = _said(axis, codes, moments, coders)
    in_order = sum(code is not None for code in codes) if axis.is_ordinal else 0
    agreement = measures.axis(said, in_order)
    return Compared(axis, codes, agreement, _by_time(found, axis, codes))


def _said(
    axis: Axis, codes: Sequence[Code | None], moments: Sequence[Moment], coders: Sequence[int]
) -> Said:
    """Units × coders, filled where a coder decided about the turn."""
    number = {code.id: place for place, code in enumerate(codes) if code is not None}
    column = {coder: place for place, coder in enumerate(coders)}
    leading = np.full((len(moments), len(coders)), MISSING, dtype=np.int64)
    given = np.zeros((*leading.shape, len(codes)), dtype=np.bool_)
    places: dict[UUID, int] = {}
    recording = np.zeros(len(moments), dtype=np.int64)
    for unit, moment in enumerate(moments):
        recording[unit] = places.setdefault(moment.coded.recording.id, len(places))
        for each in moment.coded.finished:
            if moment.row.turn.id not in each.coded:
                continue
            stands = each.codes.get((moment.row.turn.id, axis.id), ())
            chosen = [number[code_id] for code_id in stands if code_id in number]
            if not chosen and not axis.is_required:
                chosen = [len(codes) - 1]
            if chosen:
                leading[unit, column[each.coder]] = chosen[0]
                given[unit, column[each.coder], chosen] = True
    return Said(Ratings(leading, recording, len(places), len(codes)), given)


def _by_time(found: Material, axis: Axis, codes: Sequence[Code | None]) -> dict[str, Estimate]:
    """α for unitizing: every speaker of every recording is a continuum of their own, because turns
    of two may overlap, and every turn with a code on this axis a unit."""
    number = {code.id: place + 1 for place, code in enumerate(codes) if code is not None}
    continua, of = [], []
    for place, coded in enumerate(found.coded):
        lanes = _lanes(coded)
        length = max([coded.recording.duration_ms or 0, *(t[-1].turn.end_ms for t in lanes)])
        for lane in lanes:
            coders = [
                [
                    unitizing.Unit(row.turn.start_ms, row.turn.end_ms, number[stands[0]])
                    for row in lane
                    if (stands := each.codes.get((row.turn.id, axis.id)))
                    and row.turn.id in each.coded
                    and stands[0] in number
                ]
                for each in coded.finished
            ]
            continua.append(unitizing.Continuum(length, coders))
            of.append(place)
    lengths = unitizing.measure(continua, len(number))
    inside = np.zeros((len(found.coded), len(continua)))
    inside[of, range(len(of))] = 1
    by_recording, times = lengths.drawn(inside), bootstrap.times_drawn(len(found.coded))
    return {
        name: bootstrap.estimate(partial(_drawn, alpha, by_recording), times)
        for name, alpha in ALPHAS.items()
    }


def _drawn(alpha: Callable[[Lengths], Floats], lengths: Lengths, rows: Floats) -> Floats:
    return alpha(lengths.drawn(rows))


def _lanes(coded: CodedRecording) -> list[list[TurnRow]]:
    """The turns that two coded, by speaker, without what overlaps the speaker's last."""
    lanes: dict[UUID, list[TurnRow]] = {}
    for row in coded.rows:
        if sum(row.turn.id in each.coded for each in coded.finished) < 2:
            continue
        lane = lanes.setdefault(row.turn.user_id, [])
        if not lane or row.turn.start_ms >= lane[-1].turn.end_ms:
            lane.append(row)
    return list(lanes.values())
