"""What agreement answers: rows that are JSON and the lines of a table alike."""

from uuid import UUID

from app.agreement.segmentations import Against
from app.codebooks.levels import Level
from app.imports.forms import Offset, TurnFile
from app.kit.http import Number, Public


class CoefficientRow(Public):
    """One coefficient of one axis, or of one code of it."""

    axis: str
    code: str | None
    """None: the axis as a whole, by leading codes. `none`: that no code was given."""
    level: Level
    """`main`: by main codes, of an axis on which codes stand below others."""
    coefficient: str
    value: Number
    """None: undefined, because nothing varied."""
    low: Number
    high: Number
    """The middle 95 % over resampled recordings; None with too few recordings or variation: where
    over 5 % of the resamples have no value, or all have the same."""
    prevalence: Number
    """Share of values that are this code."""
    turns: int
    """That two coders or more had to code."""
    recordings: int
    accepted: int
    """Of all turns compared, how many people had accepted or made; the rest are the machine's."""
    compared: int
    mapped: int
    """Turns of which some coder's code on this axis was put there by a mapping to another version
    of the codebook, which may have put codes together that coders told apart."""
    rules: str
    """Of the turns compared; where several made them, with bars between."""
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
    """Recordings that somebody still codes for the first time, or that you code: nothing of them is
    told."""
    again: int
    """Turns left out of some coder's who had finished, because they lost their codes and wait for
    others."""
    recoded: int
    """Turns left out of some coder's, who coded them again having finished and seen codes."""
    mapped: int
    """Turns of which some coder's code was put there by a mapping to another version."""
    turns: int
    turns_left_out: int
    """Turns of these recordings that nobody is to code: what people marked as technical talk or as
    laughter, where the rules leave it out."""
    ms_left_out: int
    accepted: int
    """Of the turns, those that people accepted or made; the rest are as the machine proposed."""
    rules: list[str]
    """What made the turns: of every index that one of them comes from."""
    intervals: Drawing
    coefficients: list[CoefficientRow]
    confusions: list[ConfusionRow]


class SecondSegmentation(TurnFile):
    """Turns of the same recording as somebody else marked them; speakers by pseudonym."""

    offset_ms: Offset = 0
    """When the file's time begins, after the recording's."""


class BoundaryRow(Public):
    """One speaker, or all together. The one is the machine, or what people accepted; the other what
    people accepted, or the file."""

    pseudonym: str | None
    """None: all together."""
    binary_alpha: Number
    """|uα."""
    f1: Number
    matched: int
    """Beginnings and ends that both have."""
    one_boundaries: int
    other_boundaries: int
    one_turns: int
    other_turns: int
    against: Against
    tolerance_ms: int
    unjudged: int
    """Turns of the recording that the machine proposes and nobody has judged: left out."""
    rules: str


class PooledRow(Public):
    """Machine against people over a programme's recordings; the one is the machine."""

    recordings: int
    binary_alpha: Number
    """|uα."""
    binary_alpha_low: Number
    binary_alpha_high: Number
    """The middle 95 % of draws of recordings; None: too few of them."""
    f1: Number
    f1_low: Number
    f1_high: Number
    matched: int
    one_boundaries: int
    other_boundaries: int
    one_turns: int
    other_turns: int
    against: Against
    tolerance_ms: int
    unjudged: int
    rules: str


class BoundariesPublic(Public):
    recording_id: UUID
    against: Against
    passed_over: int
    """Turns of the file whose speaker may not be studied."""
    rows: list[BoundaryRow]
