"""What is remembered of one meeting from one look at its connections to the next."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.quality.figures import Figures
from media.relay.quality import Look
from signalling.connection import Connection
from signalling.messages import TroubleState
from signalling.quality.troubles import Troubles

REPORTS_PER_S = 1.0
REPORTS_BURST = 5.0
"""A browser reports each five seconds; one that was asleep may send a few at once."""


@dataclass
class Stretch:
    """What is to become one row of the log, under one consent."""

    user_id: UUID
    consent_id: UUID
    started_at: datetime
    parts: list[Figures] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return sum(part.seconds for part in self.parts)


@dataclass
class Observation:
    look: Look | None = None
    looked_at: float | None = None
    """Monotonic seconds."""
    given: dict[str, frozenset[str]] = field(default_factory=dict)
    """Participant → pictures that were given to it at the last look."""
    troubles: Troubles = field(default_factory=Troubles)
    told: dict[str, tuple[Connection, list[TroubleState]]] = field(default_factory=dict)
    """What each participant was told last, and by which connection: a new one knows nothing."""
    stretches: dict[str, Stretch] = field(default_factory=dict)
    """By participant."""
