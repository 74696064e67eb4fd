"""Who exports."""

from typing import NamedTuple
from uuid import UUID

from app.exports.formats.workbook import Text


class Reader(NamedTuple):
    user_id: UUID
    language: str
    text: Text
    """Of the words for people, in that language."""
    wants_notes: bool = False
    """Observation notes too, which go out only when they are asked for."""
