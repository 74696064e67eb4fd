"""WebVTT: a cue for each turn, its speaker as the cue's voice, its words where there are any."""

from app.exports.turnlist import TurnList
from app.transcripts.vtt import Cue, write

NO_WORDS = "…"
"""A cue without text is none; players would pass it over."""


def webvtt(turns: TurnList) -> bytes:
    """UTF-8. Times are ms, as in our index; roles and kinds of turns are lost."""
    cues = [Cue(t.start_ms, t.end_ms, t.pseudonym, t.words or NO_WORDS) for t in turns.turns]
    return write(cues).encode()
