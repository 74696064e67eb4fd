"""What the manifest says of the stretches in which nobody was recorded on purpose."""

import json
from typing import Any
from uuid import UUID

from app.recordings.models import Source
from media.recorder.manifest import manifest
from media.recorder.outcome import MadeTrack, Plan
from media.recorder.tapes import NOT_RECORDED

PLAN = Plan(UUID(int=1), UUID(int=2), UUID(int=3), 0, 60_000, (), (), frozenset())


def gap(start_ms: int, end_ms: int, reason: str = NOT_RECORDED) -> dict[str, Any]:
    return {"start_ms": start_ms, "end_ms": end_ms, "reason": reason}


def written(*gaps: dict[str, Any], off: tuple[tuple[int, int], ...]) -> dict[str, Any]:
    details = {"gaps": list(gaps)}
    track = MadeTrack(UUID(int=4), Source.MICROPHONE, "x", "opus", 0, 60_000, details)
    text = manifest(PLAN, [], [track], [], {}, {}, 60_000, None, off_record=off)
    found: dict[str, Any] = json.loads(text)
    return found


def test_an_interval_off_the_record_is_an_interruption_with_its_reason() -> None:
    document = written(off=((10_000, 20_000), (30_000, 31_000)))

    assert document["interruptions"] == [
        {"start_ms": 10_000, "end_ms": 20_000, "reason": "off_the_record"},
        {"start_ms": 30_000, "end_ms": 31_000, "reason": "off_the_record"},
    ]


def test_the_hole_that_it_makes_has_that_reason_and_others_keep_theirs() -> None:
    gaps = gap(9_990, 20_400), gap(40_000, 41_000), gap(12_000, 12_500, "lost")

    document = written(*gaps, off=((10_000, 20_000),))

    reasons = [each["reason"] for each in document["tracks"][0]["gaps"]]
    assert reasons == ["off_the_record", NOT_RECORDED, "lost"]
