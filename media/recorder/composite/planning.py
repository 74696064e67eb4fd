"""What a composite is made of: the files that the consents in force allow, and who is in them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.composites.models import UNDER_WAY, Composite, CompositeState
from app.groups import service as groups
from app.kit.context import Context
from app.meetings.models import Meeting
from app.recordings import reading
from app.recordings import service as recordings
from app.recordings.models import FileKind, Recording, RecordingFile, RecordingState, Track
from app.recordings.models import Source as Sent
from app.vault import service as vault
from app.vault.service import KeyDestroyed
from media.audio.opus import RATE
from media.recorder.composite.floor import leaders, loudness
from media.sealed import SealedReader
from media.store import Missing, Store

SCOPE = "composite"
"""Of its data key: it rests on more consents than anything else, and goes before the rest."""
HUES = 12


@dataclass(frozen=True)
class Wanted:
    """A file whose pictures are shown. Times are ms of the recording."""

    file_id: UUID
    path: str
    data_key_id: UUID
    start_ms: int
    end_ms: int
    zero_ms: int
    is_screen: bool


@dataclass(frozen=True)
class Person:
    """No name: what the workflow remembers outlives an erasure."""

    user_id: UUID
    hue: int
    shown: tuple[Wanted, ...]


@dataclass(frozen=True)
class CompositePlan:
    composite_id: UUID
    recording_id: UUID
    meeting_id: UUID
    attempt: int
    length_ms: int
    people: tuple[Person, ...]
    mixdown: Wanted
    consent_ids: tuple[str, ...]
    file_ids: frozenset[UUID]
    """All that goes in: gone or replaced, the plan is outdated."""
    data_key_id: UUID


async def floor(context: Context, store: Store, made: CompositePlan) -> list[tuple[float, int]]:
    """From when on whose voice leads. It is asked for again rather than remembered: what the
    workflow remembers outlives an erasure."""
    async with context.database.reading() as db:
        recording = await db.get_one(Recording, made.recording_id)
        meeting = await db.get_one(Meeting, made.meeting_id)
        files = await reading.usable_files(db, recording, meeting)
        voices = [await _voice(db, context, store, files, one.user_id) for one in made.people]
    return leaders([one for one, _ in voices], max(px for _, px in voices))


async def plan(context: Context, store: Store, composite_id: UUID) -> CompositePlan | None:
    """None when it was called off meanwhile, or there is nothing left to show."""
    async with context.database.transaction() as db:
        found = await _found(db, composite_id)
        if found is None:
            return None
        composite, recording, meeting = found
        files = await reading.usable_files(db, recording, meeting)
        mixdown = next((file for file in files if file.kind == FileKind.MIXDOWN), None)
        if mixdown is None or recording.state != RecordingState.READY:
            return None
        tracks = await recordings.tracks(db, recording.id)
        members = [user.id for _, user in await groups.members(db, meeting.group_id, former=True)]
        people = _people(members, files, tracks)
        key = await vault.data_key(db, context.keys, meeting.id, None, SCOPE)
        composite.state = CompositeState.RENDERING
        used = {wanted.file_id for one in people for wanted in one.shown} | {mixdown.id}
        inside = [file for file in files if file.id in used or file.kind == FileKind.PERSON]
        return CompositePlan(
            composite_id=composite_id,
            recording_id=recording.id,
            meeting_id=meeting.id,
            attempt=composite.attempt,
            length_ms=recording.duration_ms or 0,
            people=tuple(people),
            mixdown=Wanted(mixdown.id, mixdown.path, mixdown.data_key_id, 0, 0, 0, False),
            consent_ids=tuple(sorted({row for file in inside for row in file.consent_ids})),
            file_ids=frozenset(file.id for file in inside),
            data_key_id=key.id,
        )


async def stands(db: AsyncSession, made: CompositePlan) -> bool:
    """Whether it is still wanted, and every file that goes in may still be used."""
    found = await _found(db, made.composite_id)
    if found is None or found[0].attempt != made.attempt:
        return False
    _, recording, meeting = found
    usable = {file.id for file in await reading.usable_files(db, recording, meeting)}
    return recording.state == RecordingState.READY and made.file_ids <= usable


async def _found(
    db: AsyncSession, composite_id: UUID
) -> tuple[Composite, Recording, Meeting] | None:
    composite = await db.get(Composite, composite_id, with_for_update=True)
    if composite is None or composite.state not in UNDER_WAY:
        return None
    recording = await db.get(Recording, composite.recording_id)
    meeting = await db.get(Meeting, recording.meeting_id) if recording else None
    return (composite, recording, meeting) if recording and meeting else None


def _people(
    members: Sequence[UUID], files: Sequence[RecordingFile], tracks: Sequence[Track]
) -> list[Person]:
    """Whoever is heard or seen, in the order and the colours of the recording's page."""
    spans: dict[UUID, list[Track]] = {file.id: [] for file in files}
    for track in tracks:
        spans.setdefault(track.file_id, []).append(track)
    shown = [file for file in files if file.kind in (FileKind.PERSON, FileKind.SCREEN)]
    people: list[Person] = []
    for user in (each for each in members if any(f.user_id == each for f in shown)):
        wanted = [
            _wanted(file, track, spans[file.id])
            for file in shown
            for track in spans[file.id]
            if file.user_id == user and track.source != Sent.MICROPHONE
        ]
        people.append(Person(user, len(people) % HUES + 1, tuple(wanted)))
    return people


def _wanted(file: RecordingFile, track: Track, inside: Sequence[Track]) -> Wanted:
    zero = min(each.details.get("file_start_ms", each.start_ms) for each in inside)
    end, screen = track.start_ms + track.duration_ms, track.source == Sent.SCREEN
    return Wanted(file.id, file.path, file.data_key_id, track.start_ms, end, zero, screen)


async def _voice(
    db: AsyncSession, context: Context, store: Store, files: Sequence[RecordingFile], user: UUID
) -> tuple[list[int], float]:
    """How loud a person is, and how long a pixel of it lasts in seconds."""
    for file in files:
        if file.kind == FileKind.PEAKS and file.user_id == user:
            try:
                key = await vault.unwrap(db, context.keys, file.data_key_id)
                reader = await SealedReader.open(store, file.path, key)
                peaks = json.loads(await reader.read(0, reader.size))
            except (KeyDestroyed, Missing):
                break
            return loudness(peaks), peaks["samples_per_pixel"] / peaks["sample_rate"]
    return [], 4_800 / RATE
