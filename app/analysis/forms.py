"""What the analysis answers: rows that are JSON and the lines of a table alike."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.groups.models import GroupRole
from app.kit.http import Number, Public


class Row(Public):
    """One line of a table. `meeting` is the number in the series, `index` and `rules` what made
    the turns that the line was worked out from."""

    meeting: int


class PersonRow(Row):
    facilitator: str
    """`with`, or `without`: the shares are of what the others said, and what passes between two
    people is counted where neither leads."""
    pseudonym: str
    role: GroupRole
    present_ms: int
    talk_ms: int
    share: Number
    weighted_share: Number
    turns: int
    turns_per_minute: Number
    mean_ms: Number
    median_ms: Number
    sd_ms: Number
    lower_quartile_ms: Number
    upper_quartile_ms: Number
    longest_ms: int | None
    first_turn_ms: int | None
    backchannels_given: int
    backchannels_received: int
    interruptions_tried: int
    interruptions_succeeded: int
    interruptions_suffered: int
    """Times that another took over in this person's turn."""
    dual_starts: int
    index: str
    rules: str


class FigureRow(Row):
    facilitator: str
    """`with` or `without`; `whole` for the one that is about the facilitator."""
    figure: str
    value: Number
    chance_mean: Number = None
    chance_low: Number = None
    chance_high: Number = None
    p: Number = None
    index: str
    rules: str


class TransitionRow(Row):
    facilitator: str
    """`with`, or `without`: changes straight from one of the others to another."""
    before: str
    after: str
    count: int
    row_share: Number
    expected: Number
    chance_mean: Number = None
    chance_low: Number = None
    chance_high: Number = None
    p: Number = None
    """Of the count, in any order of the same turns in which nobody follows themselves."""
    interruptions_tried: int
    """By `after`, in turns of `before`."""
    interruptions_succeeded: int
    tried_chance_mean: Number = None
    tried_chance_low: Number = None
    tried_chance_high: Number = None
    tried_p: Number = None
    """Of the interruptions tried, when each is anybody's in proportion to their time present."""
    index: str
    rules: str


class BalanceRow(Row):
    start_ms: int
    end_ms: int
    facilitator: str
    people: int
    gini: Number
    gini_rescaled: Number
    entropy: Number
    largest_share: Number
    chance_mean: Number = None
    chance_low: Number = None
    chance_high: Number = None
    p: Number = None
    """Of `gini_rescaled`."""
    index: str
    rules: str


class PassageRow(Row):
    facilitator: str
    """`with`, or `without`: at its two sides, and in it, no facilitator speaks."""
    kind: str
    count: int
    chance_mean: Number = None
    chance_low: Number = None
    chance_high: Number = None
    p: Number = None
    """Of the count, if nobody heeded anybody."""
    median_ms: Number
    median_chance_mean: Number = None
    median_chance_low: Number = None
    median_chance_high: Number = None
    median_p: Number = None
    lower_quartile_ms: Number
    upper_quartile_ms: Number
    index: str
    rules: str


class SpreadRow(Public):
    """One figure over the meetings of a series; meetings, and not turns, are what is counted."""

    facilitator: str
    figure: str
    meetings: int
    mean: Number
    sd: Number
    low: Number
    high: Number
    chance_mean: Number = None
    chance_low: Number = None
    chance_high: Number = None
    p: Number = None
    """Of `mean`, as `analysis.pooled` says; none until all its meetings are drawn."""
    rules: str
    """Of all turns of the series; several, with bars between, where they differ."""


class Coverage(Row):
    """What the figures of a meeting are about."""

    present: int
    """Who took part, observers aside."""
    counted: int
    left_out: int
    """Present, and in no figure: no consent covers their voice or its indexing, or nothing of them
    is kept."""
    attendance_known: bool
    recorded_ms: int
    unrecorded_ms: int
    """Of the meeting, in no figure: off the record, no room on the disk, or stopped meanwhile."""
    turns_left_out: int
    """In no figure, by the rules: what people marked as technical talk, or as laughter."""
    ms_left_out: int
    turns: int
    """Back-channels too."""
    accepted: int
    """Of the turns those that a person accepted or made; the others a machine proposes."""
    index: str
    rules: str


class MeetingAnalysis(Public):
    meeting_id: UUID
    meeting: int
    version: str
    parameters: dict[str, Any]
    """Rules of the turns."""
    thresholds: dict[str, int]
    """Rules of the figures: ms, draws under the null hypotheses, and their seed."""
    indexed_at: datetime
    length_ms: int
    coverage: Coverage
    people: list[PersonRow]
    figures: list[FigureRow]
    transitions: list[TransitionRow]
    balance: list[BalanceRow]
    passages: list[PassageRow]


class GroupAnalysis(Public):
    group_id: UUID
    drawn: int
    """Of how many of the meetings chance is drawn yet."""
    spread: list[SpreadRow]
    meetings: list[MeetingAnalysis]


class OrderRow(Public):
    """One figure at one place in the series, over the groups that met so often."""

    facilitator: str
    figure: str
    meeting: int
    groups: int
    mean: Number
    sd: Number
    """Between groups; None of one group."""
    low: Number
    high: Number
    chance_mean: Number = None
    chance_low: Number = None
    chance_high: Number = None
    p: Number = None
    """Of `mean`, as `analysis.pooled` says; none until all its meetings are drawn."""
    rules: str
    sample: str
    """Which sample it rests on; empty: on all recordings."""


class BetweenRow(Public):
    """One figure over whole series; groups, and not meetings or turns, are what is counted."""

    facilitator: str
    figure: str
    groups: int
    mean: Number
    """Of the groups' means."""
    between_sd: Number
    """Of the groups' means."""
    within_sd: Number
    """Of meetings around their group's mean, pooled."""
    low: Number
    high: Number
    chance_mean: Number = None
    chance_low: Number = None
    chance_high: Number = None
    p: Number = None
    """Of `mean`, as `analysis.pooled` says; none until all its meetings are drawn."""
    rules: str
    sample: str
    """Which sample it rests on; empty: on all recordings."""


class GroupRow(Public):
    """One figure of one group, over its meetings."""

    facilitator: str
    figure: str
    group: str
    meetings: int
    mean: Number
    chance_mean: Number = None
    chance_low: Number = None
    chance_high: Number = None
    p: Number = None
    """Of `mean`, as `analysis.pooled` says; none until all its meetings are drawn."""
    rules: str
    sample: str
    """Which sample it rests on; empty: on all recordings."""


class ProgrammeAnalysis(Public):
    programme_id: UUID
    drawn: int
    """Of how many meetings chance is drawn yet."""
    by_order: list[OrderRow]
    between: list[BetweenRow]
    by_group: list[GroupRow]
