"""What is kept of a meeting: written by the node, finished by the worker, read by researchers."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.groups import access
from app.kit.db import now
from app.kit.errors import NotFound, Refusal
from app.kit.ids import new_id
from app.kit.permissions import Action
from app.meetings import placement
from app.meetings.models import Meeting
from app.recordings import interruptions
from app.recordings.models import (
    Recording,
    RecordingFile,
    RecordingState,
    Source,
    Tape,
    TapeState,
    Track,
)
from app.recordings.states import move


class RecordingFinished(Refusal):
    code = "recording_finished"


class NotFinished(Refusal):
    code = "recording_not_finished"


ON_A_NODE = (TapeState.WRITING, TapeState.CLOSED, TapeState.LOST)


class NotFailed(Refusal):
    code = "recording_not_failed"


async def start(db: AsyncSession, meeting_id: UUID, node_name: str, at: datetime) -> Recording:
    """The meeting's recording, running. One that was stopped goes on, on its first time line."""
    recording = await of_meeting(db, meeting_id)
    if recording is None:
        recording = Recording(meeting_id=meeting_id, node_name=node_name, started_at=at)
        db.add(recording)
    elif recording.state in (RecordingState.RUNNING, RecordingState.STOPPED):
        recording.state, recording.stopped_at = RecordingState.RUNNING, None
        recording.node_name = node_name
    else:
        raise RecordingFinished
    await db.flush()
    await interruptions.end(db, recording.id, now())  # of a node that was killed while one lasted
    return recording


async def stop(db: AsyncSession, recording_id: UUID, at: datetime, node_name: str) -> bool:
    """Said by the node where the meeting lives. False, and nothing was changed, when it lives
    elsewhere by now: there it goes on."""
    recording = await db.get(Recording, recording_id, with_for_update=True)
    if recording is None or recording.state != RecordingState.RUNNING:
        return True
    if recording.node_name != node_name:
        return False
    if not await placement.may_speak_for(db, recording.meeting_id, node_name):
        return False
    move(recording, RecordingState.STOPPED)
    recording.stopped_at = at
    await interruptions.end(db, recording_id, at)
    return True


async def hold(db: AsyncSession, recording_id: UUID) -> None:
    """Keeps the eraser away until this transaction ends: a key that it takes is not destroyed."""
    await db.get(Recording, recording_id, with_for_update=True)


async def keys_of_others(db: AsyncSession, recording_id: UUID, consent_id: UUID) -> list[UUID]:
    """The data keys of tapes that rest on other consents: each may be destroyed by itself."""
    query = select(Tape.data_key_id).where(
        Tape.recording_id == recording_id, Tape.consent_id != consent_id
    )
    return list((await db.exec(query.distinct())).all())


async def open_tape(
    db: AsyncSession,
    recording_id: UUID,
    *,
    user_id: UUID,
    publication_id: str,
    source: Source,
    consent_id: UUID,
    data_key_id: UUID,
    node_name: str,
) -> Tape:
    """The row of a tape that is about to be written, under the consent that allows it."""
    recording = await db.get(Recording, recording_id)
    if recording is None:
        raise NotFound
    id_ = new_id()
    tape = Tape(
        id=id_,
        recording_id=recording_id,
        user_id=user_id,
        publication_id=publication_id,
        source=source,
        consent_id=consent_id,
        data_key_id=data_key_id,
        node_name=node_name,
        path=f"{recording.meeting_id}/{id_}.tape",
        spooled=True,
    )
    db.add(tape)
    await db.flush()
    return tape


def is_mixed(tapes: Iterable[Tape]) -> bool:
    """Whether everybody came in one file."""
    return any(tape.source == Source.MIXED for tape in tapes)


async def tape_missing(db: AsyncSession, tape_id: UUID, *, was_begun: bool) -> None:
    """Its file is neither on the node's disk nor in the store. One that was begun is lost, and the
    row stays to say so; one that never was leaves the books."""
    tape = await db.get(Tape, tape_id)
    if tape is None or tape.state not in (TapeState.WRITING, TapeState.CLOSED):
        return
    if was_begun or tape.size:
        tape.state, tape.ended_at = TapeState.LOST, tape.ended_at or now()
    else:
        await db.delete(tape)


async def discard_tape(db: AsyncSession, tape_id: UUID) -> None:
    """Takes back a tape of which nothing was written."""
    tape = await db.get(Tape, tape_id)
    if tape is not None and tape.size == 0:
        await db.delete(tape)


async def close_tape(db: AsyncSession, tape_id: UUID, size: int, at: datetime) -> None:
    """`at`: when it was cut, which may be long before it can be written down."""
    tape = await db.get(Tape, tape_id)
    if tape is not None and tape.state == TapeState.WRITING:
        tape.state, tape.ended_at, tape.size = TapeState.CLOSED, at, size


async def tape_stored(db: AsyncSession, tape_id: UUID, size: int) -> bool:
    """False: it was erased on its way, and what came of it must go. One that was given up, and came
    all the same, has its recording finished anew."""
    tape = await db.get(Tape, tape_id)
    if tape is None:
        return True
    recording = await db.get_one(Recording, tape.recording_id, with_for_update=True)
    await db.refresh(tape)  # the eraser may have been before us
    if tape.state not in ON_A_NODE:
        return tape.state != TapeState.ERASED
    if tape.state == TapeState.LOST and recording.state in (
        RecordingState.READY,
        RecordingState.FAILED,
    ):
        move(recording, RecordingState.CLAIMED)
        recording.progress = 0
    tape.state, tape.size, tape.spooled = TapeState.STORED, size, False
    tape.ended_at = tape.ended_at or now()
    return True


