"""The pages of everyday: what is mine, a programme, a group."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.coding import members as coding
from app.consent import service as consent
from app.consent import texts
from app.exports.formats.offered import Format, described
from app.groups import access, service
from app.groups.models import Group, GroupRole, Membership
from app.invitations import service as invitations
from app.kit.db import now
from app.kit.permissions import Action, may
from app.meetings import placement
from app.meetings import service as meetings
from app.meetings.models import Meeting, MeetingKind
from app.programmes import access as programme_access
from app.programmes import service as programmes
from app.programmes.models import Programme, ProgrammeRole
from app.recordings.models import Recording
from app.sampling import service as sampling
from app.surveys import kept as surveys
from app.turns import rules as turn_rules
from app.turns import service as turns
from app.turns.models import Laughter, TechnicalTalk
from app.web import duties, retention
from app.web.consents import own_consents
from app.web.erasures import own_erasures
from app.web.feedback import is_asked
from app.web.visit import Looking, PageRoute

router = APIRouter(route_class=PageRoute)


@router.get("/")
async def home(visit: Looking) -> HTMLResponse:
    actor = visit.actor
    query = (
        select(Group, Membership.role)
        .where(Membership.user_id == actor.user_id, Membership.group_id == Group.id)
        .where(col(Membership.left_at).is_(None))
        .order_by(Group.name)
    )
    mine = [
        {
            "group": group,
            "role": role,
            "next": await meetings.next_of(visit.db, group.id),
            "asks": await consent.undecided(visit.db, actor.user_id, group),
        }
        for group, role in (await visit.db.exec(query)).all()
    ]
    coming = [entry for entry in mine if entry["next"] is not None]
    coming.sort(key=lambda entry: entry["next"].starts_at)  # type: ignore[union-attr]
    seen = (await visit.db.exec(programmes.seen_by(actor).order_by(Programme.name))).all()
    return visit.page(
        "home.html",
        mine=mine,
        soonest=coming[0] if coming else None,
        programmes=seen,
        duties=await duties.of(visit, seen),
        is_administrator=actor.is_administrator,
        full=await placement.without_room(visit.db) if actor.is_administrator else [],
    )


@router.get("/programmes/{programme_id}")
async def programme(programme_id: UUID, visit: Looking) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    found = await programmes.get(db, actor, programme_id)
    roles = await programme_access.roles(db, actor, programme_id)
    its_groups = service.seen_by(actor, programme_id).order_by(Group.name)
    text = await texts.current(db, programme_id, visit.language)
    return visit.page(
        "programme.html",
        programme=found,
        groups=(await db.exec(its_groups)).all(),
        staff=await programmes.staff(db, actor, programme_id),
        staff_roles=list(ProgrammeRole),
        text=texts.filled(text, found),
        version=text.version,
        may_edit_text=may(roles, Action.EDIT_CONSENT_TEXT),
        may_edit=may(roles, Action.EDIT_PROGRAMME),
        may_read_transcripts=may(roles, Action.READ_TRANSCRIPT),
        may_read_audit=may(roles, Action.READ_AUDIT),
        may_read_turns=may(roles, Action.READ_TURNS),
        may_export=may(roles, Action.EXPORT),
        sample=await sampling.in_force(db, programme_id),
        retention=await retention.near(db, programme_id),
        rules=await turn_rules.of_programme(db, actor, programme_id),
        laughter=list(Laughter),
        technical_talk=list(TechnicalTalk),
    )


@router.get("/groups/{group_id}")
async def group(group_id: UUID, visit: Looking) -> HTMLResponse:
    db, actor = visit.db, visit.actor
    found = await service.get(db, actor, group_id)
    roles = await access.roles(db, actor, found)
    its_programme = await db.get(Programme, found.programme_id)
    sees_recordings = may(roles, Action.SEE_RECORDING_STATUS)
    may_invite = may(roles, Action.INVITE)
    is_indexed = await turns.is_any_indexed(db, group_id)
    return visit.page(
        "group.html",
        group=found,
        programme=its_programme,
        sees_programme=may(roles, Action.SEE_PROGRAMME),
        members=await service.members(db, group_id),
        names_withheld=await coding.are_withheld(db, actor, found),
        my_id=actor.user_id,
        roles=list(GroupRole),
        kinds=list(MeetingKind),
        meetings=await _meetings(db, group_id),
        recordings=await _recordings(db, group_id) if sees_recordings else {},
        invitations=await invitations.pending(db, actor, group_id) if may_invite else [],
        may_invite=may_invite,
        may_schedule=may(roles, Action.SCHEDULE),
        may_edit=may(roles, Action.EDIT_GROUP),
        may_join=may(roles, Action.JOIN_MEETING),
        may_play=may(roles, Action.PLAY_RECORDING),
        may_read_turns=may(roles, Action.READ_TURNS),
        is_indexed=is_indexed,
        has_summary=is_indexed and await is_asked(visit, found),
        about_project=described(Format.QDPX, visit.text),
        may_export=may(roles, Action.EXPORT),
        has_answers=await surveys.answered(db, group_id),
        may_import=may(roles, Action.IMPORT_RECORDING),
        erased=await own_erasures(visit, group_id),
        now=now(),
        consent=await own_consents(visit, found) if may(roles, Action.DECIDE_OWN_CONSENT) else None,
    )


async def _meetings(db: AsyncSession, group_id: UUID) -> Sequence[Meeting]:
    query = meetings.of_group(group_id).order_by(col(Meeting.starts_at))
    return (await db.exec(query)).all()


async def _recordings(db: AsyncSession, group_id: UUID) -> dict[UUID, Recording]:
    query = select(Recording).join(Meeting).where(Meeting.group_id == group_id)
    return {each.meeting_id: each for each in (await db.exec(query)).all()}
