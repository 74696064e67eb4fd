"""What composites give on HTTP."""

from datetime import datetime
from uuid import UUID

from app.composites.models import CompositeState
from app.kit.http import Public


class CompositePublic(Public):
    """How far it is. When it is ready it is among the recording's files, as `composite`."""

    id: UUID
    recording_id: UUID
    state: CompositeState
    progress: int
    failure: str | None
    requested_at: datetime
