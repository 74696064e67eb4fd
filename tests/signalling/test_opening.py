"""A meeting that comes to another node, which has not read what the first one's journal holds."""

from uuid import UUID

from sqlmodel import select

from app.consent import service as consent
from app.consent.models import Decision
from app.kit import keys
from app.kit.db import now
from app.kit.ids import new_id
from app.kit.settings import NodeSettings, Settings
from app.meetings import hosting
from app.meetings.models import Hosting
from app.recordings.models import Recording
from signalling import asides, withdrawals
from signalling.asides import Aside
from signalling.journal import Journal
from signalling.messages import (
    AgreeToRecord,
    ConsentsUncounted,
    DecideConsent,
    OffRecordChanged,
    StartRecording,
    Welcomed,
)
from signalling.withdrawals import Withdrawal
from tests.fixtures.cast import Person
from tests.fixtures.taped import decides, tapes, until_written
from tests.signalling.conftest import Gathering
from tests.signalling.test_off_record_commands import Attentive, inside, spans, until

AUDIO = {"purpose": "audio", "text_version": 1, "text_language": "fi"}


def with_another_disk(gathering: Gathering) -> Settings:
    own = gathering.settings.node.model_dump() | {
        "name": "other-node",
        "spool": gathering.settings.data / "other-spool",
    }
    return gathering.settings.model_copy(update={"node": NodeSettings(**own)})


def journal_of(settings: Settings) -> Journal:
    return Journal(settings.spool, keys.load(settings).installation)


async def hostings(gathering: Gathering) -> list[Hosting]:
    async with gathering.running.context.database.reading() as db:
        return list((await db.exec(select(Hosting))).all())


async def both_consent(gathering: Gathering) -> tuple[Person, Person]:
    for person in (gathering.cast.alice, gathering.cast.bob):
        await decides(person, gathering.cast.group_id, "audio", "granted")
    return gathering.cast.alice, gathering.cast.bob


async def record_on_the_first(gathering: Gathering) -> Recording:
    """On a node that stops as it should. From now on `gathering` is one with another disk."""
    people = await both_consent(gathering)
    async with inside(gathering, *people) as (alice, _):
        await alice.ask(StartRecording)
        await until_written(gathering, people[1])
        (hosting,) = await hostings(gathering)
        assert hosting.unknown_to is None
        await gathering.stop()
    async with gathering.running.context.database.reading() as db:
        recording = (await db.exec(select(Recording))).one()
    assert recording.state == "running"
    return recording


def uncounted(one: Attentive) -> list[list[str]]:
    return [list(fact.purposes) for fact in one.heard if isinstance(fact, ConsentsUncounted)]


async def test_a_meeting_that_was_handed_over_goes_on_at_once(gathering: Gathering) -> None:
    await record_on_the_first(gathering)
    assert await hostings(gathering) == []
    gathering.settings = with_another_disk(gathering)
    await gathering.start()
    async with inside(gathering, gathering.cast.alice, gathering.cast.bob) as (alice, _):
        for person in (gathering.cast.alice, gathering.cast.bob):
            await until(gathering, person, 2)
        assert uncounted(alice) == []
    assert await spans(gathering) == []


