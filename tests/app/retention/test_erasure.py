"""The automatic run, with its time moved: what goes when, what stays, and what stops it."""

import logging
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from app.consent import ledger, service
from app.consent.models import Decision, Purpose
from app.kit import audit
from app.kit.audit import AuditEntry
from app.kit.db import now
from app.meetings.models import Attendance
from app.programmes.models import Programme, RetentionChange
from app.recordings import service as recordings
from app.recordings.models import FileKind, Recording, RecordingState, Source, Tape, TapeState
from app.retention import holds
from app.retention.erasure import Erased, run
from app.turns.erasure import erase_withdrawn
from app.turns.models import Speech, Turn
from app.turns.proposing import keep_speech
from app.vault import service as vault
from app.vault.service import KeyDestroyed
from media.recorder import planning
from media.store import Store
from tests.fixtures.kept import Kept
from tests.fixtures.meddled import opened

DAY = timedelta(days=1)


async def run_at(kept: Kept, moment: datetime, store: Store | None = None) -> list[Erased]:
    return await run(kept.context.database, store or kept.store, moment)


def after(kept: Kept, days: int) -> datetime:
    return kept.recording.started_at + days * DAY


async def turns(kept: Kept) -> set[str]:
    names = {getattr(kept.cast, name).id: name for name in ("alice", "bob")}
    async with kept.context.database.reading() as db:
        return {names[turn.user_id] for turn in (await db.exec(select(Turn))).all()}


async def entries(kept: Kept, deed: audit.Deed) -> list[AuditEntry]:
    async with kept.context.database.reading() as db:
        query = select(AuditEntry).where(AuditEntry.deed == str(deed))
        return list((await db.exec(query)).all())


async def period(kept: Kept, days: int, changed_at: datetime | None = None) -> None:
    """The programme's period is changed, at a time of its own."""
    async with kept.context.database.transaction() as db:
        programme = await db.get_one(Programme, kept.cast.programme_id)
        if changed_at is not None:
            db.add(
                RetentionChange(
                    programme_id=programme.id,
                    at=changed_at,
                    days_before=programme.retention_days,
                    days_after=days,
                    changed_by=kept.cast.coordinator.id,
                )
            )
        programme.retention_days = days


async def test_the_day_before_nothing_goes(kept: Kept) -> None:
    assert await run_at(kept, after(kept, 365) - timedelta(seconds=1)) == []
    assert len(await kept.files()) == 7
    assert await turns(kept) == {"alice", "bob"}


async def test_on_the_day_all_goes_and_the_ledger_stays(kept: Kept) -> None:
    tapes, files = await kept.tapes(), await kept.files()
    async with kept.context.database.transaction() as db:
        await keep_speech(db, kept.recording.id, {kept.cast.bob.id: [(1_000, 4_000)]})
        stay = Attendance(meeting_id=kept.meeting.id, user_id=kept.cast.bob.id, role="member")
        db.add(stay)

    (done,) = await run_at(kept, after(kept, 365))

    assert (done.tapes, done.turns, done.complete) == (3, 4, True)
    async with kept.context.database.reading() as db:
        assert (await db.exec(select(Speech))).all() == []
    assert await kept.state() == RecordingState.ERASED
    assert await kept.files() == []
    assert await turns(kept) == set()
    assert await kept.store.list(str(kept.meeting.id)) == []
    for thing in [*tapes, *files]:
        async with kept.context.database.reading() as db:
            with pytest.raises(KeyDestroyed):
                await vault.unwrap(db, kept.context.keys, thing.data_key_id)
    async with kept.context.database.reading() as db:
        rows = await service.chain(db, kept.cast.group_id)
        recording = await db.get_one(Recording, kept.recording.id)
        assert await db.get(Attendance, stay.id) is not None
    assert ledger.verify(rows) is None
    assert recording.duration_ms == 60_000
    assert await run_at(kept, after(kept, 400)) == []


async def test_the_run_is_in_the_log_with_counts_and_by_person(kept: Kept) -> None:
    await run_at(kept, after(kept, 365))

    erased = await entries(kept, audit.Deed.ERASED)
    taped = {row.subject_id: row.details["tapes"] for row in erased if "tapes" in row.details}
    assert taped == {kept.cast.bob.id: 2, kept.cast.alice.id: 1}
    (ran,) = await entries(kept, audit.Deed.RETENTION_RUN)
    assert (ran.chain, ran.actor_id, ran.actor_role) == (kept.cast.programme_id, None, "worker")
    assert ran.details == {"recordings": 1, "tapes": 3, "turns": 4}


