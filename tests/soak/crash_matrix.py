"""SIGKILL at random moments over node, worker, app and database while people meet, speak, are seen
and write to one another.

    python -m tests.soak.crash_matrix [KILLS] [SEED]

After every meeting nobody has done anything: its recording must be finished, hold all that was said
and shown but the last 0.25 s before each kill, and state what was cut; and every chat line that
anybody was told of must be kept, once. The seed says what is killed when; how far each process has
come by then is the machine's.
"""

import asyncio
import logging
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from uuid import UUID

import httpx

from app.kit import migrate
from app.kit.context import Context
from app.kit.db import now
from app.kit.logs import QUIET
from app.kit.settings import NodeSettings, Settings, WebSettings
from app.kit.tokens import Access
from app.meetings.models import Meeting
from app.recordings import service as recordings
from app.recordings.models import Recording, RecordingState
from media.store import Store
from tests.fixtures import postgres
from tests.fixtures.application import application
from tests.fixtures.cast import Cast, Person, assemble
from tests.fixtures.installation import free_port
from tests.fixtures.taped import decides
from tests.soak.attendee import Attendee
from tests.soak.kept_alive import Kept, environment_of
from tests.soak.verdict import MOST_LOST_S, Verdict, judge

logger = logging.getLogger(__name__)

PER_MEETING = 6
"""Kills, after which the meeting is ended, finished and judged."""
SHARES = {"node": 10, "worker": 5, "app": 4, "database": 1}
"""Of twenty kills. Only the node holds what cannot be had again."""
CALM = 0.75
"""Of the kills come when everybody is recorded again. Lower: less is at stake at most of them.
Higher: fewer hit a process that starts, or people who come back."""
PAUSE_S = (0.1, 3.0)
"""Before a kill."""
AT_WORK_S = (0.0, 3.0)
"""The worker is killed so long after the meeting's end, or after its last kill."""
AWAY_S = (0.0, 5.0)
"""The database stays away."""
BOTH = 0.5
"""Of the times that it is away, the node is killed meanwhile, with all that waits for it."""
READY_S = 600.0
"""On a machine that does much else, too: what is measured is what is kept, not how fast."""


@dataclass
class Report:
    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    meetings: int = 0
    verdict: Verdict = field(default_factory=Verdict)
    by_itself: Counter[str] = field(default_factory=Counter)
    took_s: float = 0.0

    def add(self, found: Verdict) -> None:
        self.meetings += 1
        for source, losses_s in found.losses_s.items():
            for at_end_s, earlier_s in zip(losses_s, found.earlier_s[source], strict=True):
                self.verdict.lost(source, at_end_s, earlier_s)
        self.verdict.lines += found.lines
        self.verdict.complaints += found.complaints
        self.verdict.torn += found.torn
        self.verdict.tapes += found.tapes

    @property
    def worst_s(self) -> float:
        return self.verdict.worst_s

    @property
    def is_good(self) -> bool:
        return self.worst_s <= MOST_LOST_S and not self.verdict.complaints

    def __str__(self) -> str:
        kills = ", ".join(f"{count} of {kind}" for kind, count in sorted(self.kills.items()))
        lines = [
            f"seed {self.seed}: {sum(self.kills.values())} kills ({kills}) in {self.meetings} "
            f"meetings, {self.took_s:.0f} s",
            f"{self.verdict.tapes} tapes, {self.verdict.torn} of them torn; "
            f"{self.verdict.lines} chat lines",
            *(
                f"{source}: {len(losses)} stretches, lost {median(losses) * 1000:.0f} ms in the "
                f"middle, {max(losses) * 1000:.0f} ms at worst, "
                f"{max(self.verdict.earlier_s[source]) * 1000:.0f} ms at worst before the kill"
                for source, losses in self.verdict.losses_s.items()
            ),
            f"ended without a kill and started again: {dict(self.by_itself) or 'none'}",
            *self.verdict.complaints,
        ]
        return "\n".join(lines)


