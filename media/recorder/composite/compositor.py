"""The steps of making a composite. Each may be done again after a kill and gives the same.

Pieces of a minute are rendered one after the other in a child process of the lowest priority, each
sealed and put into the store; at last they are joined with the mix-down's own packets. While the
worker finishes a recording, no piece is begun.
"""

import asyncio
import io
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import av
from sqlmodel import col, select

from app.accounts.models import User
from app.composites.models import UNDER_WAY, Composite, CompositeState
from app.kit.context import Context
from app.recordings.models import FileKind, RecordingFile
from app.vault import service as vault
from app.vault.service import KeyDestroyed
from media.audio import opus
from media.recorder.composite import job, planning
from media.recorder.composite.planning import CompositePlan, Wanted
from media.recorder.finaliser import Finaliser
from media.recorder.frame import Frame, in_columns
from media.recorder.muxer import mux
from media.recorder.scratch import Scratch
from media.recorder.workshop import SEALED
from media.sealed import SealedWriter
from media.store import Missing, Store
from media.unsealed import Unsealed

PIECE_S = 60.0
"""Lower: more begins and ends. Higher: a kill costs more work done again."""
WIDTH, HEIGHT, RATE = 1280, 720, 15
LOOK_EVERY_S = 1.0
"""Whether it is still wanted. Lower: more queries. Higher: a cancelled one works on for longer."""
MODULE = "media.recorder.composite.rendering"
COPY = 1 << 20


class Outdated(Exception):
    """It was called off, or a consent ended, since the plan was made."""


class Unrendered(ChildProcessError):
    """The child process failed; the next may not."""


