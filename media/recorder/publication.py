"""The last step: turns, the manifest, and the rows by which the rest of eMessi finds the files."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent import ledger
from app.consent import service as consent
from app.consent.models import Purpose
from app.groups.models import Group
from app.kit.ids import new_id
from app.meetings.models import Meeting
from app.recordings import sealing, spans
from app.recordings import service as recordings
from app.recordings.completeness import MISSING_MS
from app.recordings.models import FileKind, Recording, RecordingFile, RecordingState, Track
from app.recordings.off_record import spans_ms
from app.recordings.previews import step_of
from app.recordings.states import move
from app.turns import proposing, shared
from app.turns import rules as turn_rules
from app.turns import service as turns
from app.turns.detection import VERSION
from app.turns.models import TurnRuleSet
from app.vault import service as vault
from media.audio.echo_ways import EchoRules
from media.audio.speech import Thresholds
from media.recorder import planning
from media.recorder.accounting import account, with_short
from media.recorder.finaliser import Finaliser
from media.recorder.manifest import manifest
from media.recorder.outcome import MadeFile, MadeTrack, Noted, Plan, Speech, Verified
from media.recorder.planning import PlanOutdated

DETECTOR = {"speech": Thresholds().parameters(), "echo": EchoRules().parameters()}


async def publish(
    finaliser: Finaliser,
    plan: Plan,
    run: str,
    made: tuple[Sequence[MadeFile], Sequence[MadeTrack]],
    verified: Sequence[Verified],
    heard: Mapping[UUID, Noted],
    length_ms: int,
    anybody: Noted | None = None,
) -> None:
    """One transaction makes it all visible, if every consent still stands; else PlanOutdated."""
    files, tracks = made
    shop, database = finaliser.workshop(plan, run), finaliser.context.database
    async with database.reading() as db:
        found = await db.get(Recording, plan.recording_id)
        there = {file.path for file in await recordings.files(db, plan.recording_id)}
        if found is None:
            raise PlanOutdated
        if found.state == RecordingState.READY and shop.path(FileKind.MANIFEST, None) in there:
            return  # done, before a kill that kept it from being written down as done
        rules = await _rules(db, plan.group_id)
        relied_on = ledger.relied_on(ledger_rows := await consent.chain(db, plan.group_id))
        off_record = await spans_ms(db, plan.recording_id, length_ms)
        published = await spans.of_recording(db, plan.recording_id)
    speech = {user: await finaliser.noted(plan, run, one) for user, one in heard.items()}
    of_all = await finaliser.noted(plan, run, anybody) if anybody else ()
    holes = account(found, plan, published, tracks, verified, length_ms, ledger_rows, off_record)
    missing = [one for one in holes if one.length_ms >= MISSING_MS] if published else None
    tracks = with_short(tracks, holes) if published else tracks
    found_by = {"detector": VERSION, "parameters": turn_rules.parameters(rules, DETECTOR)}
    facts = (plan, files, tracks, verified, relied_on, found_by, length_ms, missing)
    text = manifest(*facts, off_record=off_record)
    written = await shop.keep(FileKind.MANIFEST, None, text)
    async with database.transaction() as db:
        recording = await db.get(Recording, plan.recording_id, with_for_update=True)
        if recording is None or recording.state == RecordingState.ERASED:
            raise PlanOutdated  # its time may have ended meanwhile
        if not await _stands(db, plan, [*files, written]):
            raise PlanOutdated
        await _replace(db, plan, [*files, written], tracks)
        await _keep_speech(db, plan, relied_on, speech, of_all)
        meeting = await db.get_one(Meeting, plan.meeting_id)
        if not await turns.is_imported(db, plan.recording_id):
            await proposing.propose(db, meeting, plan.recording_id, rules, DETECTOR)
        if recording.state == RecordingState.CLAIMED:
            move(recording, RecordingState.READY)
        recording.duration_ms, recording.progress = length_ms, 100
        recording.missing = None if missing is None else [one.to_json() for one in missing]
        await sealing.forget_unused(db, recording)


async def _stands(db: AsyncSession, plan: Plan, files: Sequence[MadeFile]) -> bool:
    """Whether every consent does, and every key that something was sealed with."""
    living = {key.id for key in await vault.living(db, plan.meeting_id, sealing.SCOPES)}
    sealed_by = {file.data_key_id for file in files}
    return sealed_by <= living and await planning.still_stands(db, plan)


async def _keep_speech(
    db: AsyncSession,
    plan: Plan,
    relied_on: ledger.Current,
    speech: Mapping[UUID, Speech],
    of_all: Speech,
) -> None:
    """Each person's, and, of a mixed file, where somebody speaks: that rests on everybody's
    consents to be studied too."""
    await proposing.keep_speech(db, plan.recording_id, speech)
    rows = [relied_on.get(user, {}).get(Purpose.INDEXING) for user in plan.users if of_all]
    if None in rows:
        raise PlanOutdated
    studied = {row.id for row in rows if row is not None}
    await shared.keep(db, plan.recording_id, of_all, plan.consents | studied)


async def _rules(db: AsyncSession, group_id: UUID) -> TurnRuleSet:
    group = await db.get(Group, group_id)
    if group is None:
        raise PlanOutdated
    return await turn_rules.in_force(db, group.programme_id)


async def _replace(
    db: AsyncSession, plan: Plan, files: Sequence[MadeFile], tracks: Sequence[MadeTrack]
) -> None:
    recording_id = plan.recording_id
    rows = {file.path: _file(plan, file) for file in files}
    track_rows = [
        Track(
            recording_id=recording_id,
            user_id=track.user_id,
            source=track.source,
            file_id=rows[track.path].id,
            codec=track.codec,
            start_ms=track.start_ms,
            duration_ms=track.duration_ms,
            details=track.details,
        )
        for track in tracks
    ]
    await recordings.replace_outcome(db, recording_id, list(rows.values()), track_rows)


def _file(plan: Plan, file: MadeFile) -> RecordingFile:
    fields: dict[str, Any] = {
        "id": new_id(),
        "recording_id": plan.recording_id,
        "kind": file.kind,
        "user_id": file.user_id,
        "data_key_id": file.data_key_id,
        "consent_ids": file.consent_ids,
        "path": file.path,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
        "step_ms": step_of(plan.stopped_ms) if file.kind == FileKind.PREVIEW else None,
    }
    return RecordingFile(**fields)
