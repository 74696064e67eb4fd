"""Rich Transcription Time Marked (NIST RT-09): who spoke when, as tools for diarisation read it."""

from app.exports.turnlist import TurnList


def rttm(turns: TurnList) -> bytes:
    """One SPEAKER line of ten fields for each turn; seconds with three decimals. What kind of turn
    it is, and roles, are lost. A name must hold no blank."""
    lines = []
    for turn in turns.turns:
        start_s, length_s = turn.start_ms / 1000, (turn.end_ms - turn.start_ms) / 1000
        who = _one_word(turn.pseudonym)
        lines.append(
            f"SPEAKER {turns.title} 1 {start_s:.3f} {length_s:.3f} <NA> <NA> {who} <NA> <NA>\n"
        )
    return "".join(lines).encode()


def _one_word(name: str) -> str:
    return "_".join(name.split()) or "_"
