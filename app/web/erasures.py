"""Pages on what was erased: a person's own receipt, and for coordinators what had gone out."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import User
from app.consent.models import Purpose
from app.erasures import copies, service
from app.erasures.service import Reason
from app.exports import register
from app.exports.models import ExportRecord
from app.exports.register import Registered
from app.groups import access
from app.groups import service as groups
from app.groups.models import Group
from app.kit import receipts
from app.kit.permissions import Action
from app.meetings.models import Meeting
from app.recordings.models import Erasure, Recording
from app.web.visit import Looking, PageRoute, Visit

router = APIRouter(route_class=PageRoute)


class Erased(NamedTuple):
    """One erasure as pages show it."""

    erasure: Erasure
    meeting: Meeting
    purposes: Sequence[Purpose]
    exports: Sequence["Out"]
    reason: Reason


class ToDo(NamedTuple):
    """Copies of one person's material that somebody must see to."""

    user_id: UUID
    purposes: Sequence[Purpose]
    """What was withdrawn; none: the time was over for which it was to be kept."""
    exports: Sequence["Out"]


class Out(NamedTuple):
    """One export as pages show it."""

    record: ExportRecord
    by: str
    """Whose download it was."""
    meeting: Meeting | None
    """None: the whole group."""
    people: Sequence[UUID]


@router.get("/erasures/{erasure_id}")
async def receipt(erasure_id: UUID, visit: Looking) -> HTMLResponse:
    """One's own, in words, with the signed document to take along."""
    erasure = await service.get_own(visit.db, visit.actor, erasure_id)
    erased = await _erased(visit.db, erasure)
    group = await visit.db.get_one(Group, erased.meeting.group_id)
    signed = erasure.receipt
    keys = visit.context.keys
    return visit.page(
        "erasure.html",
        erased=erased,
        group=group,
        withdrawals=await service.withdrawals(visit.db, erasure),
        document=receipts.verify(signed, keys) if signed else None,
    )


@router.get("/groups/{group_id}/exports")
async def exports(group_id: UUID, visit: Looking) -> HTMLResponse:
    """What went out with whose data, and who of them has withdrawn since."""
    db = visit.db
    group = await access.require(db, visit.actor, group_id, Action.EXPORT)
    query = service.of_group(group_id).order_by(col(Erasure.id).desc())
    erased = [await _erased(db, erasure) for erasure in (await db.exec(query)).all()]
    members = await groups.members(db, group_id, former=True)
    return visit.page(
        "exports.html",
        group=group,
        erased=erased,
        to_do=[*await _withdrawn(db, group_id), *await _over(db, group_id, erased)],
        exports=[await _out(db, each) for each in await register.of_group(db, group_id)],
        people={user.id: f"{user.name} ({member.pseudonym})" for member, user in members},
    )


async def _withdrawn(db: AsyncSession, group_id: UUID) -> list[ToDo]:
    return [
        ToDo(user, _in_order(each.purposes), [await _out(db, one) for one in each.exports])
        for user, each in (await copies.of_withdrawn(db, group_id)).items()
    ]


async def _over(db: AsyncSession, group_id: UUID, erased: Sequence[Erased]) -> list[ToDo]:
    """Whose time was over: nobody withdrew, and copies are out all the same."""
    ended = [each for each in erased if each.reason == Reason.RETENTION and each.exports]
    seen = await copies.seen_to(db, group_id) if ended else {}
    return [
        ToDo(user_id, (), each.exports)
        for each in ended
        if (user_id := each.erasure.user_id) not in seen or seen[user_id] < each.erasure.begun_at
    ]


async def copies_to_delete(db: AsyncSession, group_id: UUID) -> int:
    """How many downloads somebody must see to."""
    erased = [await _erased(db, each) for each in (await db.exec(service.of_group(group_id))).all()]
    to_do = [*await _withdrawn(db, group_id), *await _over(db, group_id, erased)]
    return len({one.record.id for each in to_do for one in each.exports})


async def own_erasures(visit: Visit, group_id: UUID) -> list[Erased]:
    """Of the person who looks, in one group; newest first."""
    query = service.of_group(group_id).where(Erasure.user_id == visit.actor.user_id)
    found = (await visit.db.exec(query.order_by(col(Erasure.id).desc()))).all()
    return [await _erased(visit.db, erasure) for erasure in found]


async def _erased(db: AsyncSession, erasure: Erasure) -> Erased:
    recording = await db.get_one(Recording, erasure.recording_id)
    meeting = await db.get_one(Meeting, recording.meeting_id)
    purposes = {Purpose(row.purpose) for row in await service.withdrawals(db, erasure)}
    exports = [await _out(db, each) for each in await service.exports_before(db, erasure)]
    reason = service.reason(erasure)
    return Erased(erasure, meeting, _in_order(purposes), exports, reason)


def _in_order(purposes: Collection[Purpose]) -> list[Purpose]:
    return [purpose for purpose in Purpose if purpose in purposes]


async def _out(db: AsyncSession, registered: Registered) -> Out:
    record, contents = registered
    by = await db.get_one(User, record.exported_by)
    meeting = await db.get(Meeting, record.meeting_id) if record.meeting_id else None
    return Out(record, by.name, meeting, list(dict.fromkeys(each.user_id for each in contents)))
