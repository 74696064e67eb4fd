"""Who exports."""

from functools import partial
from typing import NamedTuple

from app.accounts.actor import Actor
from app.exports.formats.workbook import Text
from app.kit.context import Context


class Reader(NamedTuple):
    actor: Actor
    text: Text
    """Of the words for people, in the actor's language."""
    wants_notes: bool = False
    """Observation notes too, which go out only when they are asked for."""


def reader_of(context: Context, actor: Actor, *, wants_notes: bool = False) -> Reader:
    text = partial(context.languages.text, language=actor.language)
    return Reader(actor, text, wants_notes)
