"""Erased tapes that may still lie on a node's own disk: the node says when they do not.

A node that is gone may come back with what it wrote; its disk is beyond us until then.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit.db import now
from app.meetings.models import Node
from app.recordings.models import Tape, TapeState


class Disks(NamedTuple):
    """Of nodes, by whether they live: one that does will say soon that it is gone."""

    living: frozenset[str]
    silent: frozenset[str]


async def of(db: AsyncSession, paths: Collection[str]) -> Disks:
    """The nodes that have not said yet that they have none of these."""
    query = select(Tape.node_name).where(col(Tape.path).in_(paths), col(Tape.spooled))
    names = frozenset((await db.exec(query)).all())
    alive = select(Node.name).where(col(Node.name).in_(names), Node.expires_at > now())
    living = frozenset((await db.exec(alive)).all())
    return Disks(living, names - living)


async def left(db: AsyncSession, tape_ids: Collection[UUID]) -> None:
    """Said by their node: they are not on its disk."""
    await db.exec(update(Tape).where(col(Tape.id).in_(tape_ids)).values(spooled=False))


async def erased_on(db: AsyncSession, node_name: str) -> Sequence[UUID]:
    """Tapes that are erased and of which this node has not said so."""
    query = select(Tape.id).where(
        Tape.node_name == node_name, Tape.state == TapeState.ERASED, col(Tape.spooled)
    )
    return (await db.exec(query)).all()
