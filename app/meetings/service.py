"""What can happen to a meeting, and who may make it happen."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.accounts import service as accounts
from app.accounts.actor import Actor
from app.accounts.models import User
from app.groups import access
from app.groups import service as groups
from app.groups.models import GroupRole
from app.kit.db import now
from app.kit.errors import NotFound, NotSignedIn, Refusal
from app.kit.permissions import Action, Role, may
from app.kit.tokens import Join, Scope, Stream, Tokens
from app.meetings import placement
from app.meetings.models import Meeting, MeetingKind, MeetingState, Node
from app.meetings.order import renumber

EARLY = timedelta(minutes=30)
"""Members may wait in the lobby from so long before the start."""


class MeetingEnded(Refusal):
    code = "meeting_ended"


class MeetingNotOpen(Refusal):
    code = "meeting_not_open"


class MeetingBegun(Refusal):
    code = "meeting_begun"


class JoinInfo(NamedTuple):
    token: str
    node: Node


async def get(
    db: AsyncSession, actor: Actor, meeting_id: UUID, action: Action = Action.SEE_GROUP
) -> Meeting:
    """The one door to a meeting. A meeting that you may not see does not exist."""
    meeting = await db.get(Meeting, meeting_id)
    if meeting is None:
        raise NotFound
    await access.require(db, actor, meeting.group_id, action)
    return meeting


def of_group(group_id: UUID) -> SelectOfScalar[Meeting]:
    return select(Meeting).where(Meeting.group_id == group_id)


async def create_series(
    db: AsyncSession,
    actor: Actor,
    group_id: UUID,
    *,
    count: int,
    starts_at: datetime,
    every_days: int,
    time_zone: str,
    duration_min: int,
    kind: MeetingKind,
    title: str,
) -> list[Meeting]:
    """`count` meetings, `every_days` apart, each in its place among those the group has."""
    await access.require(db, actor, group_id, Action.SCHEDULE)
    series = [
        Meeting(
            group_id=group_id,
            kind=kind,
            title=title,
            starts_at=_days_later(starts_at, every_days * number, time_zone),
            duration_min=duration_min,
        )
        for number in range(count)
    ]
    db.add_all(series)
    await renumber(db, group_id, kind)
    return series


def _days_later(moment: datetime, days: int, time_zone: str) -> datetime:
    """The same time on the wall clock there, which is another in UTC when the clocks change."""
    later = moment.astimezone(ZoneInfo(time_zone)) + timedelta(days=days)
    return later.astimezone(UTC)


async def change(
    db: AsyncSession, actor: Actor, meeting_id: UUID, fields: dict[str, Any]
) -> Meeting:
    meeting = await get(db, actor, meeting_id, Action.SCHEDULE)
    if meeting.state != MeetingState.SCHEDULED:
        raise MeetingBegun
    meeting.sqlmodel_update(fields)
    await renumber(db, meeting.group_id, meeting.kind)
    return meeting


async def cancel(db: AsyncSession, actor: Actor, meeting_id: UUID) -> Meeting:
    """Calls a meeting off; doing it again changes nothing."""
    meeting = await get(db, actor, meeting_id, Action.SCHEDULE)
    if meeting.state not in (MeetingState.SCHEDULED, MeetingState.CANCELLED):
        raise MeetingBegun
    meeting.state = MeetingState.CANCELLED
    await renumber(db, meeting.group_id, meeting.kind)
    return meeting


async def open_(db: AsyncSession, actor: Actor, meeting_id: UUID) -> Meeting:
    meeting = await get(db, actor, meeting_id, Action.RUN_MEETING)
    require_not_over(meeting)
    opened(meeting)
    return meeting


async def end(db: AsyncSession, actor: Actor, meeting_id: UUID) -> Meeting:
    """Ends a meeting from outside the room; the node that hosts it learns of it and closes."""
    meeting = await get(db, actor, meeting_id, Action.RUN_MEETING)
    if meeting.state in (MeetingState.SCHEDULED, MeetingState.CANCELLED):
        raise MeetingNotOpen
    ended(meeting)
    return meeting


def opened(meeting: Meeting) -> None:
    if meeting.state == MeetingState.SCHEDULED:
        meeting.state = MeetingState.OPEN
        meeting.opened_at = now()


def ended(meeting: Meeting) -> None:
    if meeting.state == MeetingState.OPEN:
        meeting.state = MeetingState.ENDED
        meeting.ended_at = now()


async def join(db: AsyncSession, tokens: Tokens, actor: Actor, meeting_id: UUID) -> JoinInfo:
    """A token for the websocket of the node where the meeting lives, or will live from now on.

    The facilitator's coming opens a meeting; members may wait for it in the lobby.
    """
    meeting = await get(db, actor, meeting_id, Action.JOIN_MEETING)
    require_not_over(meeting)
    node = await placement.place(db, meeting.id)
    return JoinInfo(tokens.join(await _ticket(db, actor, meeting, node.name)), node)


async def stream(
    db: AsyncSession, tokens: Tokens, actor: Actor, meeting_id: UUID, scope: Scope
) -> JoinInfo:
    """A token with which a program may come in this person's name, while they may join."""
    meeting = await get(db, actor, meeting_id, Action.JOIN_MEETING)
    require_not_over(meeting)
    node = await placement.place(db, meeting.id)
    return JoinInfo(tokens.stream(Stream(meeting.id, actor.user_id, node.name, scope)), node)


