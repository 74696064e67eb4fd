"""How the small pictures of a camera lie on their sheet. Pure: who makes it and who shows it agree.

One picture for each stretch of time, row after row, from the recording's start to when it was
stopped: that is known before its files are.
"""

from dataclasses import dataclass
from datetime import timedelta

from app.recordings.models import Recording

WIDTH, HEIGHT = 160, 90
COLUMNS = 20
STEP_MS = 30_000
"""Lower: each picture more costs a person 1.5 ms of finishing, most of it decoding. Higher: nobody
finds a moment by it."""
MOST = 120
"""From an hour on a picture stands for a longer stretch. Lower: long meetings are shown coarsely.
Higher: the same cost again, where a picture already stands for a few pixels of the time line."""


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


def stopped_ms(recording: Recording) -> int:
    """When it was stopped, ms after its start."""
    stopped = recording.stopped_at or recording.started_at
    return (stopped - recording.started_at) // timedelta(milliseconds=1)


def sheet_of(length_ms: int) -> Sheet:
    step = STEP_MS * max(-(-length_ms // (STEP_MS * MOST)), 1)
    return Sheet(step, max(-(-length_ms // step), 1))
