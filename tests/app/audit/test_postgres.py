"""The log on PostgreSQL: many writers at once, no deadlock, and a table that cannot be changed."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import text

from app.audit import service
from app.consent.models import Decision, Purpose
from app.kit import audit, migrate
from app.kit.audit import About, Deed, Doer
from app.kit.ids import new_id
from app.recordings.models import FileKind, Recording, RecordingState
from app.retention.erasure import run
from tests.fixtures.application import application, settings_at
from tests.fixtures.cast import assemble
from tests.fixtures.kept import keep
from tests.fixtures.postgres import Server


@pytest.mark.postgres
async def test_writers_wait_for_one_another_and_for_nothing_else(
    postgres_server: Server, tmp_path: Path
) -> None:
    settings = settings_at(tmp_path, postgres_server.new_database())
    await asyncio.to_thread(migrate.upgrade, settings)
    async with application(settings) as running:
        database, programmes = running.context.database, [new_id(), new_id()]
        doer = Doer(new_id(), "researcher")

        async def write(number: int) -> None:
            async with database.transaction() as db:
                for programme in programmes if number % 2 else reversed(programmes):
                    about = About("file", new_id(), programme_id=programme)
                    audit.record(db, Deed.PLAYED, doer, about)

        one = About("file", new_id(), programme_id=programmes[0])

        async def play() -> None:
            async with database.reading() as db:
                await audit.witness(database, db, Deed.PLAYED, doer, one)

        await asyncio.gather(*(write(number) for number in range(12)), *(play() for _ in range(4)))

        async with database.reading() as db:
            found = [await service.verify(db, programme) for programme in programmes]
        assert [(each.length, each.broken_at) for each in found] == [(13, None), (12, None)]
        for change in (
            "UPDATE audit_entries SET deed = 'x'",
            "DELETE FROM audit_entries",
            "TRUNCATE audit_entries",
        ):
            with pytest.raises(DBAPIError, match="append-only"):
                async with database.transaction() as db:
                    await db.exec(text(change))  # type: ignore[call-overload]


@pytest.mark.postgres
async def test_the_whole_of_stewardship(postgres_server: Server, tmp_path: Path) -> None:
    """Played, seen by its person, erased by that person, and the rest by the run."""
    settings = settings_at(tmp_path, postgres_server.new_database())
    await asyncio.to_thread(migrate.upgrade, settings)
    async with application(settings) as running:
        cast = await assemble(running)
        kept = await keep(running, cast)
        file = await kept.file(FileKind.PERSON, cast.bob)
        await cast.researcher.client.get(f"{kept.path}/files/{file.id}")

        data = (await cast.bob.client.get("/api/v1/me/data")).json()
        assert [look["deed"] for look in data["log"]["by_others"]] == ["played"]
        erased = await cast.bob.client.post("/api/v1/me/erasure", json={"confirmation": "Bob"})
        assert (erased.status_code, erased.json()["tapes"]) == (200, 2)
        assert {each.user_id for each in await kept.files()} == {cast.alice.id}

        await kept.decide(cast.alice, Purpose.INDEXING, Decision.GRANTED)
        async with running.context.database.transaction() as db:
            (await db.get_one(Recording, kept.recording.id)).state = RecordingState.READY
        moment = kept.recording.started_at.replace(year=kept.recording.started_at.year + 2)
        both = [run(running.context.database, kept.store, moment) for _ in "ab"]
        await asyncio.gather(*both)
        assert await kept.state() == RecordingState.ERASED

        async with running.context.database.reading() as db:
            for chain in await service.chains(db):
                assert (await service.verify(db, chain)).broken_at is None
            query = service.entries(cast.programme_id, service.Filter())
            rows, _ = await service.newest(db, query, None, 50)
            people = await service.actors(db, cast.programme_id)
        assert {"played", "erased", "person_erased"} <= {row.deed for row in rows}
        assert cast.researcher.id in people
