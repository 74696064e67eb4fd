"""The quality log of a meeting. As a table: `app.exports.tables`."""

from dataclasses import asdict
from uuid import UUID

from fastapi import APIRouter, Depends

from app.accounts.http import CurrentActor
from app.audit.figures import witnessed
from app.groups.models import GroupRole
from app.kit.http import Db, Paging
from app.kit.paging import page
from app.kit.permissions import Action
from app.quality import service
from app.quality.forms import PersonPublic, QualityPublic, SamplePublic
from app.quality.models import QualitySample

seen = Depends(witnessed("quality", Action.READ_QUALITY))
router = APIRouter(prefix="/meetings", tags=["quality"], dependencies=[seen])


@router.get("/{meeting_id}/quality")
async def quality(meeting_id: UUID, db: Db, actor: CurrentActor, window: Paging) -> QualityPublic:
    """How well each person's connections worked, of those who agreed to be studied."""
    meeting = await service.readable(db, actor, meeting_id)
    shown = await page(
        db, await service.of_meeting(db, meeting), QualitySample.id, window, SamplePublic
    )
    everyone = [_public(person) for person in await service.people(db, actor.user_id, meeting)]
    return QualityPublic(items=shown.items, next_cursor=shown.next_cursor, people=everyone)


def _public(person: service.Person) -> PersonPublic:
    return PersonPublic(
        user_id=person.user_id,
        name=person.name,
        pseudonym=person.member.pseudonym,
        role=GroupRole(person.member.role),
        **asdict(person.summary),
    )
