"""A tape that ran on after a withdrawal becomes one that ends there.

Whoever withdraws on another page, and keeps what was recorded, is recorded until their node hears
of it. Nobody allowed what is on the tape since. So before anything is made of a recording, such a
tape is written anew up to that moment under another key, and the old key is destroyed: with it goes
every copy of the rest. Other tapes under that key are written anew too, as long as they are.

What was killed on its way is done again from its beginning; a copy lies at the same place.
"""

import asyncio
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import service as consent
from app.groups.models import Group
from app.kit import audit
from app.kit.context import Context
from app.meetings.models import Meeting
from app.recordings import consents
from app.recordings import service as recordings
from app.recordings.models import Recording, Tape, TapeState
from app.vault import service as vault
from app.vault.service import KeyDestroyed, Unwrapped
from media.clock import EPOCH, Still
from media.store import Missing, Store
from media.tape.format import NotATape, Packet, TapeOrder
from media.tape.reader import TapeReader
from media.tape.writer import TapeWriter

KEPT = "kept"
"""The scope of the new keys, which no node takes for a tape of its own."""
ENDING = f"-{KEPT}.tape"
FLUSH_S = 0.2
"""As a node does. Lower: more overhead. Higher: a chunk's room runs out."""


@dataclass(frozen=True)
class _Short:
    """The tape as it was, and what stands in its place; `key`: None, nobody can read the old."""

    tape: Tape
    until: datetime | None
    """None: to its end."""
    path: str
    key: Unwrapped | None
    size: int


async def shorten(context: Context, store: Store, recording_id: UUID) -> None:
    """Every tape of the recording that ran on. Call while nobody reads them."""
    async with context.database.reading() as db:
        tapes = await recordings.tapes(db, recording_id)
        until = await _ran_on(db, recording_id, tapes)
    for tape in tapes:
        if tape.path.endswith(ENDING):  # a kill may have left what it stands for
            await store.delete(_original(tape))
    old_keys = {tape.data_key_id for tape in tapes if tape.id in until}
    made: list[_Short] = []
    for tape in tapes:
        if tape.data_key_id in old_keys and tape.state == TapeState.STORED:
            taken = {m.key.id for m in made if m.key and m.tape.consent_id != tape.consent_id}
            made += await _anew(context, store, tape, until.get(tape.id), old_keys | taken)
    if made:
        for path in await _enter(context, recording_id, made, old_keys):
            await store.delete(path)


async def _ran_on(
    db: AsyncSession, recording_id: UUID, tapes: Sequence[Tape]
) -> dict[UUID, datetime]:
    recording = await db.get(Recording, recording_id)
    meeting = await db.get(Meeting, recording.meeting_id) if recording else None
    return consents.ran_on(tapes, await consent.chain(db, meeting.group_id)) if meeting else {}


def _original(tape: Tape) -> str:
    return tape.path.removesuffix(ENDING) + ".tape"


async def _anew(
    context: Context, store: Store, tape: Tape, until: datetime | None, besides: Collection[UUID]
) -> list[_Short]:
    """One, or none where there is nothing to write anew. `besides`: keys that must not seal it."""
    async with context.database.transaction() as db:
        try:
            old = await vault.unwrap(db, context.keys, tape.data_key_id)
        except KeyDestroyed:
            return []  # it is about to be erased
        others = await recordings.keys_of_others(db, tape.recording_id, tape.consent_id)
        recording = await db.get_one(Recording, tape.recording_id)
        whose = (recording.meeting_id, tape.user_id, KEPT)
        key = await vault.data_key(db, context.keys, *whose, besides=[*others, *besides])
    folder = context.settings.data / "work" / f"shorten-{tape.id}"
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    path = tape.path.removesuffix(".tape") + ENDING
    try:
        await store.get_file(tape.path, folder / "long")
        size = await asyncio.to_thread(_write, folder, old, key, until)
        await store.take_file(path, folder / "short")
    except Missing:
        return []
    except NotATape:
        return [_Short(tape, until, tape.path, None, tape.size)]
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    return [_Short(tape, until, path, key, size)]


def _write(folder: Path, old: bytes, key: Unwrapped, until: datetime | None) -> int:
    """The size of `short`: what of `long` came until then. Raises NotATape, OSError."""
    reader, path = TapeReader(folder / "long", old), folder / "short"
    head = reader.header
    path.unlink(missing_ok=True)
    names = (head.tape_id, head.meeting_id, head.participant_id, head.publication_id)
    order = TapeOrder(path, *names, head.source, head.consent_id, str(key.id), key.key)
    writer = TapeWriter(order, head.codec, Still(0.0, head.started_ns))
    end_s, flushed = _since(head.started_ns, until), 0.0
    for record in reader:
        if record.arrival_s > end_s:
            break
        if record.arrival_s - flushed > FLUSH_S:
            writer.flush()
            flushed = record.arrival_s
        if isinstance(record, Packet):
            writer.write(record.data, record.arrival_s)
        else:
            writer.write_report(record.rtp_timestamp, record.ntp, record.arrival_s)
    size = writer.close()
    if writer.failed is not None:
        raise OSError(writer.failed)
    return size


def _since(started_ns: int, until: datetime | None) -> float:
    """Seconds from the tape's start."""
    if until is None:
        return float("inf")
    return ((until - EPOCH) // timedelta(microseconds=1) * 1000 - started_ns) / 1e9


async def _enter(
    context: Context, recording_id: UUID, made: Sequence[_Short], old_keys: Collection[UUID]
) -> list[str]:
    """Puts the short tapes in the place of the long ones, and destroys the keys of these; what to
    delete then: the long tapes, or the short one of a tape that was erased meanwhile."""
    async with context.database.transaction() as db:
        await recordings.hold(db, recording_id)
        tapes = await recordings.tapes(db, recording_id)
        rows = {tape.id: tape for tape in tapes if tape.state == TapeState.STORED}
        going = []
        for one in made:
            row = rows.get(one.tape.id)
            if row is None or row.path != one.tape.path:
                going.append(one.path)
                continue
            row.ended_at = one.until or row.ended_at
            if one.key is not None:
                going.append(row.path)
                row.path, row.size, row.data_key_id = one.path, one.size, one.key.id
        used = {tape.data_key_id for tape in tapes if tape.state != TapeState.ERASED}
        for key_id in sorted(set(old_keys) - used):
            await vault.destroy(db, key_id)
        await _tell(db, recording_id, [one.tape for one in made if one.until])
    return going


async def _tell(db: AsyncSession, recording_id: UUID, shortened: Sequence[Tape]) -> None:
    """One audit entry per person: what came after they withdrew was erased."""
    recording = await db.get_one(Recording, recording_id)
    meeting = await db.get_one(Meeting, recording.meeting_id)
    group = await db.get_one(Group, meeting.group_id)
    for subject in sorted({tape.user_id for tape in shortened}):
        about = audit.About(
            "recording", recording_id, subject, group.programme_id, group.id, meeting.id
        )
        counts = {"shortened_tapes": sum(tape.user_id == subject for tape in shortened)}
        audit.record(db, audit.Deed.ERASED, audit.WORKER, about, details=counts)
