"""What was compared, as rows."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.agreement import bootstrap
from app.agreement.bootstrap import Estimate
from app.agreement.boundaries import TOLERANCE_MS
from app.agreement.forms import (
    AgreementPublic,
    BoundariesPublic,
    BoundaryRow,
    CoefficientRow,
    ConfusionRow,
    Drawing,
    PooledRow,
)
from app.agreement.measures import Agreement
from app.agreement.pooling import Pooling
from app.agreement.ratings import MISSING
from app.agreement.segmentations import Against
from app.agreement.segmentations import Compared as Cut
from app.agreement.service import Compared, Report
from app.codebooks.document import Code
from app.codebooks.levels import Level
from app.turns.rules import on_one_line

NONE = "none"
"""The label of no code at all, where an axis may be left without one."""


def about(report: Report) -> AgreementPublic:
    found = report.material
    return AgreementPublic(
        version_id=found.version.id,
        codebook=found.codebook.name,
        version=found.version.version,
        coders=list(report.coders),
        recordings=len(found.coded),
        waiting=found.waiting,
        turns=report.basis.turns,
        turns_left_out=found.left_out.turns,
        ms_left_out=found.left_out.ms,
        accepted=report.basis.accepted,
        rules=list(report.basis.rules),
        again=found.again,
        recoded=found.recoded,
        mapped=report.mapped,
        intervals=Drawing(
            drawn=bootstrap.DRAWN, seed=bootstrap.SEED, fewest_recordings=bootstrap.FEWEST
        ),
        coefficients=coefficients(report),
        confusions=confusions(report),
    )


def label(code: Code | None) -> str:
    return NONE if code is None else code.label


def coefficients(report: Report) -> list[CoefficientRow]:
    basis = report.basis
    made = {
        "accepted": basis.accepted,
        "compared": basis.turns,
        "rules": on_one_line(basis.rules),
        "codebook_version": report.material.version.version,
    }
    return [row for compared in report.axes for row in _of_axis(compared, made)]


def _of_axis(compared: Compared, made: Mapping[str, Any]) -> Iterator[CoefficientRow]:
    whole, axis = compared.agreement.whole, compared.axis.label
    estimates = {**whole.estimates, **compared.by_time}
    made = {**made, "mapped": compared.mapped, "level": Level.CODES}
    yield from _rows(axis, None, None, whole, estimates, made)
    if main := compared.main:
        rolled = {**made, "level": Level.MAIN}
        yield from _rows(axis, None, None, main, main.estimates, rolled)
    for code, found in zip(compared.codes, compared.agreement.codes, strict=True):
        agreement, own = found.agreement, found.agreement.estimates
        yield from _rows(axis, label(code), found.prevalence, agreement, own, made)


def _rows(
    axis: str,
    code: str | None,
    prevalence: float | None,
    agreement: Agreement,
    estimates: Mapping[str, Estimate],
    made: Mapping[str, Any],
) -> Iterator[CoefficientRow]:
    for name, each in estimates.items():
        yield CoefficientRow(
            axis=axis,
            code=code,
            coefficient=name,
            value=each.value,
            low=each.low,
            high=each.high,
            prevalence=prevalence,
            turns=agreement.units,
            recordings=agreement.recordings,
            **made,
        )


def confusions(report: Report) -> list[ConfusionRow]:
    """By axis, what was confused most often first, in order of time."""
    return [
        confusion_row(report, compared, one, other, unit)
        for compared in report.axes
        for one, other, units in compared.agreement.confusions
        for unit in units
    ]


def confusion_row(
    report: Report, compared: Compared, one: int, other: int, unit: int
) -> ConfusionRow:
    moment = report.moments[unit]
    return ConfusionRow(
        axis=compared.axis.label,
        one=label(compared.codes[one]),
        other=label(compared.codes[other]),
        meeting_id=moment.coded.meeting.id,
        recording_id=moment.coded.recording.id,
        turn_id=moment.turn_id,
        pseudonym=moment.pseudonym,
        start_ms=moment.start_ms,
        end_ms=moment.end_ms,
        said=" ".join(f"coder{coder}={code}" for coder, code in said(report, compared, unit)),
    )


def said(report: Report, compared: Compared, unit: int) -> Iterable[tuple[int, str]]:
    """The leading code of each coder who decided about the turn, in the order of assignment."""
    for coder in report.moments[unit].coded.coders:
        if report.decided[unit, report.column[coder]]:
            chosen = compared.leading[unit, report.column[coder]]
            yield coder, NONE if chosen == MISSING else label(compared.codes[chosen])


def pooled(found: Pooling) -> PooledRow:
    whole = found.pooled
    return PooledRow(
        recordings=whole.recordings,
        binary_alpha=whole.alpha.value,
        binary_alpha_low=whole.alpha.low,
        binary_alpha_high=whole.alpha.high,
        f1=whole.f1.value,
        f1_low=whole.f1.low,
        f1_high=whole.f1.high,
        matched=whole.matched,
        one_boundaries=whole.boundaries[0],
        other_boundaries=whole.boundaries[1],
        one_turns=whole.turns[0],
        other_turns=whole.turns[1],
        against=Against.MACHINE,
        tolerance_ms=TOLERANCE_MS,
        unjudged=found.unjudged,
        rules=on_one_line(found.rules),
    )


def boundaries(cut: Cut) -> BoundariesPublic:
    made = {
        "against": cut.against,
        "tolerance_ms": TOLERANCE_MS,
        "unjudged": cut.unjudged,
        "rules": on_one_line(cut.rules),
    }
    return BoundariesPublic(
        recording_id=cut.recording.id,
        against=cut.against,
        passed_over=cut.passed_over,
        rows=[
            BoundaryRow(
                pseudonym=name,
                binary_alpha=each.alpha,
                f1=each.f1,
                matched=each.matched,
                one_boundaries=each.boundaries[0],
                other_boundaries=each.boundaries[1],
                one_turns=each.turns[0],
                other_turns=each.turns[1],
                **made,
            )
            for name, each in [(None, cut.together), *cut.speakers.items()]
        ],
    )
