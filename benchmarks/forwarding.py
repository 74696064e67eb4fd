"""What one forwarded packet costs our relay, beside Janus under the same load in the same run.

README.md says what is measured and how. `--quick` for a first look, `--json` for figures.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sfu import cpu, recording
from benchmarks.sfu.janus import Janus
from benchmarks.sfu.measurement import Measurement, joined, median, window
from benchmarks.sfu.ours import Ours
from benchmarks.sfu.packets import EVEN, Pace
from benchmarks.sfu.recording import Recording
from benchmarks.sfu.server import Server, ServerFailed
from media.native import library

GOALS = {"c": 0.3, "python": 0.5}
"""CPU per forwarded packet, as a share of Janus's."""
GOAL_RECORDING = 0.05
RECORDING_WINDOWS = 20
"""With tapes, for each packet path: the difference is small, and three of them do not settle it."""
SIZES = [4, 8, 11]
PICTURES = [EVEN, Pace(30, 5)]
"""1,000 bytes a packet: 480 kbit/s, spread; and 1.2 Mbit/s, as Chromium sends them."""
OURS = {"c": "ours, C", "python": "ours, Python"}


@dataclass(frozen=True)
class Size:
    """One number of people: the rounds of all servers, which took turns."""

    people: int
    pictures: Pace
    rounds: dict[str, list[Measurement]]
    """By server: `c` and `python`, the two packet paths of our relay, and `janus`."""

    def ratio(self, name: str) -> float | None:
        """The median of the rounds' own ratios: what slows a whole round cancels out."""
        janus = self.rounds.get("janus")
        if janus is None:
            return None
        pairs = zip(self.rounds[name], janus, strict=True)
        return statistics.median(ours.us / janus.us for ours, janus in pairs)


class Benchmark:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self._sizes: list[int] = arguments.people
        self._rounds: int = arguments.rounds
        self._seconds: float = arguments.seconds
        self._event_loops: int = arguments.janus_event_loops
        self._windows: int = arguments.windows
        self._spool: Path | None = arguments.spool
        self._servers = [*(["c"] if library.use(True) else []), "python"]
        self.paths = [name for name in self._servers if name in arguments.paths]
        if arguments.janus:
            self._servers.append("janus")
        self._server_cores, client_cores = cpu.cores()
        os.sched_setaffinity(0, client_cores)

    async def size(self, people: int, pictures: Pace) -> Size:
        """The servers take turns, and in each round another one begins."""
        rounds: dict[str, list[Measurement]] = {name: [] for name in self._servers}
        for number in range(self._rounds):
            first = number % len(self._servers)
            for name in self._servers[first:] + self._servers[:first]:
                rounds[name].append(await self._run(people, pictures, name))
        return Size(people, pictures, rounds)

    async def recording(self, people: int, name: str) -> Recording:
        return await recording.measure(people, name, self._windows, self._spool, self._server_cores)

    async def _run(self, people: int, pictures: Pace, name: str) -> Measurement:
        with tempfile.TemporaryDirectory(prefix="spool-") as spool:
            server: Server
            if name == "janus":
                server = await Janus.start(self._server_cores, people, self._event_loops)
            else:
                server = await Ours.start(self._server_cores, Path(spool), native=name == "c")
            try:
                load = await joined(server, people, pictures=pictures)
                measurement = window(server, load, self._seconds)
                await load.leave()
            finally:
                await server.close()
        return measurement


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one line of JSON at the end")
    parser.add_argument("--quick", action="store_true", help="one short round of each")
    parser.add_argument("--people", type=int, nargs="+", default=SIZES)
    parser.add_argument(
        "--pictures",
        type=Pace.read,
        nargs="+",
        default=PICTURES,
        help="of each camera: pictures a second x packets of each, 60x1",
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8.0, help="length of a measured window")
    parser.add_argument(
        "--janus-event-loops",
        type=int,
        default=0,
        help="threads of Janus for media; 0: its default, one for each peer connection",
    )
    parser.add_argument("--no-janus", dest="janus", action="store_false", help="ours alone")
    parser.add_argument("--recording", action="store_true", help="only what recording adds")
    parser.add_argument("--paths", nargs="+", choices=OURS, default=list(OURS), help="of these")
    parser.add_argument(
        "--windows", type=int, default=RECORDING_WINDOWS, help="with tapes, for each packet path"
    )
    parser.add_argument("--spool", type=Path, help="where tapes are written")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.seconds, arguments.windows = 1, 3.0, 1
    return arguments


