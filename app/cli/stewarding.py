"""`emessi retention`, `emessi audit verify` and `emessi person erase`."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import service as accounts
from app.accounts.models import User
from app.audit import service as audit_log
from app.chat import erasure as chat
from app.erasures import besides
from app.groups.models import Group
from app.kit import context
from app.kit.audit import COMMAND, INSTALLATION
from app.kit.context import Context
from app.kit.db import now
from app.kit.errors import Refusal
from app.kit.ids import short
from app.kit.settings import Settings
from app.meetings.models import Meeting
from app.notes import erasure as notes
from app.person import erasure, words
from app.programmes.models import Programme
from app.retention import erasure as retention_run
from app.retention import service as retention_plan
from app.retention.models import LegalHold
from app.retention.periods import Deadline
from app.surveys import erasure as surveys
from media.store import Store

LANGUAGE = "en"
"""Of the command line."""


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Context]:
    opened = context.make(settings)
    try:
        yield opened
    finally:
        await opened.database.close()


async def retention(settings: Settings, console: Console, programme: str, *, erase: bool) -> None:
    """Prints the plan; erases what is due only when that was asked for."""
    chosen = _id(programme) if programme else None
    async with _opened(settings) as opened:
        moment = now()
        async with opened.database.reading() as db:
            if chosen and await db.get(Programme, chosen) is None:
                raise typer.BadParameter(f"there is no programme {programme}")
            listed = await retention_plan.deadlines(db, chosen)
            console.print(await _table(db, listed, moment))
            console.print(await _besides(db, moment, chosen))
        if not erase:
            return
        store = Store.open(settings)
        done = await retention_run.run(
            opened.database, store, moment, doer=COMMAND, programme_id=chosen
        )
        noted = await notes.erase(opened.database, moment, doer=COMMAND, programme_id=chosen)
        written = await chat.erase(opened.database, moment, doer=COMMAND, programme_id=chosen)
        answered = await surveys.erase(opened.database, moment, doer=COMMAND, programme_id=chosen)
    for one in done:
        ending = "" if one.complete else "; the store could not be reached, the next run goes on"
        name = short(one.deadline.recording_id)
        console.print(f"Recording {name}: {one.tapes} tapes, {one.turns} turns erased{ending}.")
    console.print(f"{len(done)} recordings erased, in whole or in part.")
    console.print(f"{noted} observation notes erased.")
    console.print(f"{written} chat lines erased.")
    console.print(f"{answered} people's answers to a survey erased.")


async def _table(db: AsyncSession, listed: Sequence[Deadline], moment: datetime) -> Table:
    table = Table("Programme", "Group", "Meeting", "Recorded", "Erased", "State")
    for each in listed:
        programme = await db.get_one(Programme, each.programme_id)
        group = await db.get_one(Group, each.group_id)
        meeting = await db.get_one(Meeting, each.meeting_id)
        table.add_row(
            escape(programme.name),
            escape(group.name),
            escape(meeting.title or f"{meeting.kind} {meeting.ordinal}"),
            f"{each.recorded_at:%Y-%m-%d}",
            f"{each.first_ends_at:%Y-%m-%d}",
            await _state(db, each, moment),
        )
    return table


async def _besides(db: AsyncSession, moment: datetime, programme_id: UUID | None) -> Table:
    """What is kept beside recordings and goes with the same run, or soon."""
    query = select(Programme).order_by(col(Programme.id))
    if programme_id is not None:
        query = query.where(Programme.id == programme_id)
    table = Table("Programme", "Due", "Notes", "Chat lines", "Answers")
    for programme in (await db.exec(query)).all():
        name, days = escape(programme.name), f"within {programme.warning_days} days"
        for when, count in (
            ("now", await besides.due(db, moment, programme.id)),
            (days, await besides.near(db, moment, programme)),
        ):
            table.add_row(name, when, *(str(number) for number in count))
    return table


async def _state(db: AsyncSession, each: Deadline, moment: datetime) -> str:
    """When, or why not."""
    if each.hold_id is not None:
        hold = await db.get_one(LegalHold, each.hold_id)
        return f"held since {hold.set_at:%Y-%m-%d}: {escape(hold.reason)}"
    if not each.is_due(moment):
        words = f"in {each.days_left(moment)} days"
        words = f"warned: {words}" if each.is_near(moment) else words
        return f"{words}; somebody was promised less" if each.kept_shorter else words
    return "due" if each.obstacle is None else "due; waits until it is finished"


async def verify_audit(settings: Settings, console: Console) -> bool:
    """Whether every chain is whole. The last hashes are printed, to be kept elsewhere."""
    whole = True
    async with _opened(settings) as opened, opened.database.reading() as db:
        for chain in await audit_log.chains(db):
            found = await audit_log.verify(db, chain)
            whole = whole and found.broken_at is None
            programme = await db.get(Programme, chain)
            name = "installation" if chain == INSTALLATION else str(chain)
            name = f"{name} ({escape(programme.name)})" if programme else name
            state = "whole" if found.broken_at is None else f"BROKEN at {found.broken_at}"
            console.print(
                f"{name}: {state}, {found.length} entries, last {found.last_hash}", soft_wrap=True
            )
    return whole


async def erase_person(settings: Settings, console: Console, who: str, name: str) -> None:
    """Asks for the person's name unless it was given, and prints what was erased and kept."""
    async with _opened(settings) as opened:
        async with opened.database.reading() as db:
            user = await _find(db, who)
        confirmation = name or typer.prompt(
            f"This cannot be undone. Write the name to confirm ({user.name})"
        )
        try:
            async with opened.database.transaction() as db:
                before = await erasure.withdraw_everything(db, user.id, COMMAND, confirmation)
        except Refusal as refusal:
            console.print(opened.languages.text(f"problem.{refusal.code}", LANGUAGE))
            raise typer.Exit(1) from None
        store = Store.open(settings)
        report = await erasure.erase_media(opened.database, store, user.id, before)
        for line in words.lines(report, opened.languages, LANGUAGE):
            console.print(f"- {escape(line)}", soft_wrap=True)


async def _find(db: AsyncSession, who: str) -> User:
    if "@" in who:
        user = await accounts.by_email(db, who)
    else:
        user = (await db.exec(select(User).where(col(User.id) == _id(who)))).one_or_none()
    if user is None:
        raise typer.BadParameter(f"there is no account {who}")
    return user


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no id") from None
