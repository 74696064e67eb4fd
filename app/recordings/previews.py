"""How the small pictures of a camera lie on their sheet. Pure: who makes it and who shows it agree.

One picture for each stretch of time, row after row, from the recording's start to its end.
"""

from dataclasses import dataclass

WIDTH, HEIGHT = 160, 90
COLUMNS = 20
STEP_MS = 60_000
"""The least time that one picture stands for. Lower: each picture costs 1.5 ms of finishing, mostly
decoding; at 10 s that was a quarter of all the work. Higher: a short meeting is hardly shown."""
MOST = 60
"""Pictures on a sheet: what lasts longer has them further apart. Lower: who looks for a moment in
two hours finds it less. Higher: finishing, and a larger sheet to load for each person."""


@dataclass(frozen=True)
class Sheet:
    count: int
    step_ms: int
    columns: int = COLUMNS
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)


def step_of(length_ms: int) -> int:
    """Whole minutes."""
    return STEP_MS * max(-(-length_ms // (MOST * STEP_MS)), 1)


def sheet_of(length_ms: int, step_ms: int | None = None) -> Sheet:
    """`step_ms`: of a sheet that was drawn, if it is known."""
    step_ms = step_ms or step_of(length_ms)
    return Sheet(max(-(-length_ms // step_ms), 1), step_ms)


def earlier_step(length_ms: int) -> int:
    """Of sheets from before theirs was kept: ten seconds, or more where three hundred pictures
    would not have sufficed."""
    return 10_000 * max(-(-length_ms // 3_000_000), 1)
