"""A meeting of two hours as an index of many turns, without anybody having spoken it."""

import random
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import numpy as np
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import User
from app.consent import service as consent
from app.consent.models import ConsentDecision, Decision, Purpose
from app.groups.models import Group, GroupRole, Membership
from app.kit.context import Context
from app.kit.db import now
from app.meetings.models import Meeting, MeetingState
from app.programmes.models import Programme
from app.recordings.models import (
    FileKind,
    Recording,
    RecordingFile,
    RecordingState,
    Source,
    Tape,
    TapeState,
)
from app.turns import service as turns
from app.turns.detection import VERSION
from app.turns.models import Turn
from app.vault import service as vault
from media.audio.opus import SOUND_RATE
from media.audio.peaks import Peaks
from media.sealed import SealedWriter
from media.store import Store

UNSET = UUID(int=0)


async def indexed(
    context: Context, store: Store, people: int, length_ms: int, count: int
) -> tuple[User, UUID]:
    """An administrator, and the recording: so many people, and so many turns in all."""
    administrator = User(name="Riitta Salo", is_administrator=True)
    users = [User(name=f"Puhuja {number + 1}") for number in range(people)]
    programme = Programme(name="Mittaus")
    group = Group(programme_id=programme.id, name="Ryhmä")
    meeting = Meeting(
        group_id=group.id, ordinal=1, starts_at=now() - timedelta(days=1), state=MeetingState.ENDED
    )
    recording = Recording(
        meeting_id=meeting.id,
        state=RecordingState.READY,
        node_name="bench",
        started_at=meeting.starts_at,
        stopped_at=meeting.starts_at + timedelta(milliseconds=length_ms),
        duration_ms=length_ms,
    )
    async with context.database.transaction() as db:
        for rows in ([administrator, programme, *users], [group], [meeting], [recording]):
            db.add_all(rows)
            await db.flush()
        for number, user in enumerate(users):
            member = Membership(
                group_id=group.id,
                user_id=user.id,
                role=GroupRole.MEMBER,
                pseudonym=f"J{number + 1}",
            )
            db.add(member)
            await db.flush()
            heard = await _agrees(db, group.id, user.id, Purpose.AUDIO)
            await _agrees(db, group.id, user.id, Purpose.INDEXING)
            await _voice(context, store, db, recording, user.id, heard)
        made = _turns([user.id for user in users], length_ms, count)
        await turns.store(db, recording.id, VERSION, {}, made)
    return administrator, recording.id


async def _agrees(
    db: AsyncSession, group_id: UUID, user_id: UUID, purpose: Purpose
) -> ConsentDecision:
    return await consent.decide(
        db,
        user_id=user_id,
        group_id=group_id,
        meeting_id=None,
        purpose=purpose,
        decision=Decision.GRANTED,
        text_version=1,
        text_language="fi",
        decided_by=user_id,
    )


async def _voice(
    context: Context,
    store: Store,
    db: AsyncSession,
    recording: Recording,
    user_id: UUID,
    given: ConsentDecision,
) -> None:
    """The row of a tape, and a waveform of that length."""
    key = await vault.data_key(db, context.keys, recording.meeting_id, user_id, "audio")
    plain, path = _waveform(recording, user_id), f"{recording.meeting_id}/{user_id}-peaks.sealed"
    with TemporaryDirectory() as folder:
        sealed = Path(folder) / "sealed"
        with SealedWriter(sealed, key.key) as writer:
            writer.write(plain)
        await store.take_file(path, sealed)
    db.add(
        Tape(
            recording_id=recording.id,
            user_id=user_id,
            publication_id="bench",
            source=Source.MICROPHONE,
            consent_id=given.id,
            data_key_id=key.id,
            state=TapeState.STORED,
            node_name="bench",
            path=f"{recording.meeting_id}/{user_id}.tape",
        )
    )
    db.add(
        RecordingFile(
            recording_id=recording.id,
            kind=FileKind.PEAKS,
            user_id=user_id,
            data_key_id=key.id,
            consent_ids=[str(given.id)],
            path=path,
            media_type="application/json",
            size=len(plain),
            sha256=writer.sha256,
        )
    )
    await db.flush()


def _waveform(recording: Recording, user_id: UUID) -> bytes:
    """As loud from second to second as somebody who speaks a third of the time."""
    generator = np.random.default_rng(user_id.int % 2**32)
    second = generator.normal(0, 0.2, SOUND_RATE).astype(np.float32)
    peaks = Peaks()
    for loud in generator.random((recording.duration_ms or 0) // 1000):
        peaks.add(second * np.float32(max(0.02, 1.5 * loud - 1)))
    return peaks.to_json()


def _turns(users: list[UUID], length_ms: int, count: int) -> list[Turn]:
    """The floor goes round, evenly over the time; a third are back-channels inside another's."""
    dice = random.Random(5)
    step = length_ms * 3 // (count * 2)
    made: list[Turn] = []
    for at in range(0, length_ms - step, step):
        speaker, other = dice.sample(users, 2)
        end = at + int(step * dice.uniform(0.6, 0.98))
        made.append(Turn(index_id=UNSET, user_id=speaker, start_ms=at, end_ms=end))
        if len(made) % 3 == 2:
            inside = at + step // 4
            made.append(
                Turn(
                    index_id=UNSET,
                    user_id=other,
                    start_ms=inside,
                    end_ms=inside + 400,
                    is_backchannel=True,
                )
            )
    return made[:count]
