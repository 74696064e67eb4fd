"""How well speaking turns are found in scripted Finnish conversations, and how fast.

README.md says what is measured and how. `--quick` for a first look, `--json` for figures.
"""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from statistics import mean
from typing import Any, get_args

from app.simulation.script import CastName, conversation
from tests.fixtures.rooms_of_sound import Loudspeaker, Noise, Sounds, lasts_ms, microphones
from tests.fixtures.scored import Score, found_in, judged
from tests.fixtures.sent_voices import tapes

PEOPLE = (3, 5, 8, 11)
LENGTH_S = 180
GOALS = {"boundary_f1": 0.90, "noisy_boundary_f1": 0.80, "overlap_recall": 0.8}
ECHO_GOAL, SPEED_GOAL = 0.95, 100.0


@dataclass(frozen=True)
class Row:
    people: int
    sounds: str
    seed: int
    score: Score
    times_real_time: float
    """Seconds of one track per second of one core."""


def conditions(people: int, noise: Noise) -> dict[str, Sounds]:
    """The echoes are of one, or in larger groups two, open microphones."""
    near = Loudspeaker(1, attenuation_db=12, delay_ms=180, ring_s=0.3)
    far = Loudspeaker(2, attenuation_db=20, delay_ms=420, ring_s=0.5)
    open_microphones = (near,) if people < 5 else (near, far)
    rooms = {
        "clean": Sounds(),
        "noise 10 dB": Sounds(snr_db=10),
        "typing": Sounds(typists=(people - 1,)),
        "echo": Sounds(loudspeakers=open_microphones),
        "echo, noise 20 dB": Sounds(snr_db=20, loudspeakers=open_microphones),
        "all at once": Sounds(snr_db=15, loudspeakers=open_microphones, typists=(people - 1,)),
    }
    return {name: replace(sounds, noise=noise) for name, sounds in rooms.items()}


def measured(
    people: int, name: str, sounds: Sounds, length_s: int, seed: int, cast: CastName
) -> Row:
    script = conversation(people, length_s, seed, cast)
    with tempfile.TemporaryDirectory(prefix="emessi-") as folder:
        sent = tapes(Path(folder), microphones(script, sounds, seed), seed)
        begun = time.process_time()
        bare, kept = found_in(sent, lasts_ms(script))
        spent = time.process_time() - begun
    seconds = people * lasts_ms(script) / 1000
    return Row(people, name, seed, judged(script, sounds, bare, kept), seconds / spent)


def show(row: Row) -> None:
    score = row.score
    sys.stdout.write(
        f"{row.people:2} people, seed {row.seed:3}, {row.sounds:18} F1 {score.boundary_f1:.3f}  "
        f"overlap {score.overlap_recall:.3f} (unheard {score.overlap_unheard:.3f}, taken "
        f"{score.overlap_taken:.3f}, right {score.overlap_precision:.3f})  echo rejected "
        f"{score.echo_rejected:.3f} ({score.echo_turns} turns left)  "
        f"{row.times_real_time:.0f} x real time\n"
    )
    sys.stdout.flush()


def summary(rows: list[Row]) -> dict[str, Any]:
    """F1: means over the sizes of group and seeds. Overlaps, echoes and speed: the least of all."""

    def of(name: str, field: str) -> float:
        return mean(float(getattr(row.score, field)) for row in rows if row.sounds == name)

    return {
        "boundary_f1": of("clean", "boundary_f1"),
        "noisy_boundary_f1": of("noise 10 dB", "boundary_f1"),
        "overlap_recall": min(row.score.overlap_recall for row in rows),
        "echo_rejected": min(row.score.echo_rejected for row in rows),
        "times_real_time": min(row.times_real_time for row in rows),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=PEOPLE)
    parser.add_argument("--seconds", type=int, default=LENGTH_S)
    parser.add_argument("--seeds", type=int, nargs="+", default=(1,))
    parser.add_argument("--cast", choices=get_args(CastName), default="plain")
    parser.add_argument("--noise", choices=get_args(Noise), default="pink")
    parser.add_argument("--quick", action="store_true", help="one group of 3, a minute")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    sizes, length_s = ((3,), 60) if asked.quick else (asked.people, asked.seconds)
    rows = []
    for people, seed in product(sizes, asked.seeds):
        for name, sounds in conditions(people, asked.noise).items():
            rows.append(measured(people, name, sounds, length_s, seed, asked.cast))
            if not asked.json:
                show(rows[-1])
    found = summary(rows)
    goals = {**GOALS, "echo_rejected": ECHO_GOAL, "times_real_time": SPEED_GOAL}
    if asked.json:
        print(json.dumps({"rows": [asdict(r) for r in rows], "summary": found, "goals": goals}))
        return
    for name, goal in goals.items():
        word = "reached" if found[name] >= goal else "NOT reached"
        print(f"{name}: {found[name]:.3f} (goal {goal:g}, {word})")


if __name__ == "__main__":
    main()
