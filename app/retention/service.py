"""What a programme keeps for how long, asked and changed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent import ledger
from app.consent.models import ConsentDecision, Purpose
from app.groups.models import Group
from app.kit import audit
from app.kit.db import now
from app.kit.errors import Refusal
from app.kit.permissions import Action, acting_as
from app.meetings.models import Meeting
from app.programmes import access
from app.programmes.models import Programme, RetentionChange
from app.recordings.models import Recording, RecordingState, Tape, TapeState
from app.retention import holds
from app.retention.periods import Deadline, Obstacle, due, parts
from app.transcripts.models import Utterance
from app.turns.models import Speech, Turn, TurnIndex


class WouldErase(Refusal):
    """More, or fewer, recordings would be erased at once than were said to be known of."""

    code = "retention_would_erase"


class Consequences(NamedTuple):
    """What another period would do."""

    erased_at_once: list[Deadline]
    """Not due by the present period, and due by the other."""
    near: list[Deadline]
    """To be warned of at once."""
    promised_less: int
    """People who agreed under a shorter period than the other: theirs goes when they were told."""


async def deadlines(
    db: AsyncSession,
    programme_id: UUID | None = None,
    *,
    recording_id: UUID | None = None,
    days: int | None = None,
) -> list[Deadline]:
    """Every recording that holds anything, the first to end first; as if the period of the
    programme were `days` from now on, if that is given."""
    rows = await _rows(db, programme_id, recording_id)
    ids = _within(select(Recording.id), programme_id, recording_id)
    tapes: dict[UUID, list[Tape]] = defaultdict(list)
    query = select(Tape).where(col(Tape.recording_id).in_(ids), Tape.state != TapeState.ERASED)
    for tape in (await db.exec(query)).all():
        tapes[tape.recording_id].append(tape)
    held_of = await _held_of(db, ids)
    decisions = await _decisions(db, {group.id for _, _, group, _ in rows})
    changes = await changes_of(db, programme_id)
    held = await holds.in_force(db, programme_id)
    found = []
    for recording, meeting, group, programme in rows:
        grants = _grants(decisions[group.id], tapes[recording.id], held_of[recording.id])
        history, current = changes[programme.id], programme.retention_days
        if days is not None:
            history = [*history, _proposed(programme, days)]
            current = days
        hold = holds.covering(held, programme.id, group.id, recording.id)
        found.append(
            Deadline(
                recording_id=recording.id,
                meeting_id=meeting.id,
                group_id=group.id,
                programme_id=programme.id,
                recorded_at=recording.started_at,
                warning=timedelta(days=programme.warning_days),
                parts=parts(recording.started_at, grants, history, current),
                whole_ends_at=recording.started_at + timedelta(days=current),
                obstacle=_obstacle(recording, held=hold is not None),
                hold_id=hold.id if hold else None,
            )
        )
    return sorted(found, key=lambda each: (each.first_ends_at, each.recording_id))


async def of_programme(db: AsyncSession, actor: Actor, programme_id: UUID) -> list[Deadline]:
    await access.require(db, actor, programme_id, Action.SEE_RECORDING_STATUS)
    return await deadlines(db, programme_id)


async def of_recording(db: AsyncSession, recording_id: UUID) -> Deadline | None:
    """None when nothing is kept any longer. Who may ask was asked at the recording's door."""
    found = await deadlines(db, recording_id=recording_id)
    return found[0] if found else None


async def consequences(
    db: AsyncSession, actor: Actor, programme_id: UUID, days: int
) -> Consequences:
    await access.require(db, actor, programme_id, Action.MANAGE_RETENTION)
    moment = now()
    present = {each.recording_id for each in due(await deadlines(db, programme_id), moment)}
    then = await deadlines(db, programme_id, days=days)
    promised = {part.user_id for each in then for part in each.parts if part.promised < days}
    return Consequences(
        [each for each in due(then, moment) if each.recording_id not in present],
        [each for each in then if each.is_near(moment) and not each.is_due(moment)],
        len(promised),
    )


