"""A store out of reach: tapes wait on the node's disk, and nobody waits for them."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.kit.db import now
from app.kit.settings import Settings
from app.meetings.models import Meeting
from app.recordings import erasure
from app.vault import service as vault
from app.vault.service import KeyDestroyed
from media.store import Store
from signalling import rooms, shipping
from signalling.messages import EndMeeting, StartRecording, Welcomed
from tests.fixtures import s3
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast, Person
from tests.fixtures.taped import DEADLINE_S, decides, inside, tapes, until_stored, until_written
from tests.fixtures.wire import Talker, place
from tests.signalling.conftest import Gathering, gathered


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[s3.Service]:
    monkeypatch.setattr(shipping, "RETRY_S", 0.2)
    monkeypatch.setattr(rooms, "DRAIN_S", 0.5)
    with s3.service() as found:
        yield found


async def speaks(gathering: Gathering, person: Person) -> Path:
    """This person is recorded for a moment; the tape's file on the node's disk."""
    async with inside(gathering, person) as (one,):
        await one.ask(StartRecording)
        tape = await until_written(gathering, person)
        await one.ask(EndMeeting)
    return gathering.settings.spool / tape.path


async def test_a_tape_waits_for_the_store_and_other_meetings_do_not(gathering: Gathering) -> None:
    cast = gathering.cast
    store = gathering.settings.data / "store"
    await decides(cast.alice, cast.group_id, "audio", "granted")
    async with inside(gathering, cast.alice) as (alice,):
        await alice.ask(StartRecording)
        tape = await until_written(gathering, cast.alice)
        store.rename(store.with_name("away"))
        store.touch()  # a file where the folder was: every write fails
        await alice.ask(EndMeeting)

    other = Meeting(group_id=cast.group_id, starts_at=now())
    async with gathering.running.context.database.transaction() as db:
        db.add(other)
    async with Talker(await place(cast.alice.client, str(other.id))) as talker:
        await talker.hears(Welcomed)
    assert (gathering.settings.spool / tape.path).exists()
    assert [t.state == "stored" for t in await tapes(gathering, cast.alice)] == [False]

    store.unlink()
    store.with_name("away").rename(store)
    (stored,) = await until_stored(gathering, cast.alice)
    assert (stored.id, stored.spooled) == (tape.id, False)
    assert not (gathering.settings.spool / tape.path).exists()


async def test_what_is_withdrawn_while_the_store_is_away_is_erased_and_leaves_it_again(
    gathering: Gathering, tmp_path: Path
) -> None:
    cast, context = gathering.cast, gathering.running.context
    store = gathering.settings.data / "store"
    await decides(cast.alice, cast.group_id, "audio", "granted")
    async with inside(gathering, cast.alice) as (alice,):
        await alice.ask(StartRecording)
        tape = await until_written(gathering, cast.alice)
        store.rename(store.with_name("away"))
        store.touch()
        await alice.ask(EndMeeting)
    on_disk = gathering.settings.spool / tape.path
    async with asyncio.timeout(DEADLINE_S):
        while (await tapes(gathering, cast.alice))[0].state != "closed":
            await asyncio.sleep(0.02)

    await decides(cast.alice, cast.group_id, "audio", "withdrawn")
    elsewhere = Store.open(Settings(data=tmp_path / "elsewhere"))
    assert await erasure.erase(context.database, elsewhere, tape.recording_id) == 1
    async with context.database.reading() as db:
        with pytest.raises(KeyDestroyed):
            await vault.unwrap(db, context.keys, tape.data_key_id)
    assert on_disk.exists()
    assert [row.spooled for row in await tapes(gathering, cast.alice)] == [True]

    store.unlink()
    store.with_name("away").rename(store)
    async with asyncio.timeout(DEADLINE_S):
        while (row := (await tapes(gathering, cast.alice))[0]).spooled:
            await asyncio.sleep(0.02)
    assert row.state == "erased"
    assert not on_disk.exists()
    assert not (store / tape.path).exists()


async def test_tapes_outlive_an_outage_of_s3_and_a_restart_of_the_node_meanwhile(
    running: Application,
    cast: Cast,
    settings: Settings,
    service: s3.Service,
    tmp_path: Path,
) -> None:
    own = s3.stored_at(settings, service.endpoint, tmp_path)
    await decides(cast.alice, cast.group_id, "audio", "granted")
    async with gathered(running, cast, own) as before:
        service.stop()
        first = await speaks(before, cast.alice)
        assert first.exists()
    content = first.read_bytes()

    async with gathered(running, cast, own) as after:
        second = await speaks(after, cast.alice)  # the older tape is in nobody's way
        assert first.exists()
        assert second.exists()
        service.start()
        stored = await until_stored(after, cast.alice)

    assert len(stored) == 2
    assert not first.exists()
    assert not second.exists()
    store = Store.open(own)
    assert await store.read_range(stored[0].path, 0, stored[0].size) == content


async def test_an_upload_that_was_spoilt_on_its_way_is_found_and_sent_again(
    running: Application,
    cast: Cast,
    settings: Settings,
    service: s3.Service,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with s3.line(service.endpoint, spoil=2) as line, caplog.at_level(logging.WARNING):
        own = s3.stored_at(settings, line.endpoint, tmp_path)
        await decides(cast.alice, cast.group_id, "audio", "granted")
        async with gathered(running, cast, own) as gathering:
            path = await speaks(gathering, cast.alice)
            while line.spoilt < 2:
                assert path.exists()
                await asyncio.sleep(0.02)
            content = path.read_bytes()
            (stored,) = await until_stored(gathering, cast.alice)

    store = Store.open(s3.stored_at(settings, service.endpoint, tmp_path))
    assert await store.read_range(stored.path, 0, stored.size) == content
    assert caplog.text.count("NotStored") == 2
    assert not path.exists()
