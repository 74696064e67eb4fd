"""How the small pictures of a camera lie on their sheet. Pure: who makes it and who shows it agree.

One picture for each stretch of time, row after row, from the recording's start to its end.
"""

from dataclasses import dataclass

WIDTH, HEIGHT = 160, 90
COLUMNS = 20
STEP_MS = 10_000
MOST = 300
"""Lower: long meetings are shown coarsely. Higher: a sheet of more than a megabyte."""


@dataclass(frozen=True)
class Sheet:
    step_ms: int
    """The time that one picture stands for."""
    count: int
    columns: int = COLUMNS
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)


def sheet_of(length_ms: int) -> Sheet:
    step = STEP_MS * max(-(-length_ms // (STEP_MS * MOST)), 1)
    return Sheet(step, max(-(-length_ms // step), 1))