async def test_a_run_without_work_says_nothing(kept: Kept) -> None:
    await run_at(kept, after(kept, 1))
    assert await entries(kept, audit.Deed.RETENTION_RUN) == []


async def test_a_shortened_period_holds_for_what_is_there(kept: Kept) -> None:
    await period(kept, 30, changed_at=now())
    assert await run_at(kept, after(kept, 29)) == []
    assert len(await run_at(kept, after(kept, 30))) == 1


async def test_a_lengthened_period_does_not_break_what_was_promised(kept: Kept) -> None:
    await period(kept, 730, changed_at=now() + DAY)
    assert await run_at(kept, after(kept, 364)) == []
    await run_at(kept, after(kept, 365))
    assert await kept.state() == RecordingState.ERASED


async def test_each_is_kept_as_long_as_it_was_promised_and_the_rest_is_made_again(
    kept: Kept,
) -> None:
    """alice agreed while the text said 100 days; bob after it said 365."""
    async with kept.context.database.transaction() as db:
        await db.exec(select(Tape))
    changed = kept.recording.started_at - 30 * DAY
    async with kept.context.database.transaction() as db:
        await opened(db)
        given = await service.latest_of(db, kept.cast.alice.id, kept.cast.group_id)
        row = await db.merge(given[Purpose.AUDIO])
        row.decided_at = changed - 10 * DAY
        db.add(
            RetentionChange(
                programme_id=kept.cast.programme_id,
                at=changed,
                days_before=100,
                days_after=365,
                changed_by=kept.cast.coordinator.id,
            )
        )
    bobs = await kept.file(FileKind.PERSON, kept.cast.bob)

    (done,) = await run_at(kept, after(kept, 100))

    assert done.tapes == 1
    states = {(t.user_id, t.source): t.state for t in await kept.tapes()}
    assert states[kept.cast.alice.id, Source.MICROPHONE] == TapeState.ERASED
    assert states[kept.cast.bob.id, Source.CAMERA] == TapeState.STORED
    assert {file.user_id for file in await kept.files()} == {kept.cast.bob.id}
    assert await kept.plain(bobs) == kept.contents[bobs.id]
    assert await turns(kept) == {"bob"}
    assert await kept.state() == RecordingState.CLAIMED  # the worker makes the mix-down again


@pytest.mark.parametrize("reach", ["programme", "group", "recording"])
async def test_a_hold_stops_the_run_until_it_is_lifted(kept: Kept, reach: str) -> None:
    database, actor = kept.context.database, kept.cast.coordinator.actor
    where = {
        "group_id": kept.cast.group_id if reach == "group" else None,
        "recording_id": kept.recording.id if reach == "recording" else None,
    }
    async with database.transaction() as db:
        hold = await holds.set_hold(db, actor, kept.cast.programme_id, reason="Riita", **where)

    assert await run_at(kept, after(kept, 400)) == []
    assert len(await kept.files()) == 7

    async with database.transaction() as db:
        await holds.lift(db, actor, hold.id)
    assert len(await run_at(kept, after(kept, 400))) == 1
    assert [len(await entries(kept, d)) for d in (audit.Deed.HOLD_SET, audit.Deed.HOLD_LIFTED)] == [
        *(1, 1),
    ]


