"""Which node hosts which meeting: a lease, on the least-loaded node that is alive."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit.db import now
from app.kit.errors import Refusal
from app.meetings.models import Lease, Node

ALIVE_FOR = timedelta(seconds=15)
"""A node that was silent for so long is dead. Lower: a busy one is abandoned. Higher: its
meetings stand still for longer after a crash."""


class NoLiveNode(Refusal):
    code = "no_live_node"
    status = 503


async def place(db: AsyncSession, meeting_id: UUID) -> Node:
    """The node where this meeting lives; a new lease when it lives nowhere."""
    lease = await db.get(Lease, meeting_id, with_for_update=True)
    moment = now()
    if lease is not None:
        node = await db.get(Node, lease.node_name)
        if node is not None and node.expires_at > moment and lease.expires_at > moment:
            return node
    node = await least_loaded(db)
    if node is None:
        raise NoLiveNode
    if lease is None:
        lease = Lease(meeting_id=meeting_id, node_name=node.name, expires_at=moment + ALIVE_FOR)
        db.add(lease)
    # One who joins has as long as the join token is good to arrive at the node.
    lease.node_name, lease.expires_at = node.name, moment + 4 * ALIVE_FOR
    await db.flush()
    return node


async def least_loaded(db: AsyncSession) -> Node | None:
    """Where the next meeting would live; None when no node is alive."""
    alive = select(Node).where(Node.expires_at > now())
    return (await db.exec(alive.order_by(col(Node.participants)).limit(1))).first()


async def heartbeat(
    db: AsyncSession,
    *,
    name: str,
    public_url: str,
    port: int,
    participants: int,
    http_port: int = 0,
    has_room: bool = True,
) -> None:
    """Said by a node every few seconds while it lives. `port`: of its websocket. `has_room`: its
    disk takes tapes."""
    node = await db.get(Node, name)
    if node is None:
        node = Node(name=name, port=port, expires_at=now())
        db.add(node)
    node.public_url, node.port, node.http_port = public_url, port, http_port
    node.participants = participants
    node.full_since = None if has_room else node.full_since or now()
    node.expires_at = now() + ALIVE_FOR


async def last_beat(db: AsyncSession, name: str) -> datetime | None:
    """When the node of this name was last known to live; None if it never was."""
    node = await db.get(Node, name)
    return node.expires_at - ALIVE_FOR if node is not None else None


async def farewell(db: AsyncSession, name: str) -> None:
    """Said by a node that stops: nobody is sent to it any longer."""
    node = await db.get(Node, name)
    if node is not None:
        node.expires_at = now()
    for lease in (await db.exec(select(Lease).where(Lease.node_name == name))).all():
        await db.delete(lease)


async def without_room(db: AsyncSession) -> list[Node]:
    """The live nodes that cannot record now."""
    query = select(Node).where(col(Node.full_since).is_not(None), Node.expires_at > now())
    return list((await db.exec(query.order_by(col(Node.name)))).all())


async def renew(db: AsyncSession, meeting_id: UUID, node_name: str) -> bool:
    """Keeps a lease; False when the meeting lives elsewhere by now."""
    lease = await db.get(Lease, meeting_id, with_for_update=True)
    if lease is not None and lease.node_name != node_name:
        return False
    if lease is None:
        lease = Lease(meeting_id=meeting_id, node_name=node_name, expires_at=now())
        db.add(lease)
    lease.expires_at = now() + ALIVE_FOR
    return True


async def may_speak_for(db: AsyncSession, meeting_id: UUID, node_name: str) -> bool:
    """Whether no other node has the meeting. One whose own lease ran out may, until somebody
    else's begins."""
    lease = await db.get(Lease, meeting_id, with_for_update=True)
    return lease is None or lease.node_name == node_name


async def release(db: AsyncSession, meeting_id: UUID, node_name: str) -> None:
    lease = await db.get(Lease, meeting_id)
    if lease is not None and lease.node_name == node_name:
        await db.delete(lease)
