"""`manifest.json`: what was made of a recording, from what, under which consents."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from app.consent.ledger import Current
from app.recordings.completeness import Missing
from media.recorder.outcome import Interruption, MadeFile, MadeTrack, Plan, Verified
from media.recorder.tapes import NOT_RECORDED

FORMAT = "emessi manifest 1"
OFF_THE_RECORD = "off_the_record"
"""Somebody asked that nobody be recorded, and everyone agreed before it went on."""


def manifest(
    plan: Plan,
    files: Iterable[MadeFile],
    tracks: Iterable[MadeTrack],
    verified: Iterable[Verified],
    relied_on: Current,
    turns: dict[str, Any],
    duration_ms: int,
    missing: Iterable[Missing] | None,
    *,
    off_record: Sequence[tuple[int, int]] = (),
) -> bytes:
    """Deterministic: the same outcome gives the same bytes. Times are ms of the common clock.
    `turns`: by what they were found. Who spoke for how long is not told: that needs `indexing`,
    and this stands on the consents to be recorded."""
    document = {
        "format": FORMAT,
        "software": f"emessi {version('emessi')}",
        "meeting_id": str(plan.meeting_id),
        "recording_id": str(plan.recording_id),
        "started_ns": plan.started_ns,
        "duration_ms": duration_ms,
        "files": [_file(file) for file in files],
        "tracks": [_track(track, off_record) for track in tracks],
        "interruptions": _interruptions(plan, off_record),
        "tapes": _tapes(plan, verified),
        "left_out": [
            {
                "tape_id": str(tape.tape_id),
                "user_id": str(tape.user_id),
                "source": tape.source,
                "reason": tape.reason,
            }
            for tape in plan.left_out
        ],
        "consents": _consents(relied_on),
        "missing": None if missing is None else [one.to_json() for one in missing],
        "turns": turns,
    }
    return json.dumps(document, indent=1, sort_keys=True).encode()


def _interruptions(plan: Plan, off_record: Iterable[tuple[int, int]]) -> list[dict[str, Any]]:
    """When nothing was written of anybody, by time."""
    wanted = [Interruption(start, end, OFF_THE_RECORD) for start, end in off_record]
    found = sorted([*plan.interruptions, *wanted], key=lambda one: (one.start_ms, one.end_ms))
    return [asdict(one) for one in found]


def _file(file: MadeFile) -> dict[str, Any]:
    return {
        "kind": file.kind,
        "user_id": str(file.user_id) if file.user_id else None,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
    }


def _track(track: MadeTrack, off_record: Sequence[tuple[int, int]]) -> dict[str, Any]:
    return {
        "user_id": str(track.user_id),
        "source": track.source,
        "codec": track.codec,
        "start_ms": track.start_ms,
        "duration_ms": track.duration_ms,
        **track.details,
        "gaps": [_gap(gap, off_record) for gap in track.details.get("gaps", [])],
    }


def _gap(gap: dict[str, Any], off_record: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """A hole between two tapes that lies where nobody was recorded has that for its reason."""
    within = any(start < gap["end_ms"] and gap["start_ms"] < end for start, end in off_record)
    if gap["reason"] != NOT_RECORDED or not within:
        return gap
    return gap | {"reason": OFF_THE_RECORD}


def _tapes(plan: Plan, verified: Iterable[Verified]) -> list[dict[str, Any]]:
    read = {one.tape_id: one for one in verified}
    return [
        {
            "tape_id": str(tape.id),
            "user_id": str(tape.user_id),
            "source": tape.source,
            "consent_id": str(tape.consent_id),
            "size": tape.size,
            "ending": read[tape.id].ending,
            "cut_bytes": read[tape.id].cut_bytes,
            "packets": read[tape.id].packets,
        }
        for tape in plan.tapes
    ]


def _consents(relied_on: Current) -> list[dict[str, Any]]:
    return [
        {
            "consent_id": str(row.id),
            "user_id": str(user),
            "purpose": purpose,
            "text_version": row.text_version,
            "text_language": row.text_language,
            "decided_at": row.decided_at.isoformat(),
            "hash": row.hash,
        }
        for user, granted in sorted(relied_on.items())
        for purpose, row in sorted(granted.items())
    ]
