"""What finalising a recording costs: seconds of a meeting per second of one core, and memory.

README.md says what is measured and how. `--quick` for a first look, `--json` for figures.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from app.kit import context
from app.kit.settings import Settings
from app.recordings.models import Source
from app.vault import service as vault
from benchmarks.house.conversation import record
from benchmarks.sfu import cpu
from media.recorder.finaliser import Finaliser
from media.recorder.progress import Progress
from media.recorder.publication import publish
from media.recorder.worker import spare_collector
from media.sealed import SealedReader
from media.store import Store

R = TypeVar("R")
GOAL = 200.0
MOST_MB = 300.0


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
    ours = context.make(Settings(data=data))
    spare_collector()
    finaliser, costs, run = Finaliser(ours, Store.open(ours.settings)), Costs(), "run"
    plan = await costs.of("plan", finaliser.plan(recording_id))
    assert plan is not None
    progress = Progress(0, 1, plan.stopped_ms)
    verified, files, tracks = [], [], []
    for user in plan.users:
        verified += await costs.of("verify", finaliser.verify(plan, run, user, progress))
    for user in plan.users:
        made = await costs.of("person", finaliser.person(plan, run, user, progress))
        files, tracks = [*files, *made.files], [*tracks, *made.tracks]
    voices = [track.user_id for track in tracks if track.source == Source.MICROPHONE]
    length = max(track.start_ms + track.duration_ms for track in tracks)
    mixing = finaliser.mixdown(plan, run, voices, length, progress)
    files += await costs.of("mixdown", mixing)
    heard = []
    for user in voices:
        listening = finaliser.listen(plan, run, user, length, progress)
        heard.append(await costs.of("listen", listening))
    telling = finaliser.tell_apart(plan, run, heard, length, progress)
    heard = list(await costs.of("listen", telling))
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
    paths = {f"{f.kind}-{f.user_id}": (f.path, str(f.data_key_id)) for f in files}
    await ours.database.close()
    return {
        "length_s": length / 1000,
        "steps": costs.steps,
        "peak_mb": peak,
        "people": len(voices),
        "speech_s": sum(end - start for one in heard for start, end in one.speech) / 1000,
        "files": paths,
    }


def _peak_mb() -> float:
    """Of this program; what getrusage tells is inherited from who started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


async def opened(data: Path, files: dict[str, Any], into: Path) -> dict[str, Path]:
    """The finished media as plain files, for the peer."""
    ours, plain = context.make(Settings(data=data)), {}
    store = Store.open(ours.settings)
    for name, (path, key_id) in files.items():
        if ".webm" not in path:
            continue
        async with ours.database.reading() as db:
            key = await vault.unwrap(db, ours.keys, UUID(key_id))
        reader = await SealedReader.open(store, path, key)
        plain[name] = into / f"{name}.webm"
        plain[name].write_bytes(await reader.read(0, reader.size))
    await ours.database.close()
    return plain


def peer(files: dict[str, Path], folder: Path) -> dict[str, float]:
    """CPU seconds of ffmpeg: copying each person's file, and making the mix out of them."""
    people = [path for name, path in files.items() if name.startswith("person")]
    copied = 0.0
    for path in people:
        copied += _spent(["-i", str(path), "-c", "copy", str(folder / "copy.webm")])
    inputs = [part for path in people for part in ("-i", str(path))]
    voices = f"amix=inputs={len(people)}:normalize=0"
    encoding = ["-c:a", "libopus", "-compression_level", "0", "-b:a", "40k"]
    mixed = _spent([*inputs, "-vn", "-filter_complex", voices, *encoding, str(folder / "mix.webm")])
    return {"copy": copied, "mix": mixed}


def _spent(arguments: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-threads", "1", *arguments]
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def apart(data: Path, recording_id: str) -> dict[str, Any]:
    """In a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "benchmarks.finalising", "--run", str(data), recording_id]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


def measure(people: int, cameras: int, minutes: float) -> dict[str, Any]:
    """Ours, with speech detection told apart, and the peer, over the same tapes."""
    with tempfile.TemporaryDirectory(prefix="finalising-") as folder:
        data = Path(folder) / "data"
        recording_id = asyncio.run(record(data, people, cameras, minutes * 60))
        ours = apart(data, recording_id)
        files = asyncio.run(opened(data, ours["files"], Path(folder)))
        beside = peer(files, Path(folder))
    steps = dict(ours["steps"])
    length, detection = ours["length_s"], steps.pop("listen")
    cost = sum(steps.values())
    row = {
        "people": people,
        "cameras": cameras,
        "minutes": minutes,
        "times_real_time": length / cost,
        "steps_s": steps,
        "detection_times_per_track": people * length / detection,
        "peak_mb": ours["peak_mb"],
        "peer_s": beside,
        "peer_ratio": cost / sum(beside.values()),
    }
    show(row)
    return row


def show(row: dict[str, Any]) -> None:
    steps = ", ".join(f"{name} {length:.2f}" for name, length in row["steps_s"].items())
    peer_steps = ", ".join(f"{name} {length:.2f}" for name, length in row["peer_s"].items())
    sys.stdout.write(
        f"{row['people']} people, {row['cameras']} cameras, {row['minutes']:g} min: "
        f"{row['times_real_time']:.0f} x real time (goal {GOAL:.0f})\n"
        f"  CPU seconds: {steps}\n"
        f"  speech detection: {row['detection_times_per_track']:.0f} x real time of one track\n"
        f"  peak memory: {row['peak_mb']:.0f} MB (goal {MOST_MB:.0f})\n"
        f"  ffmpeg: {peer_steps}; ours / ffmpeg {row['peer_ratio']:.2f}\n"
    )
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[5, 11])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        data, recording_id = arguments.run
        found = asyncio.run(finalise(Path(data), recording_id))
        sys.stdout.write(json.dumps(found) + "\n")
        return
    sizes, minutes = ([5], 2) if arguments.quick else (arguments.people, arguments.minutes)
    rows = [measure(people, people - 1, minutes) for people in sizes]
    if arguments.json:
        goals = {
            "speed": all(row["times_real_time"] >= GOAL for row in rows),
            "memory": all(row["peak_mb"] <= MOST_MB for row in rows),
        }
        figures = {"rows": rows, "goals": goals, "machine": cpu.model()}
        sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
