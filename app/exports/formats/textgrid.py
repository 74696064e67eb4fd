"""Praat's TextGrid: an interval tier for each speaker; the pauses between turns are empty."""

from pathlib import Path
from tempfile import TemporaryDirectory

from praatio.data_classes.interval_tier import IntervalTier
from praatio.textgrid import Textgrid

from app.exports.turnlist import TurnList

TURN, BACKCHANNEL = "turn", "back-channel"


def textgrid(turns: TurnList) -> bytes:
    """UTF-8, the long form. Times are seconds with all three decimals; roles are lost. Praat knows
    no file without tiers: where nobody speaks there is an empty one."""
    length_s = turns.duration_ms / 1000
    grid = Textgrid(0, length_s)
    for speaker in turns.speakers:
        spans = [
            (turn.start_ms / 1000, turn.end_ms / 1000, BACKCHANNEL if turn.is_backchannel else TURN)
            for turn in turns.of(speaker)
        ]
        grid.addTier(IntervalTier(speaker.pseudonym, spans, 0, length_s))
    if not turns.speakers:
        grid.addTier(IntervalTier(TURN, [], 0, length_s))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "turns.TextGrid"
        grid.save(str(path), "long_textgrid", includeBlankSpaces=True)
        return path.read_bytes()
