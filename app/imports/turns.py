"""Turns that were marked with another program, in place of those that ours proposed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent import service as consent
from app.groups.models import Group
from app.imports import turnfiles
from app.imports.turnfiles import SpokenBy, TurnFormat
from app.kit.db import now
from app.kit.errors import Invalid, Refusal
from app.kit.permissions import Action
from app.recordings import consents
from app.recordings import service as recordings
from app.recordings.models import RecordingState
from app.transcripts.importing import VoiceUnknown
from app.turns import rules as turn_rules
from app.turns import service as turns
from app.turns.detection import DetectedTurn, Segment, TurnRules, detect
from app.turns.models import Turn, TurnRuleSet, TurnState
from app.turns.service import IMPORTED


class Taken(NamedTuple):
    written: int
    passed_over: int
    """Of people who may not be studied, of nobody, or outside the recording."""


class NotATurnFile(Invalid):
    code = "not_a_turn_file"


class TurnsEdited(Refusal):
    """What people made of the turns here would stand beside what they made of them elsewhere."""

    code = "turns_edited"


def names(form: TurnFormat, content: str) -> list[tuple[str, int]]:
    """Who speaks in the file, and how many turns; the most talkative first."""
    return Counter(one.name for one in read(form, content)).most_common()


def read(form: TurnFormat, content: str) -> list[SpokenBy]:
    """Raises NotATurnFile. A long file takes a while: nobody who writes should wait for it."""
    try:
        return turnfiles.read(form, content)
    except turnfiles.Unreadable:
        raise NotATurnFile(field="content") from None


async def take_in(
    db: AsyncSession,
    actor: Actor,
    recording_id: UUID,
    form: TurnFormat,
    spoken: Sequence[SpokenBy],
    file_name: str,
    people: Mapping[str, UUID | None],
    offset_ms: int,
) -> Taken:
    """Stores them as a new index of the recording, which is then the one in use."""
    recording, meeting = await recordings.get(db, actor, recording_id, Action.IMPORT_RECORDING)
    if recording.state != RecordingState.READY:
        raise recordings.NotFinished
    if any(one.name not in people for one in spoken):
        raise VoiceUnknown(field="people")
    rows = await consent.chain(db, meeting.group_id)
    until = consents.indexed_until(rows, recording.started_at)
    if await turns.is_edited(db, recording_id):
        raise TurnsEdited
    tapes = await recordings.tapes(db, recording_id)
    studied, length_ms = consents.studied(rows, tapes, now()), recording.duration_ms or 0
    accepted: dict[UUID, list[Segment]] = {}
    for one in spoken:
        user_id = people[one.name]
        start_ms, end_ms = one.start_ms + offset_ms, one.end_ms + offset_ms
        latest = until.get(user_id, 0) if user_id else 0
        within = start_ms >= 0 and end_ms <= min(length_ms, length_ms if latest is None else latest)
        if user_id is not None and user_id in studied and within:
            accepted.setdefault(user_id, []).append(Segment(start_ms, end_ms))
    group = await db.get_one(Group, meeting.group_id)
    declared = await turn_rules.in_force(db, group.programme_id)
    found = map(_turn, detect(accepted, _rules(declared)))
    parameters = {
        **turn_rules.declared(declared),
        "backchannel_max_ms": declared.backchannel_max_ms,
        "file": file_name,
        "offset_ms": offset_ms,
    }
    await turns.store(db, recording_id, f"{IMPORTED} {form}", parameters, found)
    written = sum(len(segments) for segments in accepted.values())
    return Taken(written, len(spoken) - written)


def _turn(turn: DetectedTurn[UUID]) -> Turn:
    """People marked it: nobody need accept it again."""
    return Turn(
        index_id=UUID(int=0),  # `store` puts its own in this place
        user_id=turn.user,
        start_ms=turn.start_ms,
        end_ms=turn.end_ms,
        is_backchannel=turn.is_backchannel,
        state=TurnState.ACCEPTED,
    )


def _rules(declared: TurnRuleSet) -> TurnRules:
    """Ends and beginnings stay where they were marked; only turns of one person that overlap, which
    are none to the rest of eMessi, become one. What a back-channel is, the programme says."""
    return TurnRules(-1, declared.backchannel_max_ms, 1)
