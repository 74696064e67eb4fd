"""Puts an export together while nobody is kept waiting, and enters it in the register only if what
it rests on is still as it was.

A group's export takes seconds. Whoever held the ledger for so long would hold up withdrawals, and
what is recorded goes on until they are written. So the group is held only to look whether somebody
has decided something or something was erased or made anew since; if so, it is put together again.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.consent import service as consent
from app.exports import register
from app.exports.agreed import Contents
from app.exports.bundle import Entry, with_sums
from app.exports.models import Audience
from app.exports.register import Out
from app.groups.models import Group
from app.kit.context import Context
from app.kit.db import now
from app.kit.errors import Refusal
from app.meetings.models import Meeting
from app.recordings import auditing
from app.recordings.models import Erasure, RecordingFile
from app.recordings.provenance import of_group

TRIES = 3
"""Lower: two who decide in the same minute have it refused. Higher: the same work again and again
while a whole group decides."""


class Overtaken(Refusal):
    """Again and again somebody decided, or something was erased, before it was ready."""

    code = "export_overtaken"


class Assembled(NamedTuple):
    entries: list[Entry]
    held: list[tuple[UUID | None, Contents]]
    """By recording; None: of the group."""


@dataclass(frozen=True)
class Wanted:
    """Of a group, or of one meeting; `told`: what the audit log tells of it, where it is so."""

    group: Group
    meeting: Meeting | None
    name: str
    audience: Audience
    told: Mapping[str, bool]


async def out_of(
    context: Context,
    actor: Actor,
    wanted: Wanted,
    assemble: Callable[[AsyncSession], Awaitable[Assembled]],
) -> list[Entry]:
    """Every file of it, once it is in the register. Raises Overtaken."""
    group, meeting = wanted.group, wanted.meeting
    for _ in range(TRIES):
        moment = now()
        async with context.database.reading() as db:
            before = await ground(db, group.id)
            made = await assemble(db)
        entries = with_sums(made.entries)
        sha256, id_ = entries[-1].sha256, meeting.id if meeting else None
        out = Out(group.id, id_, wanted.name, sha256, made.held, wanted.audience)
        async with context.database.transaction() as db:
            await consent.hold(db, group.id)
            if await ground(db, group.id) == before:
                await auditing.exported(db, actor, group, meeting, wanted.told)
                await register.enter(db, actor, out, moment)
                return entries
    raise Overtaken


async def ground(db: AsyncSession, group_id: UUID) -> Any:
    """What is the same for as long as nobody decides anything in the group, and nothing of it is
    erased or made anew. Turns and words that people correct meanwhile are no part of it."""
    own = of_group(group_id)
    files = select(RecordingFile.id).where(col(RecordingFile.recording_id).in_(own))
    erased = select(
        Erasure.id,
        Erasure.deleted_turns,
        Erasure.deleted_lines,
        Erasure.deleted_chat_lines,
    ).where(col(Erasure.recording_id).in_(own))
    lengths = await consent.lengths(db, [group_id])
    there = (await db.exec(files.order_by(col(RecordingFile.id)))).all()
    return lengths, there, (await db.exec(erased.order_by(col(Erasure.id)))).all()
