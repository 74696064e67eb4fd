"""What agreement answers: rows that are JSON and the lines of a table alike."""

from uuid import UUID

from app.kit.http import Number, Public


class CoefficientRow(Public):
    """One coefficient of one axis, or of one code of it."""

    axis: str
    code: str | None
    """None: the axis as a whole, by leading codes. `none`: that no code was given."""
    coefficient: str
    value: Number
    """None: undefined, because nothing varied."""
    low: Number
    high: Number
    """The middle 95 % over resampled recordings; None with too few recordings or variation."""
    prevalence: Number
    """Share of values that are this code."""
    turns: int
    """That two coders or more had to code."""
    recordings: int
    codebook_version: int


class ConfusionRow(Public):
    """One turn that coders coded otherwise on one axis."""

    axis: str
    one: str
    other: str
    meeting_id: UUID
    recording_id: UUID
    turn_id: UUID
    pseudonym: str
    start_ms: int
    end_ms: int
    said: str
    """The leading code of each coder who had it: `coder1=… coder2=…`."""


class Drawing(Public):
    """How intervals are made."""

    drawn: int
    seed: int
    fewest_recordings: int


class AgreementPublic(Public):
    version_id: UUID
    codebook: str
    version: int
    coders: list[int]
    recordings: int
    waiting: int
    """Recordings that somebody still codes: nothing of them is told."""
    recoded: int
    """Turns left out of some coder's, who coded them again after having first finished."""
    turns: int
    intervals: Drawing
    coefficients: list[CoefficientRow]
    confusions: list[ConfusionRow]
