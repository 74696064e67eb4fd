"""Who codes which recording: assigned by hand, or drawn for double coding."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.blinding.models import CodingAssignment
from app.codebooks import service as codebooks
from app.codebooks.models import Codebook, CodebookVersion
from app.coding import drawing, seeing, work
from app.coding.models import Coder, Coding, CodingDraw, CodingMemo, DrawUnit
from app.groups.models import Group
from app.kit import audit, chance
from app.kit.errors import InUse, Invalid, NotFound, Refusal
from app.kit.permissions import Action, acting_as
from app.meetings.models import Meeting
from app.programmes import access as programmes
from app.programmes.models import ProgrammeStaff
from app.recordings import service as recordings
from app.recordings.models import Recording
from app.sampling.basis import Basis, sample_of
from app.sampling.basis import recordings as sampled
from app.turns import service as turns


class NotACoder(Invalid):
    """Only who has a role in the programme codes for it."""

    code = "not_a_coder"


class AlreadyAssigned(Refusal):
    code = "coding_assigned_already"


class SeenCodes(Refusal):
    """The coder has seen what others coded, and would not code blind."""

    code = "coding_seen"


class NothingToDraw(Refusal):
    """Nothing that somebody else codes and this coder doesn't yet."""

    code = "nothing_to_draw"


async def assign(
    db: AsyncSession, actor: Actor, recording_id: UUID, coder_id: UUID, version_id: UUID
) -> CodingAssignment:
    """One whole recording. Where another codes it too, both are marked as double."""
    recording, meeting = await recordings.get(db, actor, recording_id, Action.ASSIGN_CODING)
    book, version = await _version(db, actor, version_id)
    group = await db.get_one(Group, meeting.group_id)
    if book.programme_id != group.programme_id:
        raise NotFound(field="version_id")
    await _coder(db, book.programme_id, coder_id)
    if await _assigned(db, version, coder_id, [recording.id]):
        raise AlreadyAssigned
    if await seeing.seen(db, book.id, [recording.id], [coder_id]):
        raise SeenCodes(field="coder_id")
    made = CodingAssignment(
        recording_id=recording.id,
        coder_id=coder_id,
        version_id=version.id,
        turn_count=len(await codable(db, recording.id, meeting)),
        created_by=actor.user_id,
    )
    await _add(db, [made])
    await _tell(db, actor, book, coder_id, 1)
    return made


async def draw(
    db: AsyncSession,
    actor: Actor,
    version_id: UUID,
    coder_id: UUID,
    unit: DrawUnit,
    share: float,
    seed: int | None = None,
    basis: Basis = Basis.ALL,
) -> CodingDraw:
    """Has `coder_id` code again a share of what others code with this version, and of which
    `coder_id` has seen no codes: of all of it, or of the recordings in the sample in force."""
    book, version = await _version(db, actor, version_id)
    await _coder(db, book.programme_id, coder_id)
    only = sampled(await sample_of(db, book.programme_id, basis))
    by_others = await _coded_by_others(db, version, coder_id, only)
    sights = await seeing.seen(db, book.id, [each.id for each, _ in by_others], [coder_id])
    known = sights.get(coder_id, {})
    coded = [pair for pair in by_others if pair[0].id not in known]
    found = {
        recording.id: [str(turn_id) for turn_id in await codable(db, recording.id, meeting)]
        for recording, meeting in coded
    }
    per_turn = unit == DrawUnit.TURN
    of_turns = [turn_id for its in found.values() for turn_id in its]
    population = sorted(of_turns if per_turn else [str(recording_id) for recording_id in found])
    if not population:
        raise SeenCodes(field="coder_id") if known else NothingToDraw
    seed = chance.new_seed() if seed is None else seed
    chosen = drawing.draw(population, share, seed)
    made = CodingDraw(
        version_id=version.id,
        coder_id=coder_id,
        unit=unit,
        seed=seed,
        share=share,
        population=population,
        chosen=chosen,
        created_by=actor.user_id,
    )
    db.add(made)
    await db.flush()
    new = [one for each in found.items() if (one := _of_draw(made, *each)) is not None]
    await _add(db, new)
    await _tell(db, actor, book, coder_id, len(new))
    return made


def _of_draw(
    draw: CodingDraw, recording_id: UUID, turn_ids: Sequence[str]
) -> CodingAssignment | None:
    """What the second coder gets of one recording."""
    chosen = set(draw.chosen)
    its = [each for each in turn_ids if each in chosen] if draw.unit == DrawUnit.TURN else None
    if not its and str(recording_id) not in chosen:
        return None
    return CodingAssignment(
        recording_id=recording_id,
        coder_id=draw.coder_id,
        version_id=draw.version_id,
        draw_id=draw.id,
        turn_ids=its,
        turn_count=len(turn_ids if its is None else its),
        created_by=draw.created_by,
    )


