"""Off the record: one voice is enough to go there, and everyone who is here to come back. Pure.

Nothing here knows who asked for it: it is nobody's business, so it is in nobody's hands.
"""

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from signalling.messages import OffRecordState


@dataclass
class OffRecord:
    since: datetime | None = None
    """None: on the record."""
    until: datetime | None = None
    """When the last time of it ended."""
    taken_over: bool = False
    """It began because the meeting came here without what was last said elsewhere."""
    agreed: set[UUID] = field(default_factory=set)
    """Those who agree to be recorded again. The first of them has proposed it."""

    def begin(self, at: datetime) -> None:
        """Asked for again, it takes back what was agreed on."""
        self.since = self.since or at
        self.agreed.clear()

    def end(self, at: datetime) -> None:
        self.since, self.until, self.taken_over = None, at, False
        self.agreed.clear()

    def touches(self, began: datetime) -> bool:
        """Whether some of the time from then until now is off the record."""
        return self.since is not None or (self.until is not None and began < self.until)

    def is_over(self, present: Set[UUID]) -> bool:
        """Everyone agrees who is here now: whoever has come since, too, and no longer who left."""
        return self.since is not None and bool(present) and present <= self.agreed

    def state(self, user: UUID, present: Set[UUID]) -> OffRecordState:
        return OffRecordState(
            since=self.since,
            agreed=len(self.agreed & present),
            present=len(present),
            mine=user in self.agreed,
            taken_over=self.taken_over,
        )
