"""The commands, as processes of their own on a database in use."""

import asyncio
import os
import re
import sqlite3
import sys
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from app.kit import audit
from app.kit.audit import About, Deed
from app.kit.db import now
from app.recordings.models import Recording, RecordingState
from app.retention import holds
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import Kept, keep
from tests.fixtures.noted import jot

pytestmark = pytest.mark.timeout(600)
ROOT = Path(__file__).parents[3]


@pytest.fixture
async def kept(running: Application, cast: Cast) -> Kept:
    return await keep(running, cast)


class Ended(NamedTuple):
    code: int
    said: str


async def emessi(kept: Kept, *arguments: str) -> Ended:
    own = {"EMESSI_DATA": str(kept.context.settings.data), "COLUMNS": "200"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli", *arguments),
        cwd=ROOT,
        env={**os.environ, **own},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return Ended(process.returncode or 0, said.decode())


async def overdue(kept: Kept) -> None:
    async with kept.context.database.transaction() as db:
        recording = await db.get_one(Recording, kept.recording.id)
        recording.started_at = now() - timedelta(days=366)


async def test_retention_lists_and_erases_only_when_asked(kept: Kept) -> None:
    await overdue(kept)
    long_ago = now() - timedelta(days=366)
    await jot(kept.context, kept.meeting, kept.cast.olga, "hiljaa", long_ago)

    listed = await emessi(kept, "retention")
    assert (listed.code, len(await kept.files())) == (0, 7)
    assert "Ryhmä 1" in listed.said
    assert "due" in listed.said
    assert re.search(r"now +│ 1 +│ 0 +│ 0 ", listed.said), listed.said  # the note, which goes too
    assert re.search(r"within 30 days +│ 1 +│ 0 +│ 0 ", listed.said), listed.said

    programme = str(kept.cast.programme_id)
    erased = await emessi(kept, "retention", "--erase", "--programme", programme)
    assert erased.code == 0, erased.said
    assert "3 tapes, 4 turns erased" in erased.said
    assert "1 observation notes erased" in erased.said
    assert await kept.state() == RecordingState.ERASED


async def test_retention_says_why_not(kept: Kept) -> None:
    await overdue(kept)
    async with kept.context.database.transaction() as db:
        await holds.set_hold(
            db,
            kept.cast.coordinator.actor,
            kept.cast.programme_id,
            group_id=None,
            recording_id=None,
            reason="Riita [kesken]",
        )
    told = await emessi(kept, "retention", "--erase")
    assert "Riita [kesken]" in told.said
    assert "0 recordings erased" in told.said
    assert len(await kept.files()) == 7


async def test_an_unknown_programme_is_named(kept: Kept) -> None:
    for wrong in ("nonsense", str(kept.cast.group_id)):
        told = await emessi(kept, "retention", "--programme", wrong)
        assert told.code == 2
        assert wrong[:8] in told.said


async def test_audit_verify_finds_what_was_changed_past_the_program(kept: Kept) -> None:
    async with kept.context.database.transaction() as db:
        for _ in range(3):
            about = About("programme", programme_id=kept.cast.programme_id)
            audit.record(db, Deed.RETENTION_RUN, audit.WORKER, about)
    whole = await emessi(kept, "audit", "verify")
    assert whole.code == 0
    assert "whole, 3 entries" in whole.said

    with sqlite3.connect(kept.context.settings.data / "emessi.db") as connection:
        connection.execute("DROP TRIGGER audit_entries_no_update")
        connection.execute("UPDATE audit_entries SET actor_role = 'x' WHERE sequence = 2")
    broken = await emessi(kept, "audit", "verify")
    assert broken.code == 1
    assert "BROKEN at 2" in broken.said


async def test_person_erase_needs_the_name(kept: Kept) -> None:
    wrong = await emessi(kept, "person", "erase", "bob@example.org", "--name", "Alice")
    assert (wrong.code, len(await kept.files())) == (1, 7)
    unknown = await emessi(kept, "person", "erase", "nobody@example.org", "--name", "x")
    assert unknown.code == 2

    done = await emessi(kept, "person", "erase", str(kept.cast.bob.id), "--name", "Bob")
    assert done.code == 0, done.said
    assert "The recordings (tapes 2) and the speaking turns (3) are destroyed" in done.said
    assert {file.user_id for file in await kept.files()} == {kept.cast.alice.id}