@dataclass
class Stage:
    """An installation in processes of its own, and our door to its books."""

    settings: Settings
    context: Context
    cast: Cast
    processes: Kept
    server: postgres.Server | None
    chance: random.Random
    report: Report

    async def meet(self, victims: Sequence[str]) -> None:
        """One meeting from its first word to its finished recording."""
        meeting = Meeting(group_id=self.cast.group_id, starts_at=now())
        async with self.context.database.transaction() as db:
            db.add(meeting)
        people = {p.id: p for p in (self.cast.alice, self.cast.bob)}
        async with AsyncExitStack() as stack:
            attending: dict[UUID, Attendee] = {}
            for number, (id_, person) in enumerate(people.items()):
                api = await stack.enter_async_context(self._api(person))
                leads = number == 0
                attending[id_] = Attendee(number, person.user.name, api, leads=leads)
            tasks = [asyncio.create_task(a.attend(str(meeting.id))) for a in attending.values()]
            await _until(lambda: all(a.told.is_recorded for a in attending.values()))
            for victim in (v for v in victims if v != "worker"):
                if self.chance.random() < CALM:
                    await _until(lambda: all(a.told.is_recorded for a in attending.values()))
                await asyncio.sleep(self.chance.uniform(*PAUSE_S))
                await self._kill(victim, list(attending.values()))
            await asyncio.sleep(self.chance.uniform(*PAUSE_S))
            await next(iter(attending.values())).end()
            for attendee in attending.values():
                attendee.over.set()  # `wait_for` of Python 3.11 can swallow a cancelling
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for victim in (v for v in victims if v == "worker"):
            await asyncio.sleep(self.chance.uniform(*AT_WORK_S))
            await self._kill(victim, ())
        recording_id = await self._finished(meeting.id)
        told = {id_: attendee.told for id_, attendee in attending.items()}
        store = Store.open(self.settings)
        self.report.add(await judge(self.context, store, recording_id, told, self.settings.data))

    async def _kill(self, victim: str, attending: Sequence[Attendee]) -> None:
        self.report.kills[victim] += 1
        if victim == "database":
            assert self.server is not None
            away_s = self.chance.uniform(*AWAY_S)
            await asyncio.to_thread(self.server.kill)
            await asyncio.sleep(away_s / 2)
            if self.chance.random() < BOTH:
                await self._kill("node", attending)
            await asyncio.sleep(away_s / 2)
            await asyncio.to_thread(self.server.start)
            return
        at = self.processes.kill(victim)
        if victim == "node":
            for attendee in attending:
                attendee.told.ends(at)

    async def _finished(self, meeting_id: UUID) -> UUID:
        """Nobody lifts a hand: the recording gets ready."""
        found: Recording | None = None
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            async with self.context.database.reading() as db:
                found = await recordings.of_meeting(db, meeting_id)
            if found is not None and found.state == RecordingState.READY:
                return found.id
            await asyncio.sleep(0.2)
        raise AssertionError(f"not finished by itself: {found and found.state}\n{self.report}")

    def _api(self, person: Person) -> httpx.AsyncClient:
        token = self.context.tokens.access(Access(person.id, False, "fi"))
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.settings.web.port}",
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
            timeout=5,
        )


async def run(kills: int, seed: int, data: Path, server: postgres.Server | None = None) -> Report:
    """`server`: the books are in PostgreSQL, which is killed too; else they are in SQLite."""
    began = time.monotonic()
    chance = random.Random(seed)
    victims = _victims(kills, chance, with_database=server is not None)
    async with staged(data, server, chance, Report(seed)) as stage:
        for start in range(0, kills, PER_MEETING):
            await stage.meet(victims[start : start + PER_MEETING])
            logger.info("%s", stage.report)
        stage.report.by_itself = stage.processes.by_itself
    stage.report.took_s = time.monotonic() - began
    return stage.report


@asynccontextmanager
async def staged(
    data: Path, server: postgres.Server | None, chance: random.Random, report: Report
) -> AsyncIterator[Stage]:
    data.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        data=data,
        database_url=server.new_database() if server else "",
        web=WebSettings(port=free_port()),
        node=NodeSettings(name="node-1", port=free_port(), reserve_mb=0),
    )
    await asyncio.to_thread(migrate.upgrade, settings)
    async with application(settings) as running:
        cast = await assemble(running)
        for person in (cast.alice, cast.bob):
            for purpose in ("audio", "video", "chat", "indexing"):
                await decides(person, cast.group_id, purpose, "granted")
        processes = Kept(environment_of(settings, free_port()), data)
        await processes.start()
        try:
            yield Stage(settings, running.context, cast, processes, server, chance, report)
        finally:
            await processes.stop()


def _victims(kills: int, chance: random.Random, *, with_database: bool) -> list[str]:
    """By their shares, in an order of chance."""
    shares = {kind: n for kind, n in SHARES.items() if with_database or kind != "database"}
    whole = sum(shares.values())
    exact = [kind for kind, n in shares.items() for _ in range(kills * n // whole)]
    exact += ["node"] * (kills - len(exact))
    chance.shuffle(exact)
    return exact


async def _until(done: Callable[[], bool], deadline_s: float = 300.0) -> None:
    async with asyncio.timeout(deadline_s):
        while not done():
            await asyncio.sleep(0.05)


@contextmanager
def _database() -> Iterator[postgres.Server | None]:
    programs = postgres.binaries()
    if programs is None:
        yield None
        return
    with postgres.server(programs) as server:
        yield server


def main() -> int:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    folder = Path(tempfile.mkdtemp(prefix="emessi-crashes-"))
    print(f"seed {seed}; logs are in {folder} unless all is well")  # noqa: T201
    with _database() as server:
        report = asyncio.run(run(kills, seed, folder, server))
    print(report)  # noqa: T201
    if report.is_good:
        shutil.rmtree(folder)
    return 0 if report.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
