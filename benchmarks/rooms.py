"""What one node on one core carries: its CPU by the number of rooms, and where it ends.

README.md says what is measured and how. `--quick` for a first look, `--json` for figures.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.sfu import cpu
from benchmarks.sfu.measurement import Measurement, joined, window
from benchmarks.sfu.ours import Ours
from benchmarks.sfu.server import ServerFailed
from media.native import library

PEOPLE = 8
ROOMS = [1, 3, 6]
MOST_P99_MS = 20.0
CLIENTS_FULL = 0.9
"""Of the clients' core: beyond it a late client would look like a late server."""


@dataclass(frozen=True)
class Row:
    rooms: int
    share: float
    """Of one core, that the server used."""
    clients: float
    """Of the clients' core."""
    measured: Measurement

    @property
    def holds(self) -> bool:
        return self.measured.loss <= 0.0005 and self.measured.p99_ms <= MOST_P99_MS

    @property
    def valid(self) -> bool:
        return self.clients < CLIENTS_FULL


async def measure(rooms: int, seconds: float, server_cores: set[int], *, native: bool) -> Row:
    with tempfile.TemporaryDirectory(prefix="spool-") as spool:
        ours = await Ours.start(server_cores, Path(spool), native=native)
        try:
            load = await joined(ours, PEOPLE, rooms)
            await ours.start_recording()
            begun, begun_cpu, begun_own = time.monotonic(), cpu.read(ours.pid), time.process_time()
            measured = window(ours, load, seconds)
            elapsed = time.monotonic() - begun
            used = cpu.read(ours.pid).since(begun_cpu).total
            own = time.process_time() - begun_own
            await ours.stop_recording()
            await load.leave()
        finally:
            await ours.close()
    return Row(rooms, used / elapsed, own / elapsed, measured)


def printed(row: Row) -> str:
    m = row.measured
    end = "" if row.holds else "   does not hold"
    said = end if row.valid else "   the clients are full: says nothing of the server"
    return (
        f"{row.rooms:>5}  {row.share:6.1%} of a core  {m.us:6.1f} µs a packet  "
        f"{m.forwarded / 1000:7.0f} k packets  p50 {m.p50_ms:6.2f} ms  p99 {m.p99_ms:6.2f} ms  "
        f"lost {m.loss:.2%}  clients {row.clients:.0%}{said}"
    )


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one line of JSON at the end")
    parser.add_argument("--quick", action="store_true", help="short windows, no search for the end")
    parser.add_argument("--rooms", type=int, nargs="+", default=ROOMS)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--python", action="store_true", help="forward in Python, not in C")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seconds = 3.0
    return arguments


async def main() -> None:
    arguments = parse()
    native = library.use(not arguments.python)
    server_cores, client_cores = cpu.cores()
    os.sched_setaffinity(0, client_cores)
    way = "C" if native else "Python"
    print(
        f"Rooms of {PEOPLE}, all recorded, forwarded in {way}; {arguments.seconds:g} s each.\n"
        f"{cpu.model()}, {os.cpu_count()} cores, the server alone on one.\n\nrooms",
        flush=True,
    )
    rows = []
    for rooms in arguments.rooms:
        rows.append(await measure(rooms, arguments.seconds, server_cores, native=native))
        print(printed(rows[-1]), flush=True)
    while not arguments.quick and rows[-1].holds and rows[-1].valid:
        rooms = rows[-1].rooms + 1
        rows.append(await measure(rooms, arguments.seconds, server_cores, native=native))
        print(printed(rows[-1]), flush=True)
    if arguments.json:
        print(json.dumps([asdict(row) for row in rows]))


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except ServerFailed as failure:
        sys.exit(str(failure))
