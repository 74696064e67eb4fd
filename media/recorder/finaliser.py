"""The steps of finishing a recording. Each may be done again after a kill and gives the same."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from app.imports.uploading import may_come
from app.kit.context import Context
from app.kit.db import now
from app.recordings import sealing
from app.recordings import service as recordings
from app.recordings.models import FileKind, Recording, RecordingState, Source
from app.recordings.previews import sheet_of
from app.recordings.states import move
from app.vault.service import KeyDestroyed
from media.audio.opus import SOUND_RATE
from media.audio.speech import MODEL_RATE
from media.recorder import planning
from media.recorder.containers import form_of
from media.recorder.frames import Counts
from media.recorder.listening import apart, listen
from media.recorder.mixdown import Drawn, mix
from media.recorder.outcome import (
    MadeFile,
    MadeTrack,
    Noted,
    PersonMedia,
    Plan,
    Speech,
    Verified,
)
from media.recorder.person import PersonFiles
from media.recorder.placement import Gaps
from media.recorder.planning import PlanOutdated
from media.recorder.preview import Preview
from media.recorder.progress import Progress
from media.recorder.shortening import shorten
from media.recorder.tapes import PersonTapes
from media.recorder.voice import Voice
from media.recorder.workshop import SEALED, Workshop
from media.store import Missing, Store

R = TypeVar("R")


class Finaliser:
    """Holds what every step needs; one run of one recording at a time."""

    def __init__(self, context: Context, store: Store) -> None:
        self.context = context
        self.store = store
        self._workshops: dict[str, Workshop] = {}

    def workshop(self, plan: Plan, run: str) -> Workshop:
        if run not in self._workshops:
            self._workshops[run] = Workshop(self.context, self.store, plan, run)
        return self._workshops[run]

    @property
    def is_busy(self) -> bool:
        """Whether a run is between its first step and its last."""
        return bool(self._workshops)

    async def plan(self, recording_id: str) -> Plan | None:
        await shorten(self.context, self.store, UUID(recording_id))
        return await planning.claim(self.context, self.store, UUID(recording_id))

    async def verify(
        self, plan: Plan, run: str, user_id: UUID, progress: Progress
    ) -> tuple[Verified, ...]:
        """Reads this person's tapes to their ends."""
        tapes = await self._tapes(plan, run, user_id)
        progress.reached_s(plan.stopped_ms / 1000)
        return tuple(
            Verified(r.tape.id, r.ending, r.cut_bytes, r.scan.packets if r.scan else 0)
            for r in tapes.readings
        )

    async def person(self, plan: Plan, run: str, user_id: UUID, progress: Progress) -> PersonMedia:
        """The file of voice and camera with its small pictures, and that of the shared screen."""
        tapes = await self._tapes(plan, run, user_id)
        shop, preview = self.workshop(plan, run), Preview(sheet_of(plan.stopped_ms))
        writer = PersonFiles(user_id, tapes, preview)
        files: list[MadeFile] = []
        tracks: list[MadeTrack] = []
        for kind in (FileKind.PERSON, FileKind.SCREEN):
            if kind == FileKind.SCREEN and not tapes.has(Source.SCREEN):
                continue
            for number, codec in enumerate(writer.codecs(kind)):
                variant, form = codec if number else "", form_of(codec)
                with shop.scratch() as out:
                    path = shop.path(kind, user_id, variant)
                    found = await _work(writer.write, kind, out, path, progress.reached_s, codec)
                    if found:
                        named = {"variant": variant, "media_type": form.media_type}
                        files.append(await shop.keep(kind, user_id, out, **named))
                        tracks += found
        if small := await _work(preview.jpeg):
            files.append(await shop.keep(FileKind.PREVIEW, user_id, small))
        return PersonMedia(tuple(files), tuple(tracks))

    async def mixdown(
        self, plan: Plan, run: str, users: Sequence[UUID], length_ms: int, progress: Progress
    ) -> tuple[MadeFile, ...]:
        """Everybody's voices in one file, its waveform, and everybody's own."""
        voices = {user: Drawn(_voice(await self._tapes(plan, run, user))) for user in users}
        drawn = list(voices.values())
        if plan.mixed is not None:
            tapes = await self._tapes(plan, run, plan.mixed)
            drawn.append(Drawn(_voice(tapes, source=Source.MIXED)))
        if not drawn or not length_ms:
            return ()
        shop = self.workshop(plan, run)
        with shop.scratch() as out:
            peaks = await _work(mix, out, drawn, length_ms / 1000, progress.reached_s)
            files = [await shop.keep(FileKind.MIXDOWN, None, out)]
        files.append(await shop.keep(FileKind.PEAKS, None, peaks.to_json()))
        for user, voice in voices.items():
            files.append(await shop.keep(FileKind.PEAKS, user, voice.peaks.to_json()))
        return tuple(files)

    async def listen(
        self, plan: Plan, run: str, user_id: UUID, length_ms: int, progress: Progress
    ) -> Noted | None:
        """Where one person speaks, if their consent covers it."""
        tapes = await self._tapes(plan, run, user_id)
        if user_id not in plan.indexed:
            return None
        indexed_ms = min(plan.indexed_until.get(user_id, length_ms), length_ms)
        work = (_voice(tapes, MODEL_RATE), length_ms, progress.reached_s, indexed_ms)
        speech, loudness = await _work(listen, *work)
        shop = self.workshop(plan, run)
        shop.loudness[user_id] = loudness
        return await shop.note("listen", user_id, speech)

    async def listen_to_all(
        self, plan: Plan, run: str, length_ms: int, progress: Progress
    ) -> Noted | None:
        """Where somebody speaks in a mixed file, if everybody's consent covers it."""
        if plan.mixed is None or not plan.all_indexed:
            return None
        tapes = await self._tapes(plan, run, plan.mixed)
        voice = _voice(tapes, MODEL_RATE, Source.MIXED)
        speech, _ = await _work(listen, voice, length_ms, progress.reached_s, length_ms)
        return await self.workshop(plan, run).note("listen", None, speech)

    async def tell_apart(
        self,
        plan: Plan,
        run: str,
        voices: Sequence[UUID],
        heard: Mapping[UUID, Noted],
        length_ms: int,
        progress: Progress,
    ) -> dict[UUID, Noted]:
        """Takes out of each person's speech what are others' voices in an open microphone. Those
        who are not indexed are known for that by how loud they are, and by nothing else."""
        shop = self.workshop(plan, run)
        speech = {user: await self.noted(plan, run, one) for user, one in heard.items()}
        if len(voices) < 2 or not any(speech.values()):
            return dict(heard)
        for user in voices:
            tapes = await self._tapes(plan, run, user)
            if user not in shop.loudness:  # not indexed, or this process did not hear them
                work = (_voice(tapes, MODEL_RATE), length_ms, progress.reached_s)
                shop.loudness[user] = (await _work(listen, *work))[1]
        told = await _work(apart, speech, {user: shop.loudness[user] for user in voices})
        return {user: await shop.note("apart", user, own) for user, own in told.items()}

    async def noted(self, plan: Plan, run: str, noted: Noted) -> Speech:
        """What was written down. Raises PlanOutdated when it is there no longer."""
        try:
            return await self.workshop(plan, run).noted(noted)
        except (KeyDestroyed, Missing):
            raise PlanOutdated from None

    async def fail(self, recording_id: str, code: str) -> None:
        async with self.context.database.transaction() as db:
            recording = await db.get(Recording, UUID(recording_id))
            if recording is not None and recording.state == RecordingState.CLAIMED:
                move(recording, RecordingState.FAILED)
                recording.failure = code
                await sealing.forget_unused(db, recording)

    async def clear(self, plan: Plan, run: str) -> None:
        """Leaves no file in the store that nothing refers to: of an outdated plan, of what was
        replaced, of a run that was killed on its way."""
        there = await self.store.list(str(plan.meeting_id))
        async with self.context.database.reading() as db:  # after it: a track may just come in
            kept = {file.path for file in await recordings.files(db, plan.recording_id)}
            kept |= {tape.path for tape in await recordings.tapes(db, plan.recording_id)}
        for key in there:
            if key.endswith(SEALED) and key not in kept and not may_come(key, now()):
                await self.store.delete(key)
        await self.workshop(plan, run).clear()
        self._workshops.pop(run, None)

    async def _tapes(self, plan: Plan, run: str, user_id: UUID) -> PersonTapes:
        """Asks the ledger again, every time, before anything of a person is read."""
        asked = user_id if plan.mixed is None else None  # in a mixed file everybody is heard
        async with self.context.database.reading() as db:
            if not await planning.still_stands(db, plan, asked):
                raise PlanOutdated
        try:
            return await self.workshop(plan, run).tapes_of(user_id)
        except KeyDestroyed:
            raise PlanOutdated from None


def _voice(tapes: PersonTapes, rate: int = SOUND_RATE, source: Source = Source.MICROPHONE) -> Voice:
    return Voice(tapes.sound(Gaps(), Counts(), source), rate)


async def _work(function: Callable[..., R], *arguments: object) -> R:
    """Off the loop: the codecs release the interpreter, the worker goes on answering."""
    return await asyncio.to_thread(function, *arguments)