async def come(db: AsyncSession, stream: Stream) -> Join:
    """For the node: the holder of a stream token comes now, by the rules of `join`."""
    user = await db.get(User, stream.user_id)
    if user is None or user.deactivated_at is not None:
        raise NotSignedIn
    actor = Actor(user.id, user.is_administrator, user.language)
    meeting = await get(db, actor, stream.meeting_id, Action.JOIN_MEETING)
    require_not_over(meeting)
    return await _ticket(db, actor, meeting, stream.node_name)


async def _ticket(db: AsyncSession, actor: Actor, meeting: Meeting, node_name: str) -> Join:
    group = await groups.get(db, actor, meeting.group_id)
    role = await groups.role_of(db, group.id, actor.user_id) or GroupRole.OBSERVER
    if may(await access.roles(db, actor, group), Action.RUN_MEETING):
        opened(meeting)
    elif meeting.state == MeetingState.SCHEDULED and now() < meeting.starts_at - EARLY:
        raise MeetingNotOpen
    user = await accounts.get(db, actor.user_id)
    return Join(meeting.id, user.id, node_name, role, user.name, user.language)


def require_not_over(meeting: Meeting) -> None:
    if meeting.state in (MeetingState.ENDED, MeetingState.CANCELLED):
        raise MeetingEnded


async def role_names(db: AsyncSession, actor: Actor, meeting: Meeting) -> frozenset[Role]:
    return await access.roles(db, actor, await groups.get(db, actor, meeting.group_id))


async def next_of(db: AsyncSession, group_id: UUID) -> Meeting | None:
    """The group's open meeting, else the next that is still to come."""
    query = (
        select(Meeting)
        .where(
            Meeting.group_id == group_id,
            col(Meeting.state).in_([MeetingState.SCHEDULED, MeetingState.OPEN]),
        )
        .order_by(Meeting.state, col(Meeting.starts_at))
        .limit(1)
    )
    return (await db.exec(query)).first()


async def is_over(db: AsyncSession, meeting_id: UUID) -> bool:
    """For the node that hosts it: whether the meeting was ended or called off elsewhere."""
    meeting = await db.get(Meeting, meeting_id)
    return meeting is None or meeting.state in (MeetingState.ENDED, MeetingState.CANCELLED)


async def end_on_node(db: AsyncSession, meeting_id: UUID) -> None:
    """The facilitator ended it in the room, which has checked that they may."""
    meeting = await db.get(Meeting, meeting_id)
    if meeting is not None:
        opened(meeting)
        ended(meeting)