async def remove(db: AsyncSession, actor: Actor, assignment_id: UUID) -> None:
    """Only while nothing was coded: what was decided stays."""
    found = await db.get(CodingAssignment, assignment_id)
    if found is None:
        raise NotFound
    await recordings.get(db, actor, found.recording_id, Action.ASSIGN_CODING)
    for table in (Coding, CodingMemo):
        kept = select(table).where(col(table.assignment_id) == found.id).limit(1)
        if (await db.exec(kept)).first() is not None:
            raise InUse
    await db.delete(found)
    await db.flush()
    left = await work.assignments(db, found.recording_id, found.version_id)
    if len(left) == 1:
        left[0].is_double = False


async def codable(db: AsyncSession, recording_id: UUID, meeting: Meeting) -> list[UUID]:
    """The turns to code: those in use that are no back-channels, and that the rules leave in."""
    _, rows = await turns.allowed(db, recording_id, meeting)
    return [row.turn.id for row in rows if row.is_counted]


async def number_of(db: AsyncSession, programme_id: UUID, user_id: UUID) -> int:
    """The coder's number in the programme; given now if there is none yet."""
    held = await db.get(Coder, (programme_id, user_id))
    if held is None:
        largest = select(func.max(Coder.number)).where(Coder.programme_id == programme_id)
        number = ((await db.exec(largest)).one() or 0) + 1
        held = Coder(programme_id=programme_id, user_id=user_id, number=number)
        db.add(held)
        await db.flush()
    return held.number


async def _version(
    db: AsyncSession, actor: Actor, version_id: UUID
) -> tuple[Codebook, CodebookVersion]:
    version = await codebooks.version(db, actor, version_id, Action.ASSIGN_CODING)
    return await db.get_one(Codebook, version.codebook_id), version


async def _coder(db: AsyncSession, programme_id: UUID, coder_id: UUID) -> None:
    held = select(ProgrammeStaff.role).where(
        ProgrammeStaff.programme_id == programme_id, ProgrammeStaff.user_id == coder_id
    )
    if (await db.exec(held.limit(1))).first() is None:
        raise NotACoder(field="coder_id")
    await number_of(db, programme_id, coder_id)


async def _assigned(
    db: AsyncSession, version: CodebookVersion, coder_id: UUID, recording_ids: Collection[UUID]
) -> Sequence[UUID]:
    """Which of these the coder codes already with this codebook, in whichever version."""
    query = (
        select(CodingAssignment.recording_id)
        .join(CodebookVersion, col(CodebookVersion.id) == CodingAssignment.version_id)
        .where(CodebookVersion.codebook_id == version.codebook_id)
        .where(CodingAssignment.coder_id == coder_id)
        .where(col(CodingAssignment.recording_id).in_(recording_ids))
    )
    return (await db.exec(query)).all()


async def _coded_by_others(
    db: AsyncSession,
    version: CodebookVersion,
    coder_id: UUID,
    only: Collection[UUID] | None,
) -> list[tuple[Recording, Meeting]]:
    others = select(CodingAssignment.recording_id).where(
        CodingAssignment.version_id == version.id, CodingAssignment.coder_id != coder_id
    )
    query = (
        select(Recording, Meeting)
        .join(Meeting, col(Meeting.id) == Recording.meeting_id)
        .where(col(Recording.id).in_(others))
        .order_by(col(Recording.started_at), col(Recording.id))
    )
    if only is not None:
        query = query.where(col(Recording.id).in_(only))
    found = [(recording, meeting) for recording, meeting in (await db.exec(query)).all()]
    own = set(await _assigned(db, version, coder_id, [recording.id for recording, _ in found]))
    return [pair for pair in found if pair[0].id not in own]


async def _add(db: AsyncSession, new: Sequence[CodingAssignment]) -> None:
    db.add_all(new)
    await db.flush()
    for each in new:
        together = await work.assignments(db, each.recording_id, each.version_id)
        for one in together:
            one.is_double = len(together) > 1
    await db.flush()


async def _tell(
    db: AsyncSession, actor: Actor, book: Codebook, coder_id: UUID, recordings_: int
) -> None:
    roles = await programmes.roles(db, actor, book.programme_id)
    doer = audit.Doer(actor.user_id, str(acting_as(roles, Action.ASSIGN_CODING)))
    about = audit.About("codebook", book.id, coder_id, book.programme_id)
    details = {"recordings": recordings_}
    audit.record(db, audit.Deed.CODING_ASSIGNED, doer, about, details=details)
