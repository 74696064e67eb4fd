"""The worker's bench: tapes fetched here, finished files sealed here and put into the store."""

import asyncio
import json
import shutil
from io import FileIO
from pathlib import Path
from uuid import UUID

from app.kit.context import Context
from app.recordings import service as recordings
from app.recordings.consents import rests_on
from app.recordings.models import FileKind
from app.recordings.sealing import HEARD
from app.vault import service as vault
from media.audio.levels import Loudness
from media.recorder import planning
from media.recorder.outcome import MadeFile, Noted, Plan, Speech
from media.recorder.scratch import Scratch, nameless
from media.recorder.tapes import LocalTape, PersonTapes
from media.sealed import SealedReader, SealedWriter
from media.store import Store

PIECE = 256 << 10
SEALED = ".sealed"
"""How the name of every finished file in the store ends."""
NAMES = {
    FileKind.PERSON: ("webm", "video/webm"),
    FileKind.SCREEN: ("webm", "video/webm"),
    FileKind.MIXDOWN: ("webm", "audio/webm"),
    FileKind.PEAKS: ("json", "application/json"),
    FileKind.MANIFEST: ("json", "application/json"),
    FileKind.COMPOSITE: ("webm", "video/webm"),
    FileKind.PREVIEW: ("jpg", "image/jpeg"),
}


class Workshop:
    """One run of finalising. Everything in its folder is sealed or encrypted, and can be lost."""

    def __init__(self, context: Context, store: Store, plan: Plan, run: str) -> None:
        self.plan = plan
        self._context = context
        self._store = store
        self._run = run
        self.folder = context.settings.data / "work" / run
        self._people: dict[UUID, PersonTapes] = {}
        self._noise: FileIO | None = None
        self.loudness: dict[UUID, Loudness] = {}
        """How loud each voice is that was listened to in this process: 1.5 MB an hour."""

    async def tapes_of(self, user_id: UUID) -> PersonTapes:
        """This person's tapes, fetched and read; once per process, whichever step asks first."""
        if user_id not in self._people:
            local = []
            for tape in (t for t in self.plan.tapes if t.user_id == user_id):
                path = self.folder / tape.path.rpartition("/")[2]  # a mixed one is fetched once
                if not await asyncio.to_thread(path.exists):
                    await asyncio.to_thread(self.folder.mkdir, parents=True, exist_ok=True)
                    await self._store.get_file(tape.path, path)
                async with self._context.database.reading() as db:
                    key = await vault.unwrap(db, self._context.keys, tape.data_key_id)
                local.append(LocalTape(tape.id, tape.source, path, key))
            self._people[user_id] = await asyncio.to_thread(
                PersonTapes, local, self.plan.started_ns, self.plan.interruptions
            )
        return self._people[user_id]

    def scratch(self) -> Scratch:
        """One at a time: all are in the same file, one after the other."""
        if self._noise is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._noise = nameless(self.folder)
        return Scratch(self._noise)

    def path(self, kind: FileKind, user_id: UUID | None, variant: str = "") -> str:
        """Where a finished file lies in the store: its own place for each run. `variant` tells
        several of one kind and owner apart."""
        extension, _ = NAMES[kind]
        owner = user_id or "meeting"
        name = "-".join([kind, str(owner), *([variant] if variant else [])])
        return f"{self.plan.meeting_id}/{self._run}/{name}.{extension}{SEALED}"

    async def keep(
        self,
        kind: FileKind,
        user_id: UUID | None,
        content: Scratch | bytes,
        *,
        variant: str = "",
        media_type: str = "",
    ) -> MadeFile:
        """Seals the content under the owner's key for this kind and puts it into the store."""
        path = self.path(kind, user_id, variant)
        key_id, size, sha256 = await self._put(path, user_id, kind, content)
        consents = rests_on(kind, user_id, self.plan.tapes)
        media_type = media_type or NAMES[kind][1]
        return MadeFile(kind, user_id, key_id, consents, path, media_type, size, sha256)

    async def note(self, step: str, user_id: UUID | None, speech: Speech) -> Noted:
        """Writes down for later steps where somebody speaks: what a step returns is in the database
        of the work for ever, this goes with the run."""
        path = f"{self.plan.meeting_id}/{self._run}/{step}-{user_id or 'anybody'}.json{SEALED}"
        key_id, _, _ = await self._put(path, user_id, HEARD, json.dumps(speech).encode())
        return Noted(path, key_id)

    async def noted(self, noted: Noted) -> Speech:
        """Raises KeyDestroyed, Missing when the run is over."""
        async with self._context.database.reading() as db:
            key = await vault.unwrap(db, self._context.keys, noted.data_key_id)
        reader = await SealedReader.open(self._store, noted.path, key)
        return tuple((start, end) for start, end in json.loads(await reader.read(0, reader.size)))

    async def _put(
        self, path: str, user_id: UUID | None, scope: str, content: Scratch | bytes
    ) -> tuple[UUID, int, str]:
        """The key's id, bytes and SHA-256 of the plain content. No run seals with a key that an
        earlier one sealed with, and none makes one that the eraser has not seen: raises
        PlanOutdated."""
        context, meeting_id = self._context, self.plan.meeting_id
        async with context.database.transaction() as db:
            await recordings.hold(db, self.plan.recording_id)
            if not await planning.still_stands(db, self.plan):
                raise planning.PlanOutdated
            files = await recordings.files(db, self.plan.recording_id)
            used = [file.data_key_id for file in files]
            key = await vault.data_key(db, context.keys, meeting_id, user_id, scope, besides=used)
        sealed = self.folder / path.rpartition("/")[2]
        size, sha256 = await asyncio.to_thread(_seal, sealed, key.key, content)
        await self._store.take_file(path, sealed)
        return key.id, size, sha256

    async def clear(self) -> None:
        self._people.clear()
        if self._noise is not None:
            self._noise.close()
            self._noise = None
        self.loudness.clear()
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)


def _seal(path: Path, data_key: bytes, content: Scratch | bytes) -> tuple[int, str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with SealedWriter(path, data_key) as writer:
        if isinstance(content, bytes):
            writer.write(content)
        else:
            content.seek(0)
            while piece := content.read(PIECE):
                writer.write(piece)
    return writer.size, writer.sha256
