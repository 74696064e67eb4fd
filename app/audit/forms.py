"""What the audit log gives on HTTP."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.kit.audit import Deed, Result
from app.kit.http import Public


class EntryPublic(Public):
    id: UUID
    sequence: int
    at: datetime
    actor_id: UUID | None
    """None: the worker, or someone at the installation's command line."""
    actor_role: str
    deed: Deed
    result: Result
    object_kind: str
    object_id: UUID | None
    subject_id: UUID | None
    """Whose data it was, when it was one person's."""
    group_id: UUID | None
    meeting_id: UUID | None
    details: dict[str, Any]
    previous_hash: str
    hash: str


class ChainPublic(Public):
    whole: bool
    broken_at: int | None
    length: int
    last_hash: str
    """To be kept elsewhere: a log that was cut and made anew ends otherwise."""