async def tapes_on_node(db: AsyncSession, node_name: str) -> list[Tape]:
    """Tapes that this node wrote and has not handed over; one that counts as lost may be there."""
    query = select(Tape).where(Tape.node_name == node_name, col(Tape.state).in_(ON_A_NODE))
    return list((await db.exec(query.order_by(col(Tape.id)))).all())


async def unwanted(db: AsyncSession, paths: Collection[str]) -> list[str]:
    """Of these files of tapes, `<meeting>/<tape>.tape`, those of no tape that is kept: it was
    erased, or is in no book any longer. Those of meetings without a recording are left: they may be
    another database's."""
    kept = select(Tape.path).where(col(Tape.path).in_(paths), Tape.state != TapeState.ERASED)
    known = set((await db.exec(kept)).all())
    recorded = {str(id_) for id_ in (await db.exec(select(Recording.meeting_id))).all()}
    return sorted(path for path in set(paths) - known if path.partition("/")[0] in recorded)


async def tapes(db: AsyncSession, recording_id: UUID) -> list[Tape]:
    query = select(Tape).where(Tape.recording_id == recording_id)
    return list((await db.exec(query.order_by(col(Tape.id)))).all())


async def tapes_of(db: AsyncSession, recording_ids: Collection[UUID]) -> dict[UUID, list[Tape]]:
    """The tapes of these recordings, by recording."""
    query = select(Tape).where(col(Tape.recording_id).in_(recording_ids))
    found: dict[UUID, list[Tape]] = {each: [] for each in recording_ids}
    for tape in (await db.exec(query.order_by(col(Tape.id)))).all():
        found[tape.recording_id].append(tape)
    return found


async def files(db: AsyncSession, recording_id: UUID) -> list[RecordingFile]:
    query = select(RecordingFile).where(RecordingFile.recording_id == recording_id)
    return list((await db.exec(query.order_by(col(RecordingFile.id)))).all())


async def tracks(db: AsyncSession, recording_id: UUID) -> list[Track]:
    query = select(Track).where(Track.recording_id == recording_id)
    return list((await db.exec(query.order_by(col(Track.start_ms), col(Track.id)))).all())


async def of_meeting(db: AsyncSession, meeting_id: UUID) -> Recording | None:
    query = select(Recording).where(Recording.meeting_id == meeting_id)
    return (await db.exec(query)).one_or_none()


async def running_on(db: AsyncSession, node_name: str) -> list[Recording]:
    """Recordings that this node left running: it crashed, if it starts now."""
    query = select(Recording).where(
        Recording.node_name == node_name, Recording.state == RecordingState.RUNNING
    )
    return list((await db.exec(query)).all())


async def finishable(db: AsyncSession) -> list[UUID]:
    """Stopped recordings of meetings that are over and whose tapes have all arrived. One that is
    being finished goes on without what is uploaded meanwhile, and is finished again with it."""
    waiting = select(Tape.recording_id).where(
        col(Tape.state).in_([TapeState.WRITING, TapeState.CLOSED])
    )
    uploaded = select(Tape.recording_id).where(Tape.state == TapeState.UPLOADED)
    query = (
        select(Recording.id)
        .join(Meeting, col(Meeting.id) == Recording.meeting_id)
        .where(
            col(Recording.state).in_([RecordingState.STOPPED, RecordingState.CLAIMED]),
            Meeting.state == "ended",
            col(Recording.id).not_in(waiting),
            (col(Recording.state) == RecordingState.CLAIMED) | col(Recording.id).not_in(uploaded),
        )
    )
    return list((await db.exec(query)).all())


async def get(
    db: AsyncSession, actor: Actor, recording_id: UUID, action: Action
) -> tuple[Recording, Meeting]:
    """The one door to a recording, with its meeting."""
    recording = await db.get(Recording, recording_id)
    meeting = await db.get(Meeting, recording.meeting_id) if recording else None
    if recording is None or meeting is None:
        raise NotFound
    await access.require(db, actor, meeting.group_id, action)
    return recording, meeting


async def try_again(db: AsyncSession, actor: Actor, recording_id: UUID) -> Recording:
    """Has one whose finishing failed finished anew: the worker looks for it every few seconds."""
    recording, _ = await get(db, actor, recording_id, Action.EXPORT)
    if recording.state != RecordingState.FAILED:
        raise NotFailed
    move(recording, RecordingState.STOPPED)
    recording.progress, recording.failure = 0, None
    return recording


async def replace_outcome(
    db: AsyncSession,
    recording_id: UUID,
    new_files: Sequence[RecordingFile],
    new_tracks: Sequence[Track],
) -> None:
    """Puts the worker's files and tracks in place of earlier ones."""
    for track in await tracks(db, recording_id):
        await db.delete(track)
    await db.flush()
    for file in await files(db, recording_id):
        await db.delete(file)
    await db.flush()
    db.add_all(new_files)
    await db.flush()
    db.add_all(new_tracks)
    await db.flush()
