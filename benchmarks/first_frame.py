"""How long one who opens the room looks at nothing: from the button to the first remote frame.

A whole installation, two people in Chromium on the real pages, everything on loopback.
README.md says what is measured and how. `--quick` for a first look, `--json` for figures.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.house.installation import NotStarted, installation
from benchmarks.house.people import Person, chromium
from benchmarks.sfu import cpu

GOAL_MS = 600.0


async def measure(entries: int) -> list[dict[str, float]]:
    """Bob stays in the room; Alice comes in again and again, as a facilitator who is not asked."""
    with tempfile.TemporaryDirectory(prefix="emessi-") as data:
        async with installation(Path(data)) as running, chromium() as browser:
            alice = await Person.invited(browser, running, running.facilitator, "Alice")
            bob = await Person.invited(browser, running, running.member, "Bob")
            await alice.stand_at_the_door()
            await alice.knock()
            await bob.stand_at_the_door()
            await bob.knock()
            await alice.admit()
            times = []
            for _ in range(entries):
                await alice.stand_at_the_door()
                times.append(await alice.enter())
    return times


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one line of JSON at the end")
    parser.add_argument("--quick", action="store_true", help="three entries only")
    parser.add_argument("--entries", type=int, default=15)
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.entries = 3
    return arguments


def main() -> None:
    arguments = parse()
    times = asyncio.run(measure(arguments.entries))
    steps = {step: statistics.median(t[step] for t in times) for step in times[0]}
    frames = sorted(t["first_frame_ms"] for t in times)
    verdict = "reached" if steps["first_frame_ms"] <= GOAL_MS else "missed"
    print(f"From opening the room, median of {len(times)} entries ({cpu.model()}):")
    print(f"  the room is drawn               {steps['room_ms']:6.0f} ms")
    print(f"  somebody's track is attached    {steps['track_ms']:6.0f} ms")
    print(f"  first remote frame is presented {steps['first_frame_ms']:6.0f} ms", end="")
    print(f"   (fastest {frames[0]:.0f}, slowest {frames[-1]:.0f})")
    print(f"  goal: median ≤ {GOAL_MS:.0f} ms: {verdict}")
    if arguments.json:
        figures = {
            "median_ms": steps["first_frame_ms"],
            "fastest_ms": frames[0],
            "slowest_ms": frames[-1],
            "steps_ms": steps,
            "entries": len(times),
            "goal_ms": GOAL_MS,
            "machine": {"processor": cpu.model(), "cores": os.cpu_count()},
        }
        print(json.dumps(figures))


if __name__ == "__main__":
    try:
        main()
    except NotStarted as failure:
        sys.exit(str(failure))
