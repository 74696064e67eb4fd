"""The turns as rows: what every table of them holds, whatever it is written as."""

from collections.abc import Iterator

from app.exports.turnlist import TurnList

COLUMNS = (
    *("group_id", "group", "meeting", "kind", "ordinal", "month", "turn", "pseudonym", "role"),
    *("start_ms", "end_ms", "duration_ms", "is_backchannel", "talk", "state", "words", "may_quote"),
)
"""Before those of codes."""
Cell = str | int | bool


def columns(turns: TurnList) -> tuple[str, ...]:
    return *COLUMNS, *turns.columns


def rows(turns: TurnList) -> Iterator[tuple[Cell, ...]]:
    """One for each turn; ms after the recording's start; pseudonyms only. No code: empty."""
    roles = {speaker.pseudonym: speaker.role for speaker in turns.speakers}
    for turn in turns.turns:
        yield (
            *where(turns),
            str(turn.id),
            turn.pseudonym,
            roles[turn.pseudonym],
            turn.start_ms,
            turn.end_ms,
            turn.end_ms - turn.start_ms,
            turn.is_backchannel,
            turn.talk,
            str(turn.state),
            turn.words,
            turn.may_quote,
            *(turn.codes.get(column, "") for column in turns.columns),
        )


def where(turns: TurnList) -> tuple[Cell, ...]:
    """Which meeting it is: before its turns in every table."""
    about = (turns.meeting_id, turns.kind, turns.ordinal, turns.month)
    return str(turns.group_id), turns.group, *about


def code_variable(column: str) -> str:
    """The text that says what a column of codes holds."""
    if column.endswith("_also"):
        return "variable.codes_also"
    return "variable.codes_decided" if column.endswith("_decided") else "variable.codes_coder"
