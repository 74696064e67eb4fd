"""Deciding which recordings are indexed, and reading what was decided."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.accounts.actor import Actor
from app.groups import service as groups
from app.groups.models import Group
from app.kit import audit, chance
from app.kit.errors import Invalid, NotFound, Refusal
from app.kit.permissions import Action, acting_as
from app.meetings.models import Meeting, MeetingKind, MeetingState
from app.programmes import access
from app.recordings.models import Recording, RecordingState
from app.sampling import drawing
from app.sampling.drawing import Candidate
from app.sampling.forms import RandomSample, SampleByHand, SampledRow, StratifiedSample
from app.sampling.models import Method, Sample


class NothingToSample(Refusal):
    code = "nothing_to_sample"


class SampleTooLarge(Invalid):
    code = "sample_too_large"


async def population(db: AsyncSession, programme_id: UUID) -> list[Candidate]:
    """Recordings of mentoring meetings that are over, still kept: by group, in meeting order."""
    query = (
        select(Recording.id, Meeting.group_id, Meeting.ordinal)
        .where(Recording.meeting_id == Meeting.id, Meeting.group_id == Group.id)
        .where(Group.programme_id == programme_id, Recording.state == RecordingState.READY)
        .where(Meeting.kind == MeetingKind.MENTORING, Meeting.state == MeetingState.ENDED)
        .order_by(col(Group.name), col(Group.id), col(Meeting.ordinal), col(Recording.id))
    )
    return [Candidate(*row) for row in (await db.exec(query)).all()]


async def draw(
    db: AsyncSession,
    actor: Actor,
    programme_id: UUID,
    form: RandomSample | StratifiedSample | SampleByHand,
) -> Sample:
    """Decides, for what follows; earlier decisions stay to be read."""
    await access.require(db, actor, programme_id, Action.DRAW_SAMPLE)
    found = await population(db, programme_id)
    if not found:
        raise NothingToSample
    if isinstance(form, RandomSample) and form.count > len(found):
        raise SampleTooLarge(field="count")
    seed = None
    if not isinstance(form, SampleByHand):
        seed = form.seed if form.seed is not None else chance.new_seed()
    parameters = form.model_dump(include={"count", "parts", "per_stratum"})
    sample = Sample(
        programme_id=programme_id,
        method=form.method,
        seed=seed,
        parameters=parameters,
        reason=form.reason,
        population=[each.as_json() for each in found],
        chosen=[],
        drawn_by=actor.user_id,
    )
    chosen = _by_hand(found, form) if isinstance(form, SampleByHand) else redrawn(sample)
    sample.chosen = [str(each) for each in chosen]
    db.add(sample)
    await db.flush()
    roles = await access.roles(db, actor, programme_id)
    doer = audit.Doer(actor.user_id, str(acting_as(roles, Action.DRAW_SAMPLE)))
    about = audit.About("sample", sample.id, None, programme_id)
    counts = {"recordings": len(chosen), "population": len(found)}
    audit.record(db, audit.Deed.SAMPLE_DRAWN, doer, about, details=counts)
    return sample


def candidates(sample: Sample) -> list[Candidate]:
    """What could be chosen then."""
    return [Candidate.from_json(each) for each in sample.population]


def redrawn(sample: Sample) -> list[UUID]:
    """What the seed and the list of then give: the same, whenever it is asked."""
    if sample.method == Method.RANDOM:
        return drawing.at_random(candidates(sample), sample.seed or 0, **sample.parameters)
    if sample.method == Method.STRATIFIED:
        return drawing.stratified(candidates(sample), sample.seed or 0, **sample.parameters)
    return [UUID(each) for each in sample.chosen]


def _by_hand(found: Sequence[Candidate], form: SampleByHand) -> list[UUID]:
    wanted = set(form.recording_ids)
    chosen = [each.recording_id for each in found if each.recording_id in wanted]
    if len(chosen) != len(wanted):
        raise Invalid(field="recording_ids")
    return chosen


async def samples(db: AsyncSession, actor: Actor, programme_id: UUID) -> SelectOfScalar[Sample]:
    await access.require(db, actor, programme_id, Action.READ_TURNS)
    return select(Sample).where(Sample.programme_id == programme_id)


async def get(db: AsyncSession, actor: Actor, sample_id: UUID) -> Sample:
    sample = await db.get(Sample, sample_id)
    if sample is None:
        raise NotFound
    await access.require(db, actor, sample.programme_id, Action.READ_TURNS)
    return sample


async def in_force(db: AsyncSession, programme_id: UUID) -> Sample | None:
    """The last decision."""
    query = select(Sample).where(Sample.programme_id == programme_id)
    return (await db.exec(query.order_by(col(Sample.id).desc()).limit(1))).first()


def described(sample: Sample, recording_id: UUID) -> dict[str, Any]:
    """For the manifest of an export: the decision, and what it says of this recording."""
    return decided(sample) | {"this_recording": standing(sample, recording_id)}


def decided(sample: Sample) -> dict[str, Any]:
    return {
        "id": str(sample.id),
        "method": str(sample.method),
        "seed": sample.seed,
        "parameters": sample.parameters,
        "reason": sample.reason,
        "drawn_at": sample.drawn_at.isoformat(),
        "population": len(sample.population),
        "chosen": len(sample.chosen),
    }


def standing(sample: Sample, recording_id: UUID) -> str:
    if str(recording_id) in sample.chosen:
        return "chosen"
    could = any(each["recording_id"] == str(recording_id) for each in sample.population)
    return "not_chosen" if could else "not_in_population"


async def group_names(db: AsyncSession, programme_id: UUID) -> dict[UUID, str]:
    return {group.id: group.name for group in await groups.of_programme(db, programme_id)}


async def rows(db: AsyncSession, sample: Sample) -> list[SampledRow]:
    return listed(sample, await group_names(db, sample.programme_id))


def listed(sample: Sample, names: Mapping[UUID, str]) -> list[SampledRow]:
    """Everything that could be chosen, with what decided. `names`: of groups."""
    parts = sample.parameters.get("parts")
    return [
        SampledRow(
            recording_id=each.recording_id,
            group=names.get(each.group_id, ""),
            meeting=each.ordinal,
            part=part + 1 if parts else None,
            rank=None if sample.seed is None else chance.rank(sample.seed, each.recording_id),
            chosen=int(str(each.recording_id) in sample.chosen),
            method=Method(sample.method),
            seed=sample.seed,
            drawn_at=sample.drawn_at,
            reason=sample.reason,
        )
        for each, part in drawing.parted(candidates(sample), parts or 1)
    ]
