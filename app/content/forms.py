"""What content analysis answers: rows that are JSON and the lines of a table alike."""

from uuid import UUID

from app.codebooks.levels import Level
from app.kit.http import Number, Public


class ContentRow(Public):
    axis: str
    level: Level
    codebook_version: int
    rules: str
    """Of the turns; where several made them, with bars between."""
    sample: str
    """Which it rests on; empty: on all recordings asked for."""


class FrequencyRow(ContentRow):
    """For others than the research team no shares, nor what they are of: `turns` and `ms` alone."""

    by: str
    """`all`, `role`, `person`, `meeting`, `group` or `position` in the series."""
    row: str
    """Each stands once; of two groups of one name the second is told apart by a number."""
    code: str
    turns: int | None
    """None: hidden, because it could single someone out."""
    of_turns: int | None
    """Coded turns of the row."""
    share: Number
    ms: int | None
    of_ms: int | None
    share_of_time: Number


class RiverRow(ContentRow):
    """How much of a part of a meeting, or of whole meetings at one place of their series, a code
    holds."""

    facilitator: str
    """`with`, or `without`: of the turns of those who did not lead that day."""
    meeting: int
    start_ms: int | None
    end_ms: int | None
    """None of whole meetings."""
    code: str
    ms: int
    of_ms: int
    """All that was coded there."""
    share_of_time: Number


class TogetherRow(ContentRow):
    """Two codes on the same turns."""

    one: str
    other_axis: str
    other: str
    turns: int
    expected: Number
    """If the two were independent: of each group, and summed."""
    jaccard: Number


class FollowRow(ContentRow):
    """One leading code after another, lag one."""

    before: str
    after: str
    turns: int
    row_share: Number
    """Of the successions of all groups together."""
    expected: Number
    """If the next code did not depend on the one before: of each group, and summed."""
    yules_q: Number
    """Of the groups' common odds ratio (Mantel & Haenszel 1959)."""
    low: Number
    high: Number
    """The middle 95 % over groups drawn again. None with fewer than five groups, where over 5 % of
    the draws have no value, and where all draws say the same."""
    groups: int
    """That say something of Q: in which the one is before some turns and not all, so the other."""


class EffectRow(ContentRow):
    effect: str
    """`v_role`, `v_person`, `v_position`: Cramér's V of all codes within groups; `v_axes`: of the
    codes of this axis and of `other_axis`, within groups; `v_group`: of codes and groups;
    `role_difference`: facilitators' share minus members', the mean of groups; `slope`: change of
    the share from meeting to meeting, the mean of groups."""
    other_axis: str | None
    code: str | None
    value: Number
    low: Number
    high: Number
    """As of what follows; of `v_group` always None."""
    groups: int
    """That say something of it: with both roles, two meetings, or whatever else it compares."""


class ContentPublic(Public):
    version_id: UUID
    codebook: str
    version: int
    axis: str
    level: Level
    recordings: int
    groups: int
    turns: int | None
    coded: int | None
    accepted: int | None
    """Of the turns, those that people accepted or made; the rest are as the machine proposed."""
    waiting: int
    """Recordings left out because you still code them."""
    again: int | None
    """Turns left out of some coder's, because they lost their codes and wait for others."""
    turns_left_out: int | None
    """Turns marked as technical talk or as laughter, where the rules leave it out."""
    ms_left_out: int | None
    rules: list[str]
    """What made the turns: of every index that one of them comes from."""
    hidden: bool
    """For others than the research team: cells that could single someone out are hidden, and left
    out is what they could be worked out from: totals over codes, river, together, follows and
    effects."""
    frequencies: list[FrequencyRow]
    river: list[RiverRow]
    together: list[TogetherRow]
    follows: list[FollowRow]
    effects: list[EffectRow]
