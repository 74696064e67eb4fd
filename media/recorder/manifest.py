"""`manifest.json`: what was made of a recording, from what, under which consents."""

import json
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from app.consent.ledger import Current
from app.recordings.completeness import Missing
from media.recorder.outcome import Heard, MadeFile, MadeTrack, Plan, Verified

FORMAT = "emessi manifest 1"


def manifest(
    plan: Plan,
    files: Iterable[MadeFile],
    tracks: Iterable[MadeTrack],
    verified: Iterable[Verified],
    in_force: Current,
    turns: dict[str, Any],
    duration_ms: int,
    missing: Iterable[Missing] | None,
) -> bytes:
    """Deterministic: the same outcome gives the same bytes. Times are ms of the common clock."""
    document = {
        "format": FORMAT,
        "software": f"emessi {version('emessi')}",
        "meeting_id": str(plan.meeting_id),
        "recording_id": str(plan.recording_id),
        "started_ns": plan.started_ns,
        "duration_ms": duration_ms,
        "files": [_file(file) for file in files],
        "tracks": [_track(track) for track in tracks],
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
        "missing": None if missing is None else [one.to_json() for one in missing],
        "consents": _consents(in_force),
        "turns": turns,
    }
    return json.dumps(document, indent=1, sort_keys=True).encode()


def spoken(heard: Iterable[Heard], parameters: dict[str, Any], detector: str) -> dict[str, Any]:
    return {
        "detector": detector,
        "parameters": parameters,
        "speech_ms": {
            str(one.user_id): sum(end - start for start, end in one.speech) for one in heard
        },
    }


def _file(file: MadeFile) -> dict[str, Any]:
    return {
        "kind": file.kind,
        "user_id": str(file.user_id) if file.user_id else None,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
    }


def _track(track: MadeTrack) -> dict[str, Any]:
    return {
        "user_id": str(track.user_id),
        "source": track.source,
        "codec": track.codec,
        "start_ms": track.start_ms,
        "duration_ms": track.duration_ms,
        **track.details,
    }


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


def _consents(in_force: Current) -> list[dict[str, Any]]:
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
        for user, granted in sorted(in_force.items())
        for purpose, row in sorted(granted.items())
    ]