class Compositor:
    """One composite at a time; the worker's queue sees to that."""

    def __init__(self, context: Context, store: Store, finaliser: Finaliser) -> None:
        self._context = context
        self._store = store
        self._finaliser = finaliser
        self._child: asyncio.subprocess.Process | None = None
        self._floor: tuple[tuple[UUID, int], list[tuple[float, int]]] | None = None
        """Of the composite at hand: the same for all its pieces."""
        self.is_busy = False

    def pieces(self, made: CompositePlan) -> list[tuple[float, float]]:
        length = made.length_ms / 1000
        count = max(int(-(-length // PIECE_S)), 1)
        return [(n * PIECE_S, min((n + 1) * PIECE_S, length)) for n in range(count)]

    async def plan(self, composite_id: str) -> CompositePlan | None:
        return await planning.plan(self._context, self._store, UUID(composite_id))

    async def piece(self, made: CompositePlan, run: str, number: int) -> str:
        """Renders one piece into the store; its place there."""
        while self._finaliser.is_busy:
            await self._check(made)
            await asyncio.sleep(LOOK_EVERY_S)
        pieces = self.pieces(made)
        folder = self._folder(run)
        told = await self._job(made, folder, *pieces[number])
        rendered = await self._rendered(made, told, number, len(pieces))
        place, sealed = f"{made.meeting_id}/{run}/{number}.piece", folder / f"{number}.piece"
        key = await self._key(made.data_key_id)
        await asyncio.to_thread(_seal, sealed, key, rendered)
        await self._store.take_file(place, sealed)
        return place

    async def join(self, made: CompositePlan, run: str, places: list[str]) -> RecordingFile:
        """All pieces over the mix-down, not transcoded, sealed and stored."""
        await self._check(made)
        folder = self._folder(run)
        key = await self._key(made.data_key_id)
        sound_key = await self._key(made.mixdown.data_key_id)
        pieces = [await self._fetched(place, folder) for place in places]
        sound = await self._fetched(made.mixdown.path, folder)
        place, sealed = f"{made.meeting_id}/{run}/composite.webm{SEALED}", folder / "composite"

        def written() -> tuple[int, str]:
            with Scratch(folder) as out:
                shown = _shown([(piece, key) for piece in pieces])
                heard = _heard(Unsealed(str(sound), sound_key))
                mux(out, in_columns(heard), in_columns(shown), lambda _: None)
                return _seal(sealed, key, out)

        size, sha256 = await asyncio.to_thread(written)
        await self._store.take_file(place, sealed)
        return RecordingFile(
            recording_id=made.recording_id,
            kind=FileKind.COMPOSITE,
            data_key_id=made.data_key_id,
            consent_ids=list(made.consent_ids),
            path=place,
            media_type="video/webm",
            size=size,
            sha256=sha256,
        )

    async def publish(self, made: CompositePlan, file: RecordingFile) -> None:
        """One transaction makes it visible, if everything in it may still be used."""
        async with self._context.database.transaction() as db:
            living = await vault.living(db, made.meeting_id, [planning.SCOPE])
            if made.data_key_id not in {key.id for key in living}:
                raise Outdated
            if not await planning.stands(db, made):
                raise Outdated
            query = select(RecordingFile).where(
                RecordingFile.recording_id == made.recording_id,
                RecordingFile.kind == FileKind.COMPOSITE,
            )
            for earlier in (await db.exec(query)).all():
                await db.delete(earlier)
            db.add(RecordingFile(**file.model_dump()))
            composite = await db.get_one(Composite, made.composite_id)
            composite.state, composite.progress = CompositeState.READY, 100

    async def fail(self, composite_id: str, code: str) -> None:
        """Not what was called off, nor what was asked for anew."""
        async with self._context.database.transaction() as db:
            composite = await db.get(Composite, UUID(composite_id))
            if composite is not None and composite.state in UNDER_WAY:
                composite.state, composite.failure = CompositeState.FAILED, code

    async def clear(self, made: CompositePlan, run: str) -> None:
        """Deletes the pieces; what was not published loses its key."""
        self._floor = None
        async with self._context.database.transaction() as db:
            query = select(RecordingFile.path).where(RecordingFile.data_key_id == made.data_key_id)
            kept = set((await db.exec(query)).all())
            if not kept:
                await vault.destroy(db, made.data_key_id)
        for place in await self._store.list(f"{made.meeting_id}/{run}"):
            if place not in kept:
                await self._store.delete(place)
        await asyncio.to_thread(shutil.rmtree, self._folder(run), ignore_errors=True)

    def stop(self) -> None:
        """Before the process ends: the child is not left behind."""
        if self._child is not None and self._child.returncode is None:
            self._child.kill()

    def _folder(self, run: str) -> Path:
        folder = self._context.settings.data / "work" / run
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    async def _check(self, made: CompositePlan) -> None:
        async with self._context.database.reading() as db:
            if not await planning.stands(db, made):
                raise Outdated

    async def _key(self, data_key_id: UUID) -> bytes:
        try:
            async with self._context.database.reading() as db:
                return await vault.unwrap(db, self._context.keys, data_key_id)
        except KeyDestroyed:
            raise Outdated from None

    async def _fetched(self, path: str, folder: Path) -> Path:
        local = folder / path.replace("/", "-")
        if not await asyncio.to_thread(local.exists):
            try:
                await self._store.get_file(path, local)
            except Missing:
                raise Outdated from None
        return local

    async def _job(
        self, made: CompositePlan, folder: Path, start_s: float, end_s: float
    ) -> job.Job:
        await self._check(made)
        users = [person.user_id for person in made.people]
        async with self._context.database.reading() as db:
            found = await db.exec(select(User).where(col(User.id).in_(users)))
            names = {user.id: user.name for user in found.all()}
        tiles = []
        for person in made.people:
            near = [w for w in person.shown if w.start_ms < end_s * 1000 and _lasts(w, start_s)]
            sources = [await self._source(wanted, folder) for wanted in near]
            tiles.append(job.Tile(names.get(person.user_id, ""), person.hue, sources))
        key = (made.composite_id, made.attempt)
        if self._floor is None or self._floor[0] != key:
            self._floor = key, await planning.floor(self._context, self._store, made)
        return job.Job(start_s, end_s, tiles, self._floor[1], WIDTH, HEIGHT, RATE)

    async def _source(self, wanted: Wanted, folder: Path) -> job.Source:
        return job.source(
            await self._fetched(wanted.path, folder),
            await self._key(wanted.data_key_id),
            starts_s=wanted.start_ms / 1000,
            ends_s=wanted.end_ms / 1000,
            zero_s=wanted.zero_ms / 1000,
            is_screen=wanted.is_screen,
        )

    async def _rendered(self, made: CompositePlan, told: job.Job, number: int, count: int) -> bytes:
        pipe = asyncio.subprocess.PIPE
        niceness = str(self._context.settings.worker.video_niceness)
        self._child = child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", MODULE, niceness, stdin=pipe, stdout=pipe, stderr=pipe
        )
        share = [0.0]
        watching = asyncio.gather(_follow(child, share), self._watch(made, share, number, count))
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            with suppress(ConnectionError):
                child.stdin.write(told.to_json())
                await child.stdin.drain()
                child.stdin.close()
            rendered = await child.stdout.read()
            if await child.wait():
                await self._check(made)  # killed, because it is not wanted any more
                raise Unrendered(f"the child process ended with {child.returncode}")
            return rendered
        finally:
            self.stop()
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _watch(
        self, made: CompositePlan, share: list[float], number: int, count: int
    ) -> None:
        """Tells how far it is; ends the child when it is not wanted any more."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            async with self._context.database.transaction() as db:
                if not await planning.stands(db, made):
                    return self.stop()
                composite = await db.get_one(Composite, made.composite_id)
                percent = int(99 * (number + share[0]) / count)
                composite.progress = max(composite.progress, percent)


async def _follow(child: asyncio.subprocess.Process, share: list[float]) -> None:
    assert child.stderr is not None
    async for line in child.stderr:
        with suppress(ValueError):
            share[0] = float(line)


def _lasts(wanted: Wanted, start_s: float) -> bool:
    return wanted.end_ms >= start_s * 1000


def _seal(path: Path, key: bytes, content: bytes | Scratch) -> tuple[int, str]:
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    source.seek(0)
    with SealedWriter(path, key) as writer:
        while part := source.read(COPY):
            writer.write(part)
    return writer.size, writer.sha256


def _shown(pieces: list[tuple[Path, bytes]]) -> Iterator[Frame]:
    for number, (path, key) in enumerate(pieces):
        with av.open(Unsealed(str(path), key), "r") as container:
            for packet in container.demux(container.streams.video[0]):
                if packet.pts is not None and packet.time_base is not None:
                    at = number * PIECE_S + float(packet.pts * packet.time_base)
                    yield Frame(at, bytes(packet), packet.is_keyframe, 0.0, codec="vp8")


def _heard(sound: Unsealed) -> Iterator[Frame]:
    at = 0.0
    with av.open(sound, "r") as container:
        for packet in container.demux(container.streams.audio[0]):
            data = bytes(packet)
            if data:
                yield Frame(at, data, True, opus.duration_s(data))
                at += opus.duration_s(data)