async def change(
    db: AsyncSession, actor: Actor, programme_id: UUID, *, days: int, warning_days: int, erases: int
) -> Programme:
    """Another period. `erases`: how many recordings the caller knows will be erased at once by it;
    raises WouldErase when there are others. What was promised to people stays promised."""
    roles = await access.roles(db, actor, programme_id)
    await access.require(db, actor, programme_id, Action.MANAGE_RETENTION)
    programme = await db.get_one(Programme, programme_id, with_for_update=True)
    if len((await consequences(db, actor, programme_id, days)).erased_at_once) != erases:
        raise WouldErase(field="erases")
    if days != programme.retention_days:
        db.add(_proposed(programme, days, actor))
        doer = audit.Doer(actor.user_id, str(acting_as(roles, Action.MANAGE_RETENTION)))
        about = audit.About("programme", programme_id, programme_id=programme_id)
        counts = {"days_before": programme.retention_days, "days_after": days}
        audit.record(db, audit.Deed.RETENTION_CHANGED, doer, about, details=counts)
    programme.retention_days, programme.warning_days = days, warning_days
    return programme


def _proposed(programme: Programme, days: int, actor: Actor | None = None) -> RetentionChange:
    return RetentionChange(
        programme_id=programme.id,
        days_before=programme.retention_days,
        days_after=days,
        changed_by=actor.user_id if actor else UUID(int=0),
    )


def _obstacle(recording: Recording, *, held: bool) -> Obstacle | None:
    if held:
        return Obstacle.HELD
    return Obstacle.AT_WORK if recording.state == RecordingState.RUNNING else None


async def _held_of(db: AsyncSession, ids: Any) -> defaultdict[UUID, set[tuple[UUID, str]]]:
    """Recording → who has turns, speech or words in it, each with the purpose that they rest on."""
    speakers = select(TurnIndex.recording_id, Turn.user_id).where(
        Turn.index_id == TurnIndex.id, col(TurnIndex.recording_id).in_(ids)
    )
    worded = select(Utterance.recording_id, Utterance.user_id)
    worded = worded.where(col(Utterance.recording_id).in_(ids))
    heard = select(Speech.recording_id, Speech.user_id).where(col(Speech.recording_id).in_(ids))
    rest_on = (
        (speakers, Purpose.INDEXING),
        (heard, Purpose.INDEXING),
        (worded, Purpose.TRANSCRIPT),
    )
    found: defaultdict[UUID, set[tuple[UUID, str]]] = defaultdict(set)
    for query, purpose in rest_on:
        for id_, user_id in (await db.exec(query.distinct())).all():
            found[id_].add((user_id, purpose))
    return found


def _grants(
    decisions: Sequence[ConsentDecision], tapes: Iterable[Tape], held_of: set[tuple[UUID, str]]
) -> list[ConsentDecision]:
    """What a recording rests on: the grants that its tapes name, and those of turns and words."""
    named = {tape.consent_id for tape in tapes}
    standing = ledger.standing(decisions)
    return [
        row
        for row in decisions
        if row.id in named or ((row.user_id, row.purpose) in held_of and row.id in standing)
    ]


def _within(query: Any, programme_id: UUID | None, recording_id: UUID | None) -> Any:
    query = (
        query.join(Meeting, col(Meeting.id) == Recording.meeting_id)
        .join(Group, col(Group.id) == Meeting.group_id)
        .where(Recording.state != RecordingState.ERASED)
    )
    if programme_id is not None:
        query = query.where(Group.programme_id == programme_id)
    return query if recording_id is None else query.where(Recording.id == recording_id)


async def _rows(
    db: AsyncSession, programme_id: UUID | None, recording_id: UUID | None
) -> list[tuple[Recording, Meeting, Group, Programme]]:
    query = _within(select(Recording, Meeting, Group, Programme), programme_id, recording_id)
    query = query.join(Programme, col(Programme.id) == Group.programme_id)
    return [tuple(row) for row in (await db.exec(query)).all()]


async def _decisions(
    db: AsyncSession, groups: set[UUID]
) -> defaultdict[UUID, list[ConsentDecision]]:
    found: defaultdict[UUID, list[ConsentDecision]] = defaultdict(list)
    query = select(ConsentDecision).order_by(col(ConsentDecision.sequence))
    for row in (await db.exec(query)).all():
        if row.group_id in groups:
            found[row.group_id].append(row)
    return found


async def changes_of(
    db: AsyncSession, programme_id: UUID | None = None
) -> defaultdict[UUID, list[RetentionChange]]:
    """Of each programme, or of this one, in the order of time."""
    found: defaultdict[UUID, list[RetentionChange]] = defaultdict(list)
    query = select(RetentionChange).order_by(col(RetentionChange.at), col(RetentionChange.id))
    if programme_id is not None:
        query = query.where(RetentionChange.programme_id == programme_id)
    for row in (await db.exec(query)).all():
        found[row.programme_id].append(row)
    return found
