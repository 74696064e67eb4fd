"""What content analysis answers: rows that are JSON and the lines of a table alike."""

from uuid import UUID

from app.kit.http import Number, Public


class ContentRow(Public):
    axis: str
    codebook_version: int
    sample: str
    """Which it rests on; empty: on all recordings asked for."""


class FrequencyRow(ContentRow):
    by: str
    """`all`, `role`, `person`, `meeting`, `group` or `position` in the series."""
    row: str
    code: str
    turns: int | None
    """None: hidden, because it could single someone out."""
    of_turns: int
    """Coded turns of the row."""
    share: Number
    ms: int | None
    of_ms: int
    share_of_time: Number


class TogetherRow(ContentRow):
    """Two codes on the same turns."""

    one: str
    other_axis: str
    other: str
    turns: int
    expected: Number
    jaccard: Number


class FollowRow(ContentRow):
    """One leading code after another, lag one."""

    before: str
    after: str
    turns: int
    row_share: Number
    expected: Number
    yules_q: Number
    low: Number
    high: Number


class EffectRow(ContentRow):
    effect: str
    """`v_role`, `v_person`, `v_position`, `v_group`: Cramér's V of all codes; `role_difference`:
    facilitators' share minus members'; `slope`: change of the share from meeting to meeting."""
    code: str | None
    value: Number
    low: Number
    high: Number
    groups: int


class ContentPublic(Public):
    version_id: UUID
    codebook: str
    version: int
    axis: str
    recordings: int
    groups: int
    turns: int
    coded: int
    hidden: bool
    """Cells that could single someone out are hidden."""
    frequencies: list[FrequencyRow]
    together: list[TogetherRow]
    follows: list[FollowRow]
    effects: list[EffectRow]
