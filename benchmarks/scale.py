"""Whether a whole programme is at hand: 11 groups of 8 meetings of two hours, 100,000 turns, five
coders; how long each page of the study and each export takes, and how much memory.

README.md says what is measured and how. `--quick` for a first look, `--json` for figures. With
EMESSI_DATABASE_URL, in that empty database and not in SQLite.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
from sqlalchemy import func
from sqlmodel import select

from app import tables
from app.accounts.models import User
from app.analysis import kept
from app.kit import context as contexts
from app.kit import migrate
from app.kit.context import Context
from app.kit.settings import Settings
from app.kit.tokens import Access
from app.transcripts.erasure import erase_withdrawn
from benchmarks.house.answered import answer
from benchmarks.house.coded import code
from benchmarks.house.pages import Asked, asked
from benchmarks.house.served import served
from benchmarks.house.study import Study, furnish, standing
from benchmarks.sfu import cpu
from benchmarks.sfu.addresses import free_port
from media.store import Store

GROUPS, MEETINGS, TURNS = 11, 8, 100_000
ROUNDS = 3
PATIENCE_S = 300.0

Size = tuple[int, int, int]
"""Groups, meetings of each, turns in all."""


@dataclass(frozen=True)
class Row:
    name: str
    first_ms: float
    """In a process that has shown no page like it yet."""
    median_ms: float
    goal_ms: float
    kb: float

    @property
    def reached(self) -> bool:
        return max(self.first_ms, self.median_ms) < self.goal_ms


@dataclass(frozen=True)
class Measured:
    rows: list[Row]
    look_ms: float
    """The worker's look for what a withdrawal reaches, each five seconds, when there is nothing."""
    idle_mb: float
    peak_mb: float
    furnished_s: float
    drawn_s: float
    """What the worker takes for the chance of all recordings, once."""
    database_mb: float


async def measure(data: Path, size: Size | None, rounds: int, only: str) -> Measured:
    assert tables.recordings  # every table is known
    settings = Settings(data=data)
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread(migrate.upgrade, settings)
    context, store = contexts.make(settings), Store.open(settings)
    began = time.perf_counter()
    if size is not None:
        study = await furnish(context, store, *size)
        await code(context, study)
        await answer(context, study)
    else:
        async with context.database.reading() as db:
            study = await standing(db)
    furnished_s = time.perf_counter() - began
    drawn_s = await _draw(context)
    looks = [each for each in await asked(context, study) if only in each.name]
    look_ms = await _look(context, store, rounds)
    megabytes = await _megabytes(context, data)
    await context.database.close()
    async with served(data, (free_port(), free_port())) as server:
        idle_mb = server.peak_mb
        async with httpx.AsyncClient(
            base_url=server.url, trust_env=False, timeout=PATIENCE_S
        ) as client:
            rows = [await _timed(client, context, study, each, rounds) for each in looks]
        seconds = furnished_s, drawn_s
        return Measured(rows, look_ms, idle_mb, server.peak_mb, *seconds, megabytes)


async def _megabytes(context: Context, data: Path) -> float:
    if (file := data / "emessi.db").exists():
        return file.stat().st_size / 1e6
    async with context.database.reading() as db:
        size = await db.exec(select(func.pg_database_size(func.current_database())))
        return float(size.one()) / 1e6


async def _look(context: Context, store: Store, rounds: int) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        await erase_withdrawn(context.database, store)
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


async def _draw(context: Context) -> float:
    began = time.perf_counter()
    for recording_id in await kept.waiting(context.database):
        await kept.draw(context.database, recording_id)
    return time.perf_counter() - began


async def _timed(
    client: httpx.AsyncClient, context: Context, study: Study, one: Asked, rounds: int
) -> Row:
    token = _token(context, one.by or study.coordinator)
    times, size = [], 0
    for _ in range(rounds):
        began = time.perf_counter()
        answer = await client.get(one.path, cookies={"emessi_access": token})
        times.append(1000 * (time.perf_counter() - began))
        if not answer.is_success or answer.url.path == "/sign-in":
            raise SystemExit(f"{one.name}: {one.path} answered {answer.status_code}")
        size = len(answer.content)
    row = Row(one.name, times[0], statistics.median(times), one.goal_ms, size / 1000)
    print(_line(row), flush=True)  # it takes minutes
    return row


def _token(context: Context, user: User) -> str:
    return context.tokens.access(Access(user.id, user.is_administrator, user.language))


def _line(row: Row) -> str:
    verdict = "reached" if row.reached else "MISSED"
    return (
        f"  {row.name:44} {row.median_ms:8.0f} {row.first_ms:8.0f} {row.goal_ms:7.0f}"
        f"  {row.kb:8.0f} kB  {verdict}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one line of JSON at the end")
    parser.add_argument("--quick", action="store_true", help="two groups of two meetings, once")
    parser.add_argument("--groups", type=int, default=GROUPS)
    parser.add_argument("--meetings", type=int, default=MEETINGS)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--only", default="", help="only what has this in its name")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--data", type=Path, help="keep the study in this folder, or measure it")
    arguments = parser.parse_args()
    size, rounds = (arguments.groups, arguments.meetings, arguments.turns), arguments.rounds
    if arguments.quick:
        size, rounds = (2, 2, 4 * TURNS // (GROUPS * MEETINGS)), 1
    groups, meetings, turns = size
    print(f"{groups} groups of {meetings} meetings, {turns} turns, 5 coders ({cpu.model()}):")
    print(f"  {'':44} {'median':>8} {'first':>8} {'goal':>7}  ms")
    with tempfile.TemporaryDirectory(prefix="emessi-") as folder:
        data = arguments.data or Path(folder)
        held = data.exists() and any(data.iterdir())
        found = asyncio.run(measure(data, None if held else size, rounds, arguments.only))
    print(
        f"  memory of the application: {found.idle_mb:.0f} MB idle, {found.peak_mb:.0f} MB at most;"
        f" the worker's look {found.look_ms:.0f} ms; database {found.database_mb:.0f} MB,"
        f" furnished in {found.furnished_s:.0f} s, chance drawn in {found.drawn_s:.0f} s"
    )
    missed = [row.name for row in found.rows if not row.reached]
    print(f"  goal: {'reached by all' if not missed else 'missed by ' + ', '.join(missed)}")
    if arguments.json:
        machine = {"processor": cpu.model(), "cores": os.cpu_count()}
        print(json.dumps(asdict(found) | {"missed": missed, "machine": machine}))


if __name__ == "__main__":
    main()
