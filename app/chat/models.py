"""Kept chat: what somebody who agreed to it wrote while the meeting was recorded."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from app.kit.db import UtcDateTime
from app.kit.ids import new_id


class ChatLine(SQLModel, table=True):
    """One line of one person, under the consent to `chat` that allowed it. Never changed.

    Plain text, as transcripts and notes are: a key would lie in the same database, and whoever
    erases the row erases as much as who destroys the key.
    """

    __tablename__ = "chat_lines"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    """Made by the node that heard it, so that writing it again writes it once."""
    recording_id: UUID = Field(foreign_key="recordings.id", index=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    consent_id: UUID = Field(foreign_key="consent_decisions.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    """By the node's clock, which is the recording's."""
    text: str = Field(sa_type=Text)
