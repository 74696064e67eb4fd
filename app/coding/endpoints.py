"""Coding: assignments, a coder's own work, and what becomes of differences and of new versions."""

from collections.abc import Awaitable
from uuid import UUID

from fastapi import APIRouter

from app.accounts.http import CurrentActor
from app.blinding.models import CodingAssignment
from app.coding import assigning, comparing, mapping, progress, work
from app.coding.forms import (
    Adjudicate,
    ApplyMapping,
    Assign,
    AssignmentLine,
    AssignmentPublic,
    ComparisonPublic,
    Decide,
    Draw,
    DrawPublic,
    MappingPublic,
    Note,
    OfferPublic,
    WorkPublic,
)
from app.coding.models import CodebookMapping, CodingDraw
from app.coding.shapes import comparison_public, offer_public, work_public
from app.kit.audit import Deed
from app.kit.http import Ctx, Db
from app.kit.idempotency import Idempotent
from app.kit.permissions import Action
from app.programmes import access as programmes
from app.recordings import auditing

router = APIRouter(tags=["coding"])
OWN = "/coding-assignments/{assignment_id}"
CELL = "/turns/{turn_id}/axes/{axis_id}"


@router.get("/programmes/{programme_id}/coding-assignments")
async def assignments(programme_id: UUID, db: Db, actor: CurrentActor) -> list[AssignmentLine]:
    """Who codes what, and how far they are."""
    await programmes.require(db, actor, programme_id, Action.CODE)
    return [
        AssignmentLine(
            **AssignmentPublic.model_validate(line.assignment).model_dump(),
            coder=line.coder.name,
            coded=line.coded,
            again=line.again,
        )
        for line in await progress.of_programme(db, programme_id)
    ]


@router.post("/coding-assignments", status_code=201, response_model=list[AssignmentPublic])
async def assign_coding(form: Assign, db: Db, actor: CurrentActor) -> list[CodingAssignment]:
    """All of these recordings to one coder, or none."""
    return [
        await assigning.assign(db, actor, recording_id, form.coder_id, form.version_id)
        for recording_id in dict.fromkeys(form.recording_ids)
    ]


@router.delete(OWN, status_code=204)
async def remove_assignment(assignment_id: UUID, db: Db, actor: CurrentActor) -> None:
    """While nothing was coded in it."""
    await assigning.remove(db, actor, assignment_id)


@router.post("/coding-draws", status_code=201)
async def draw_double_coding(
    form: Draw, db: Db, actor: CurrentActor, once: Idempotent
) -> DrawPublic:
    """A share of what others code, chosen by a seed, for a second coder."""

    def make() -> Awaitable[CodingDraw]:
        fields = form.model_dump(exclude={"recordings"})
        return assigning.draw(db, actor, **fields, basis=form.recordings)

    return await once(db, actor.user_id, DrawPublic, make)


@router.get(OWN)
async def own_work(assignment_id: UUID, db: Db, actor: CurrentActor, context: Ctx) -> WorkPublic:
    """The coder's own: for everybody else it doesn't exist."""
    found = await work.open_(db, actor, assignment_id)
    deed = Deed.READ_TURNS
    await auditing.told(
        context.database, db, actor, found.meeting, deed, "turns", found.recording.id
    )
    return await work_public(db, found)


@router.put(OWN + CELL, status_code=204)
async def decide_codes(
    assignment_id: UUID, turn_id: UUID, axis_id: UUID, form: Decide, db: Db, actor: CurrentActor
) -> None:
    """The codes of one turn on one axis, in place of what stood there."""
    await work.decide(db, actor, assignment_id, turn_id, axis_id, **dict(form))


@router.put(OWN + "/turns/{turn_id}/memo", status_code=204)
async def note_memo(
    assignment_id: UUID, turn_id: UUID, form: Note, db: Db, actor: CurrentActor
) -> None:
    await work.note(db, actor, assignment_id, turn_id, **dict(form))


@router.post(OWN + "/finish", response_model=AssignmentPublic)
async def finish_coding(assignment_id: UUID, db: Db, actor: CurrentActor) -> CodingAssignment:
    """From then on the codings are compared, and can't be changed. Turns that lose their codes
    later, because the workbench or a newer codebook took them away, are asked for again."""
    return await work.finish(db, actor, assignment_id)


@router.get("/recordings/{recording_id}/codings/{version_id}/differences")
async def differences(
    recording_id: UUID, version_id: UUID, db: Db, actor: CurrentActor, context: Ctx
) -> ComparisonPublic:
    """Where coders differ; only once all of them are done."""
    found = await comparing.compare(db, actor, recording_id, version_id)
    deed = Deed.READ_CODES
    await auditing.told(context.database, db, actor, found.meeting, deed, "turns", recording_id)
    return comparison_public(found)


@router.put("/recordings/{recording_id}/codings/{version_id}" + CELL, status_code=204)
async def adjudicate(
    recording_id: UUID,
    version_id: UUID,
    turn_id: UUID,
    axis_id: UUID,
    form: Adjudicate,
    db: Db,
    actor: CurrentActor,
) -> None:
    """A third decision beside what the coders said, which stays."""
    await comparing.adjudicate(
        db, actor, recording_id, version_id, turn_id, axis_id, form.code_ids, form.reason
    )


@router.get("/codebooks/{codebook_id}/mappings")
async def mapping_offers(
    codebook_id: UUID, db: Db, actor: CurrentActor, context: Ctx
) -> list[OfferPublic]:
    """What the newest version changes for codings made with older ones."""
    offered = await mapping.offers(context.database, db, actor, codebook_id)
    return [offer_public(each) for each in offered]


@router.post("/codebooks/{codebook_id}/mappings", status_code=201, response_model=MappingPublic)
async def apply_mapping(
    codebook_id: UUID, form: ApplyMapping, db: Db, actor: CurrentActor
) -> CodebookMapping:
    """Carries the codings of an older version over. The originals are kept."""
    moves = [mapping.Move(move.code_id, move.to_code_id) for move in form.moves]
    return await mapping.apply(
        db, actor, codebook_id, form.from_version_id, form.to_version_id, moves
    )