@pytest.mark.parametrize("came", [False, True])
async def test_a_tape_that_is_still_to_come_to_an_erased_recording_goes_unless_it_is_held(
    kept: Kept, came: bool
) -> None:
    """Alice's lay on a machine that was given up, when Bob withdrew all else; she did not."""
    database, actor = kept.context.database, kept.cast.coordinator.actor
    hers = next(t for t in await kept.tapes() if t.user_id == kept.cast.alice.id)
    async with database.transaction() as db:
        (await db.get_one(Tape, hers.id)).state = TapeState.LOST
        hold = await holds.set_hold(
            db, actor, kept.cast.programme_id, group_id=None, recording_id=None, reason="Riita"
        )
    for purpose in (Purpose.AUDIO, Purpose.VIDEO):
        await kept.decide(kept.cast.bob, purpose, Decision.WITHDRAWN)
    await erase_withdrawn(database, kept.store)
    assert await kept.state() == RecordingState.ERASED
    if came:
        async with database.transaction() as db:
            await recordings.tape_stored(db, hers.id, 7)

    await erase_withdrawn(database, kept.store)
    await run_at(kept, after(kept, 400))

    async with database.reading() as db:
        assert await vault.unwrap(db, kept.context.keys, hers.data_key_id)

    async with database.transaction() as db:
        await holds.lift(db, actor, hold.id)
    await run_at(kept, after(kept, 1))
    assert {tape.state for tape in await kept.tapes()} == {TapeState.ERASED}
    assert not await kept.store.exists(hers.path)
    async with database.reading() as db:
        with pytest.raises(KeyDestroyed):
            await vault.unwrap(db, kept.context.keys, hers.data_key_id)


async def test_a_recording_that_is_being_finished_is_not_waited_for(kept: Kept) -> None:
    """Its store may be away, or its worker, for longer than it may be kept."""
    database = kept.context.database
    plan = await planning.claim(kept.context, kept.store, kept.recording.id)
    assert plan is not None
    async with database.transaction() as db:
        other = await vault.data_key(
            db, kept.context.keys, kept.meeting.id, None, FileKind.MIXDOWN
        )  # of the run that is under way

    (done,) = await run_at(kept, after(kept, 365))

    assert done.complete
    assert await kept.files() == []
    assert await kept.state() == RecordingState.ERASED
    async with database.reading() as db:
        for key_id in [other.id, *(tape.data_key_id for tape in plan.tapes)]:
            with pytest.raises(KeyDestroyed):
                await vault.unwrap(db, kept.context.keys, key_id)
    assert await planning.claim(kept.context, kept.store, kept.recording.id) is None


async def test_one_that_still_runs_waits(kept: Kept) -> None:
    async with kept.context.database.transaction() as db:
        (await db.merge(kept.recording)).state = RecordingState.RUNNING
    assert await run_at(kept, after(kept, 400)) == []
    assert len(await kept.files()) == 7


async def test_a_tape_that_never_arrived_is_made_unreadable_too(kept: Kept) -> None:
    """Its node is gone; the recording stands stopped for good."""
    tape = (await kept.tapes())[0]
    async with kept.context.database.transaction() as db:
        (await db.merge(kept.recording)).state = RecordingState.STOPPED
        (await db.get_one(Tape, tape.id)).state = TapeState.CLOSED

    await run_at(kept, after(kept, 365))

    assert await kept.state() == RecordingState.ERASED
    async with kept.context.database.reading() as db:
        with pytest.raises(KeyDestroyed):
            await vault.unwrap(db, kept.context.keys, tape.data_key_id)


async def test_what_rests_on_nobodys_consent_goes_by_the_programmes_period(kept: Kept) -> None:
    for person, purpose in (
        (kept.cast.bob, Purpose.AUDIO),
        (kept.cast.bob, Purpose.VIDEO),
        (kept.cast.alice, Purpose.AUDIO),
    ):
        await kept.decide(person, purpose, Decision.WITHDRAWN)
    async with kept.context.database.transaction() as db:
        for tape in (await db.exec(select(Tape))).all():
            tape.state = TapeState.ERASED
    await run_at(kept, after(kept, 365))
    assert await kept.files() == []
    assert await kept.state() == RecordingState.ERASED


class OutOfReach(Store):
    async def delete(self, key: str) -> None:
        raise OSError(key)


async def test_a_store_out_of_reach_is_tried_again_with_the_keys_destroyed(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    file = await kept.file(FileKind.PERSON, kept.cast.bob)
    with caplog.at_level(logging.WARNING):
        (done,) = await run_at(kept, after(kept, 365), OutOfReach(kept.store._inner, None))
    assert not done.complete
    assert "is not erased yet" in caplog.text
    with pytest.raises(KeyDestroyed):
        await kept.plain(file)

    (again,) = await run_at(kept, after(kept, 365))
    assert (again.tapes, again.complete) == (3, True)
    assert await kept.state() == RecordingState.ERASED