def figures(sizes: list[Size], recordings: list[Recording]) -> dict[str, object]:
    """What `--json` prints."""
    rows: dict[str, dict[str, object]] = {}
    for size in sizes:
        servers = {}
        for name, rounds in size.rounds.items():
            row = median(rounds)
            servers[name] = {
                "us": row.us,
                "user_us": row.user_us,
                "system_us": row.system_us,
                "p50_ms": row.p50_ms,
                "p99_ms": row.p99_ms,
                "loss": row.loss,
                "valid": all(measured.valid for measured in rounds),
                "ratio": None if name == "janus" else size.ratio(name),
            }
        rows.setdefault(str(size.pictures), {})[str(size.people)] = servers
    return {
        "sizes": rows,
        "recording": {
            recording.name: {
                "people": recording.people,
                "off_us": median(recording.off).us,
                "on_us": median(recording.on).us,
                "share": recording.share,
                "interval": recording.interval,
                "shares": recording.shares,
                "timed_share": recording.timed_share,
                "writing_ms": statistics.median(recording.writing_ms),
                "confirming_ms": statistics.median(recording.confirming_ms),
                "valid": all(row.valid for row in recording.off + recording.on),
            }
            for recording in recordings
        },
        "goals": {"ratio": GOALS, "recording_share": GOAL_RECORDING},
        "machine": {"processor": cpu.model(), "cores": os.cpu_count()},
    }


def print_size(size: Size) -> None:
    for name, rounds in size.rounds.items():
        print_row(f"{size.people:>6}  {OURS.get(name, name):<13}", median(rounds))
    for name, goal in GOALS.items():
        ratio = size.ratio(name) if name in size.rounds else None
        if ratio is not None:
            said = verdict(ratio, goal, size.rounds[name] + size.rounds["janus"])
            print(f"{'':8}{OURS[name]} / janus: {ratio:.2f}, goal {goal}: {said}")


def print_row(name: str, row: Measurement) -> None:
    print(
        f"{name} {row.us:7.1f} µs = {row.user_us:5.1f} user + {row.system_us:5.1f} system"
        f"   p50 {row.p50_ms:6.3f} ms   p99 {row.p99_ms:6.3f} ms"
        + ("" if row.valid else f"   LOST {row.loss:.1%}: not a measurement")
    )


def print_recording(recording: Recording) -> None:
    print(
        f"\nRecording of all {2 * recording.people} publications of {recording.people} people, "
        f"{OURS[recording.name]}:"
    )
    print_row("        off          ", median(recording.off))
    print_row("        on           ", median(recording.on))
    low, high = recording.interval
    print(
        f"        adds {recording.share:.1%} (median of {len(recording.on)} windows; 95 % sure: "
        f"{low:.1%} to {high:.1%}) to the cost of forwarding, goal {GOAL_RECORDING:.0%}: "
        f"{verdict(recording.share, GOAL_RECORDING, recording.off + recording.on)}\n"
        f"        timed itself: {recording.timed_ms:.2f} ms a second, {recording.timed_share:.1%}; "
        f"{statistics.median(recording.writing_ms):.2f} sealing and writing, "
        f"{statistics.median(recording.confirming_ms):.2f} the disk's confirming "
        f"({recording.bytes_written / 1e6:.1f} MB of tapes)"
    )


def verdict(figure: float, goal: float, rows: list[Measurement]) -> str:
    if not all(row.valid for row in rows):
        return "not measured, for packets were lost"
    return "reached" if figure <= goal else "missed"


async def main() -> None:
    arguments = parse()
    benchmark = Benchmark(arguments)
    print(
        "CPU of the server for each forwarded packet, and added latency, all to all:\n"
        + (
            ""
            if arguments.recording
            else f"{arguments.rounds} rounds of {arguments.seconds:g} s.\n"
        )
        + f"{cpu.model()}, {os.cpu_count()} cores, the server alone on one.",
        flush=True,
    )
    sizes = []
    for pictures in [] if arguments.recording else arguments.pictures:
        print(
            f"\nPer person 50 packets/s of 90 bytes and {pictures.per_second} pictures/s, each "
            f"{pictures.packets} x 1,000 bytes\npeople"
        )
        for people in arguments.people:
            sizes.append(await benchmark.size(people, pictures))
            print_size(sizes[-1])
            sys.stdout.flush()
    recordings = []
    for name in benchmark.paths:
        recordings.append(await benchmark.recording(max(arguments.people), name))
        print_recording(recordings[-1])
    if arguments.json:
        print(json.dumps(figures(sizes, recordings)))


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except ServerFailed as failure:
        sys.exit(str(failure))
