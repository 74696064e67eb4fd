"""Sound that was recorded elsewhere becomes a tape, as if our own node had written it.

Opus packets of 20 ms at their times; silence is not sent, as browsers do not. A step that was
killed is done again from its beginning; what it stores lies at the same place.
"""

import asyncio
import logging
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np

from app.imports import service
from app.kit.context import Context
from app.kit.ids import short
from app.meetings.models import Meeting
from app.recordings import service as recordings
from app.recordings.models import Recording, RecordingState, Source, Tape, TapeState
from app.recordings.states import move
from app.vault import service as vault
from app.vault.service import KeyDestroyed
from media.audio.libopus import VOICE, OpusEncoder
from media.audio.opus import RATE, Samples
from media.clock import EPOCH, Still
from media.sound_file import Heard, NoSound, sound
from media.store import Store
from media.tape.format import CodecInfo, TapeOrder
from media.tape.writer import TapeWriter

logger = logging.getLogger(__name__)

OPUS = CodecInfo("audio/opus", RATE, 2, 111)
FRAME = RATE // 50
BITRATE_BPS = 48_000
"""Lower: what was compressed once before suffers. Higher: larger files, nothing heard."""
COMPLEXITY = 5
FLUSH_S = 0.2
"""As a node does. Lower: more overhead. Higher: a chunk's room runs out."""
SSRC = 1


async def convert_all(context: Context, store: Store) -> None:
    """Makes tapes of all tracks that wait. Cheap when there is none."""
    async with context.database.reading() as db:
        waiting = await service.uploaded(db)
    for tape in {each.path: each for each in waiting}.values():  # a mixed one has many rows
        try:
            await convert(context, store, tape)
        except OSError as error:
            name = type(error).__name__
            logger.warning("track %s is not converted yet: %s", short(tape.id), name)


async def convert(context: Context, store: Store, tape: Tape) -> None:
    """One track. Sound that cannot be read in the end is a lost tape, and the manifest says so."""
    folder = context.settings.data / "work" / f"convert-{tape.id}"
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    async with context.database.reading() as db:
        recording = await db.get_one(Recording, tape.recording_id)
        meeting = await db.get_one(Meeting, recording.meeting_id)
        try:
            key = await vault.unwrap(db, context.keys, tape.data_key_id)
        except KeyDestroyed:
            return  # it is about to be erased
    path, place = folder / f"{tape.id}.tape", f"{meeting.id}/{tape.id}.tape"
    try:
        await store.get_file(tape.path, folder / "sound")
        order = _order(tape, meeting, path, key)
        try:
            size, length = await asyncio.to_thread(_write, folder / "sound", order, _start_ns(tape))
            await store.take_file(place, path)
        except NoSound:
            size, length = 0, timedelta(0)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    if not await _enter(context, tape, place, size, length):
        await store.delete(place)  # it was erased meanwhile
    await store.delete(tape.path)


async def _enter(context: Context, tape: Tape, place: str, size: int, length: timedelta) -> bool:
    """Puts the tape into the books, and has a recording that was finished be finished anew."""
    async with context.database.transaction() as db:
        await recordings.hold(db, tape.recording_id)
        rows = await recordings.tapes(db, tape.recording_id)
        rows = [r for r in rows if r.path == tape.path and r.state == TapeState.UPLOADED]
        if not rows:
            return False
        recording = await db.get_one(Recording, tape.recording_id)
        if tape.source == Source.MIXED and recording.stopped_at:
            # No track of anybody's tells how long it lasts.
            recording.stopped_at = max(recording.stopped_at, tape.started_at + length)
        for row in rows:
            row.state = TapeState.STORED if size else TapeState.LOST
            row.path, row.size, row.ended_at = place, size, recording.stopped_at
        if recording.state in (RecordingState.READY, RecordingState.FAILED):
            move(recording, RecordingState.CLAIMED)
            recording.progress = 0
        return bool(size)


def _order(tape: Tape, meeting: Meeting, path: Path, key: bytes) -> TapeOrder:
    return TapeOrder(
        path=path,
        tape_id=str(tape.id),
        meeting_id=str(meeting.id),
        participant_id=str(tape.user_id),
        publication_id=tape.publication_id,
        source=tape.source,
        consent_id=str(tape.consent_id),
        key_id=str(tape.data_key_id),
        data_key=key,
    )


def _start_ns(tape: Tape) -> int:
    return (tape.started_at - EPOCH) // timedelta(microseconds=1) * 1000


def _write(source: Path, order: TapeOrder, started_ns: int) -> tuple[int, timedelta]:
    """The tape's size, and when its sound ends. Raises NoSound, OSError."""
    order.path.unlink(missing_ok=True)
    writer = TapeWriter(order, OPUS, Still(0.0, started_ns))
    encoder = OpusEncoder(RATE, VOICE, BITRATE_BPS, complexity=COMPLEXITY)
    flushed, sequence, at_s = 0.0, 0, 0.0
    for number, frame in _frames(sound(source, order.data_key, RATE)):
        at_s = number / 50
        if at_s - flushed > FLUSH_S:
            writer.flush()
            flushed = at_s
        timestamp = number * FRAME
        head = bytes([0x80, OPUS.payload_type]) + (sequence % 65_536).to_bytes(2, "big")
        head += (timestamp % (1 << 32)).to_bytes(4, "big") + SSRC.to_bytes(4, "big")
        writer.write(head + encoder.encode(frame), at_s)
        sequence += 1
    size = writer.close()
    if writer.failed is not None:
        raise OSError(writer.failed)
    if not sequence:
        raise NoSound
    return size, timedelta(seconds=at_s + FRAME / RATE)


def _frames(heard: Iterator[Heard]) -> Iterator[tuple[int, Samples]]:
    """The file's sound in frames of 20 ms, each with its number; those of silence are left out.
    Where a file's times run back, what comes is put after what was."""
    held, first = np.zeros(0, np.float32), 0
    for at, samples in heard:
        gap = at - (first + len(held))
        if gap > FRAME:  # never less, so that no number comes twice
            yield from _whole(np.pad(held, (0, FRAME)), first)
            first = at - at % FRAME
            held = np.zeros(at - first, np.float32)
        held = np.concatenate((held, samples))
        whole = len(held) // FRAME * FRAME
        yield from _whole(held[:whole], first)
        held, first = held[whole:], first + whole
    yield from _whole(np.pad(held, (0, FRAME)), first)


def _whole(samples: Samples, first: int) -> Iterator[tuple[int, Samples]]:
    count = len(samples) // FRAME
    for number, frame in enumerate(samples[: count * FRAME].reshape(-1, FRAME)):
        if frame.any():
            yield first // FRAME + number, np.ascontiguousarray(frame)
