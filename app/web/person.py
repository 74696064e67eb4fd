"""The pages of one person's data: one's own, and for administrators those of others."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import User
from app.accounts.service import require_administrator
from app.chat import erasure as chat
from app.groups.models import Group, Membership
from app.kit.errors import NotAllowed
from app.person import collection, erasure
from app.person.looks import looks
from app.programmes.models import Programme
from app.recordings.models import Tape, TapeState
from app.retention import service as retention
from app.web.consents import left_consents
from app.web.visit import Looking, PageRoute

router = APIRouter(route_class=PageRoute)

LOOKS_SHOWN = 30
PEOPLE_SHOWN = 100


@router.get("/my-data")
async def my_data(visit: Looking) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    member = select(Membership).where(Membership.user_id == actor.user_id)
    shown = await looks(db, actor.user_id, LOOKS_SHOWN + 1)
    return visit.page(
        "my_data.html",
        groups=len((await db.exec(member)).all()),
        held=await erasure.held(db, actor.user_id),
        recordings=await _recordings(db, actor.user_id),
        left=await left_consents(visit),
        looks=shown[:LOOKS_SHOWN],
        more_looks=len(shown) > LOOKS_SHOWN,
    )


@router.get("/people")
async def people(visit: Looking, q: Annotated[str, Query(max_length=100)] = "") -> HTMLResponse:
    require_administrator(visit.actor)
    query = select(User).order_by(col(User.name), col(User.id)).limit(PEOPLE_SHOWN + 1)
    if q.strip():
        words = col(User.name).icontains(q.strip(), autoescape=True)
        query = query.where(or_(words, col(User.email).icontains(q.strip(), autoescape=True)))
    found = (await visit.db.exec(query)).all()
    return visit.page(
        "people.html",
        people=found[:PEOPLE_SHOWN],
        more=len(found) > PEOPLE_SHOWN,
        limit=PEOPLE_SHOWN,
        q=q,
    )


@router.get("/people/{user_id}")
async def person(user_id: UUID, visit: Looking) -> HTMLResponse:
    if not visit.actor.is_administrator:
        raise NotAllowed
    found = await erasure.door(visit.db, visit.actor, user_id)
    return visit.page("person.html", person=found, held=await erasure.held(visit.db, user_id))


async def _recordings(db: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """The recordings with the person in them, the newest first, and until when."""
    found: list[dict[str, Any]] = []
    for recording, meeting in reversed(await collection.recorded(db, user_id)):
        tapes = select(Tape.id).where(
            Tape.recording_id == recording.id,
            Tape.user_id == user_id,
            Tape.state != TapeState.ERASED,
        )
        deadline = await retention.of_recording(db, recording.id)
        parts = [*(deadline.parts if deadline else ()), *await chat.parts_of(db, recording.id)]
        own = [part.ends_at for part in parts if part.user_id == user_id]
        group = await db.get_one(Group, meeting.group_id)
        programme = await db.get_one(Programme, group.programme_id)
        found.append(
            {
                "meeting": meeting,
                "group": group.name,
                "kept": (await db.exec(tapes.limit(1))).first() is not None,
                "latest": max(own, default=None),
                "held": bool(deadline and deadline.hold_id),
                "contact": programme.contact or programme.controller or programme.name,
            }
        )
    return found
