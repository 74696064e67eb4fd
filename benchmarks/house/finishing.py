"""A recording finished in a process that loads what a worker loads and nothing else, so that its
memory is a worker's. Prints its costs as JSON."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlmodel import select

from app.kit import context
from app.kit.settings import Settings
from app.recordings.models import Source
from app.turns.models import Speech
from media.recorder.finaliser import Finaliser
from media.recorder.outcome import MadeFile, MadeTrack, Verified
from media.recorder.progress import Progress
from media.recorder.publication import publish
from media.recorder.sparing import spare_collector, spare_heap
from media.store import Store

R = TypeVar("R")


@dataclass
class Costs:
    """CPU seconds of all threads, kernel included, by step."""

    steps: dict[str, float] = field(default_factory=dict)

    async def of(self, step: str, work: Awaitable[R]) -> R:
        begun = time.process_time()
        try:
            return await work
        finally:
            self.steps[step] = self.steps.get(step, 0.0) + time.process_time() - begun


async def finalise(data: Path, recording_id: str) -> dict[str, Any]:
    """One run of every step of the workflow, in its order, in this process."""
    spare_heap()
    ours = context.make(Settings(data=data))
    spare_collector()
    finaliser, costs, run = Finaliser(ours, Store.open(ours.settings)), Costs(), "run"
    plan = await costs.of("plan", finaliser.plan(recording_id))
    assert plan is not None
    progress = Progress(0, 1, plan.stopped_ms)
    verified: list[Verified] = []
    files: list[MadeFile] = []
    tracks: list[MadeTrack] = []
    for user in plan.users:
        verified += await costs.of("verify", finaliser.verify(plan, run, user, progress))
    for user in plan.users:
        made = await costs.of("person", finaliser.person(plan, run, user, progress))
        files, tracks = [*files, *made.files], [*tracks, *made.tracks]
    voices = [track.user_id for track in tracks if track.source == Source.MICROPHONE]
    length = max(track.start_ms + track.duration_ms for track in tracks)
    mixing = finaliser.mixdown(plan, run, voices, length, progress)
    files += await costs.of("mixdown", mixing)
    heard = {}
    for user in voices:
        listening = finaliser.listen(plan, run, user, length, progress)
        if noted := await costs.of("listen", listening):
            heard[user] = noted
    telling = finaliser.tell_apart(plan, run, voices, heard, length, progress)
    heard = await costs.of("listen", telling)
    await costs.of(
        "publish",
        publish(
            finaliser,
            plan,
            run,
            (files, tracks),
            verified,
            heard,
            length,
        ),
    )
    await costs.of("clear", finaliser.clear(plan, run))
    peak = _peak_mb()
    async with ours.database.reading() as db:
        spans = [span for each in (await db.exec(select(Speech))).all() for span in each.segments]
    paths = {f"{f.kind}-{f.user_id}": (f.path, str(f.data_key_id)) for f in files}
    await ours.database.close()
    return {
        "length_s": length / 1000,
        "steps": costs.steps,
        "peak_mb": peak,
        "people": len(voices),
        "speech_s": sum(end - start for start, end in spans) / 1000,
        "files": paths,
    }


def _peak_mb() -> float:
    """Of this program; what getrusage tells is inherited from who started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    """Arguments: the data folder, and the recording's id."""
    data, recording_id = sys.argv[1:]
    sys.stdout.write(json.dumps(asyncio.run(finalise(Path(data), recording_id))) + "\n")


if __name__ == "__main__":
    main()
