"""What finalising a recording costs: seconds of a meeting per second of one core, and memory. All
steps of the workflow are in it, small pictures and waveforms too; the composite, made on request,
is not.

README.md says what is measured and how. `--quick` for a first look, `--json` for figures.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from app.kit import context
from app.kit.settings import Settings
from app.vault import service as vault
from benchmarks.house.conversation import record
from benchmarks.sfu import cpu
from media.sealed import SealedReader
from media.store import Store

GOAL = 200.0
MOST_MB = 300.0


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
    command = [sys.executable, "-m", "benchmarks.house.finishing", str(data), recording_id]
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
        "with_detection": length / (cost + detection),
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
        f"  speech detection: {row['detection_times_per_track']:.0f} x real time of one track; "
        f"all together {row['with_detection']:.0f} x real time\n"
        f"  peak memory: {row['peak_mb']:.0f} MB (goal {MOST_MB:.0f})\n"
        f"  ffmpeg: {peer_steps}; ours / ffmpeg {row['peer_ratio']:.2f}\n"
    )
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[5, 8, 11])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
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
