"""The group's summary of its own talk, for those who may see the group."""

from uuid import UUID

from fastapi import APIRouter, Depends

from app.accounts.http import CurrentActor
from app.audit.figures import witnessed
from app.feedback import service
from app.feedback.forms import GroupSummary
from app.kit.http import Db
from app.kit.permissions import Action

router = APIRouter(
    tags=["analysis"], dependencies=[Depends(witnessed("summary", Action.SEE_GROUP))]
)


@router.get("/groups/{group_id}/summary")
async def summary(group_id: UUID, db: Db, actor: CurrentActor) -> GroupSummary:
    """How the talk went as a whole, meeting by meeting, if everybody counted agrees to feedback.
    A group whose programme does not ask for it never has one."""
    return GroupSummary.of(await service.of_group(db, actor, group_id))
