"""What the chat gives on HTTP."""

from datetime import datetime
from uuid import UUID

from app.kit.http import Page, Public


class ChatLinePublic(Public):
    id: UUID
    user_id: UUID
    name: str
    pseudonym: str
    at: datetime
    position_ms: int
    """On the recording's time line."""
    text: str


class ChatPublic(Page[ChatLinePublic]):
    """By time, all of them."""

    is_withheld: bool
    """Lines are kept from one who still codes this recording."""
