"""A store out of reach: tapes wait on the node's disk, and nobody waits for them."""

from app.kit.db import now
from app.meetings.models import Meeting
from signalling.messages import EndMeeting, StartRecording, Welcomed
from tests.fixtures.taped import decides, inside, tapes, until_stored, until_written
from tests.fixtures.wire import Talker, place
from tests.signalling.conftest import Gathering


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
    assert stored.id == tape.id
    assert not (gathering.settings.spool / tape.path).exists()
