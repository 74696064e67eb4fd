"""What is missing of a recording, in plain words."""

from collections.abc import Iterable
from typing import Any

from babel.numbers import format_decimal

from app.recordings.models import Recording, Track
from app.web.visit import Visit


def short_s(visit: Visit, tracks: Iterable[Track]) -> str | None:
    """How many seconds lack in pieces too short for a line, of all that is in the files."""
    lacks = [track.details.get("short_missing_ms", 0) for track in tracks]
    seconds = format_decimal(sum(lacks) / 1000, "0.0", locale=visit.language)
    return str(seconds) if any(lacks) else None


def lines(visit: Visit, recording: Recording, names: dict[str, str]) -> dict[str, list[str]]:
    """Of what was lost, and apart from it of what somebody chose not to send. `names` by id."""
    said: dict[str, list[str]] = {"lost": [], "by_choice": []}
    for one in recording.missing or []:
        key = "completeness.line" if one["is_loss"] else "completeness.line_by_choice"
        name = names.get(one["user_id"]) or visit.text("completeness.former")
        line = visit.text(
            key,
            name=name,
            source=visit.text(f"completeness.source_{one['source']}"),
            length=_length(visit, one),
            at=clock(one["start_ms"]),
            reason=visit.text(f"completeness.reason_{one['reason']}"),
        )
        said["lost" if one["is_loss"] else "by_choice"].append(line)
    return said


def clock(ms: int) -> str:
    """`04:10`, and `1:04:10` from an hour on."""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    short = f"{minutes:02}:{seconds:02}"
    return f"{hours}:{short}" if hours else short


def _length(visit: Visit, one: dict[str, Any]) -> str:
    whole = round((one["end_ms"] - one["start_ms"]) / 1000)
    minutes, seconds = divmod(whole, 60)
    if not minutes:
        return visit.text("completeness.seconds", count=seconds)
    return visit.text("completeness.minutes", minutes=minutes, seconds=seconds)
