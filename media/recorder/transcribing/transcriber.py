"""The steps of writing a recording down. Each may be done again after a kill and gives the same."""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit.context import Context
from app.meetings.models import Meeting
from app.recordings import reading
from app.recordings import service as recordings
from app.recordings.models import Recording, RecordingState, Source
from app.transcripts import service as transcripts
from app.transcripts.models import UNDER_WAY, Transcription, TranscriptionState
from app.transcripts.service import Said
from app.turns import service as turns
from app.vault import service as vault
from media.audio.speech import Span
from media.recorder.transcribing.clips import clips, speech, voice
from media.recorder.transcribing.model import Unavailable, Writer
from media.store import Store


class Outdated(Exception):
    """It was called off, or the recording is not there any more."""


@dataclass(frozen=True)
class Work:
    transcription_id: UUID
    recording_id: UUID
    users: tuple[UUID, ...]
    """Those who agreed, in a fixed order."""


@dataclass(frozen=True)
class _Voice:
    """Where one person's sound lies, and where they speak in it; None: that is to be found out."""

    path: str
    data_key: bytes
    file_start_ms: int
    until_ms: int
    turns: list[Span] | None


class Transcriber:
    """One recording at a time; the worker's queue sees to that. The model is loaded when first
    needed, and stays; `writer`: it is loaded."""

    def __init__(self, context: Context, store: Store, writer: Writer | None = None) -> None:
        self._context = context
        self._store = store
        self._writer = writer
        self.is_busy = False

    async def plan(self, transcription_id: str) -> Work | None:
        """Begins it. None: nobody wants it any longer."""
        async with self._context.database.transaction() as db:
            row = await db.get(Transcription, UUID(transcription_id), with_for_update=True)
            if row is None or row.state not in UNDER_WAY:
                return None
            recording, meeting = await _opened(db, row.recording_id)
            grounds = await transcripts.grounds(db, recording, meeting)
            row.state = TranscriptionState.RUNNING
            return Work(row.id, recording.id, tuple(sorted(grounds)))

    async def person(self, work: Work, number: int) -> int:
        """Writes down one person; how many lines."""
        user_id = work.users[number]
        async with self._context.database.reading() as db:
            await _wanted(db, work)
            recording, meeting = await _opened(db, work.recording_id)
            where = await self._voice(db, recording, meeting, user_id)
        model = (await asyncio.to_thread(self._model)).name
        said = await self._said(work, user_id, where) if where else []
        async with self._context.database.transaction() as db:
            row = await _wanted(db, work)
            recording, meeting = await _opened(db, work.recording_id)
            done = await transcripts.write_anew(db, recording, meeting, user_id, said, model=model)
            row.progress, row.model = 100 * (number + 1) // len(work.users), model
        return done

    async def finish(self, work: Work) -> None:
        async with self._context.database.transaction() as db:
            row = await _wanted(db, work)
            row.state, row.progress = TranscriptionState.READY, 100

    async def fail(self, transcription_id: str, code: str) -> None:
        """Not what was called off, nor what was asked for anew."""
        async with self._context.database.transaction() as db:
            row = await db.get(Transcription, UUID(transcription_id))
            if row is not None and row.state in UNDER_WAY:
                row.state, row.failure = TranscriptionState.FAILED, code

    async def _said(self, work: Work, user_id: UUID, where: _Voice) -> list[Said]:
        folder = self._context.settings.data / "work" / f"words-{work.transcription_id}"
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        try:
            path = folder / "voice.sealed"
            await self._store.get_file(where.path, path)
            return await asyncio.to_thread(self._written, user_id, where, path)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def _written(self, user_id: UUID, where: _Voice, path: Path) -> list[Said]:
        writer = self._model()
        writer.next_person()
        spans = where.turns
        if spans is None:
            spans = speech(voice(path, where.data_key, where.file_start_ms))
        found = []
        for clip in clips(voice(path, where.data_key, where.file_start_ms), spans):
            for words in writer.words(clip.samples):
                start_ms = clip.start_ms + round(words.start_s * 1000)
                end_ms = min(clip.start_ms + round(words.end_s * 1000), where.until_ms)
                if start_ms < end_ms:
                    found.append(Said(user_id, start_ms, end_ms, words.text))
        return found

    def _model(self) -> Writer:
        if self._writer is None:
            settings = self._context.settings.transcribe
            if settings.model is None:
                raise Unavailable("transcript_no_model")
            self._writer = Writer.load(settings.model, settings.language, settings.threads)
        return self._writer

    async def _voice(
        self, db: AsyncSession, recording: Recording, meeting: Meeting, user_id: UUID
    ) -> _Voice | None:
        """None: nothing of this person may be heard."""
        usable = {file.id: file for file in await reading.usable_files(db, recording, meeting)}
        for track in await recordings.tracks(db, recording.id):
            file = usable.get(track.file_id)
            if file is None or (track.user_id, track.source) != (user_id, Source.MICROPHONE):
                continue
            return _Voice(
                path=file.path,
                data_key=await vault.unwrap(db, self._context.keys, file.data_key_id),
                file_start_ms=track.details.get("file_start_ms", track.start_ms),
                until_ms=recording.duration_ms or 0,
                turns=await _turns(db, recording, meeting, user_id),
            )
        return None


async def _turns(
    db: AsyncSession, recording: Recording, meeting: Meeting, user_id: UUID
) -> list[Span] | None:
    """Of one who agreed to be indexed; others' echoes are not among them."""
    index, rows = await turns.allowed(db, recording.id, meeting)
    if index is None or user_id not in await turns.studied_in(db, index, meeting):
        return None
    return [Span(r.turn.start_ms, r.turn.end_ms) for r in rows if r.turn.user_id == user_id]


async def _wanted(db: AsyncSession, work: Work) -> Transcription:
    row = await db.get(Transcription, work.transcription_id)
    if row is None or row.state not in UNDER_WAY:
        raise Outdated
    return row


async def _opened(db: AsyncSession, recording_id: UUID) -> tuple[Recording, Meeting]:
    recording = await db.get(Recording, recording_id)
    if recording is None or recording.state != RecordingState.READY:
        raise Outdated
    return recording, await db.get_one(Meeting, recording.meeting_id)