async def test_without_the_first_nodes_journal_it_is_off_the_record_and_consents_are_asked_anew(
    gathering: Gathering,
) -> None:
    """What a node that is killed leaves: its row, and in its journal, which comes back later, that
    the room had gone off the record and that bob had withdrawn."""
    first, cast = gathering.settings, gathering.cast
    recording = await record_on_the_first(gathering)
    journal = journal_of(first)
    async with gathering.running.context.database.transaction() as db:
        db.add(Hosting(meeting_id=UUID(gathering.meeting_id), journal_id=journal.id))
    said_at = now()
    gathering.settings = with_another_disk(gathering)
    await gathering.start()
    async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
        for one in (alice, bob):
            await one.is_told(True, 0, 2, False)
            (welcomed,) = [fact for fact in one.heard if isinstance(fact, Welcomed)]
            assert welcomed.room.off_record.taken_over
            assert uncounted(one) == [["audio"]]
        for one in (alice, bob):
            await one.ask(AgreeToRecord)
        await alice.is_told(False, 0, 2, False)
        last = [fact for fact in alice.heard if isinstance(fact, OffRecordChanged)][-1]
        assert not last.off_record.taken_over

        await alice.ask(DecideConsent, decision="granted", **AUDIO)
        assert uncounted(alice) == [["audio"], []]
        await until(gathering, cast.alice, 2)
        assert len(await tapes(gathering, cast.bob)) == 1  # of the first node's time

        await gathering.stop()
    await gathering.start()  # this disk's own restart changes nothing of it
    async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
        await until(gathering, cast.alice, 3)
        assert (uncounted(alice), uncounted(bob)) == ([], [["audio"]])
        assert len(await tapes(gathering, cast.bob)) == 1
        await gathering.stop()

    aside = Aside(id=new_id(), recording_id=recording.id, started_at=said_at)
    journal.put(asides.KIND, aside.id, aside.model_dump_json())
    withdrawal = Withdrawal(
        id=new_id(),
        user_id=cast.bob.id,
        group_id=cast.group_id,
        meeting_id=UUID(gathering.meeting_id),
        decision="withdrawn",
        keeps_earlier=True,
        decided_at=said_at,
        **AUDIO,
    )
    journal.put(withdrawals.KIND, withdrawal.id, withdrawal.model_dump_json())
    gathering.settings = first
    await gathering.start()
    assert await hostings(gathering) == []
    async with inside(gathering, cast.alice, cast.bob) as (alice, bob):
        await until(gathering, cast.alice, 4)
        assert (uncounted(alice), uncounted(bob)) == ([], [])
    late, taken_over = await spans(gathering)
    assert (late.id, late.started_at) == (aside.id, said_at)
    assert late.ended_at == taken_over.started_at
    assert taken_over.ended_at is not None
    assert len(await tapes(gathering, cast.bob)) == 1
    async with gathering.running.context.database.reading() as db:
        rows = await consent.chain(db, cast.group_id)
    said = [(row.user_id, row.decision) for row in rows]
    assert said[2:] == [(cast.alice.id, Decision.GRANTED), (cast.bob.id, Decision.WITHDRAWN)]


async def test_a_journal_that_is_read_meanwhile_gives_the_consents_back(
    gathering: Gathering,
) -> None:
    await record_on_the_first(gathering)
    journal_id = new_id()
    async with gathering.running.context.database.transaction() as db:
        db.add(Hosting(meeting_id=UUID(gathering.meeting_id), journal_id=journal_id))
    gathering.settings = with_another_disk(gathering)
    await gathering.start()
    async with inside(gathering, gathering.cast.alice, gathering.cast.bob) as (alice, bob):
        for one in (alice, bob):
            await one.ask(AgreeToRecord)
        await alice.is_told(False, 0, 2, False)
        async with gathering.running.context.database.transaction() as db:
            await hosting.end_all(db, journal_id)
        await until(gathering, gathering.cast.bob, 2)
        assert uncounted(bob) == [["audio"], []]


async def test_a_new_disk_under_the_same_name_has_not_read_the_old_one(
    gathering: Gathering,
) -> None:
    await record_on_the_first(gathering)
    old = journal_of(gathering.settings)
    async with gathering.running.context.database.transaction() as db:
        db.add(Hosting(meeting_id=UUID(gathering.meeting_id), journal_id=old.id))
    other = with_another_disk(gathering)
    named = other.node.model_copy(update={"name": gathering.settings.node.name})
    gathering.settings = other.model_copy(update={"node": named})
    await gathering.start()
    async with inside(gathering, gathering.cast.alice) as (alice,):
        await alice.is_told(True, 0, 1, False)
        assert uncounted(alice) == [["audio"]]
