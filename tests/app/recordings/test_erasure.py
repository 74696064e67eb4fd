"""After a withdrawal: keys destroyed, objects gone, rows that say so; the others' untouched."""

import asyncio

import pytest
from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.recordings import erasure, service
from app.recordings.models import (
    Erasure,
    FileKind,
    Recording,
    RecordingFile,
    RecordingState,
    Source,
    Tape,
    TapeState,
)
from app.vault import service as vault
from app.vault.service import KeyDestroyed
from media.recorder import planning
from media.store import Missing, Store
from tests.fixtures.kept import Kept

MICROPHONE = Source.MICROPHONE


async def erase(kept: Kept) -> int:
    return await erasure.erase(kept.context.database, kept.store, kept.recording.id)


async def waiting(kept: Kept) -> bool:
    async with kept.context.database.reading() as db:
        return kept.recording.id in await erasure.waiting(db)


async def test_nothing_is_erased_while_everything_stands(kept: Kept) -> None:
    before = await kept.files()

    assert not await waiting(kept)
    assert await erase(kept) == 0

    assert await kept.files() == before
    assert await kept.state() == RecordingState.READY
    for file in before:
        assert await kept.plain(file) == kept.contents[file.id]


async def test_a_withdrawn_voice_is_gone_for_good(kept: Kept) -> None:
    bob = kept.cast.bob
    tapes, files = await kept.tapes(), await kept.files()
    await kept.decide(bob, Purpose.AUDIO, Decision.WITHDRAWN)
    assert await waiting(kept)

    assert await erase(kept) == 1
    assert not await waiting(kept)

    states = {(tape.user_id, tape.source): tape.state for tape in await kept.tapes()}
    assert states == {
        (bob.id, Source.MICROPHONE): TapeState.ERASED,
        (bob.id, Source.CAMERA): TapeState.STORED,
        (kept.cast.alice.id, Source.MICROPHONE): TapeState.STORED,
    }
    left = await kept.files()
    assert {f.user_id for f in left} == {kept.cast.alice.id}
    voice = next(t for t in tapes if t.user_id == bob.id and t.source == Source.MICROPHONE)
    gone: list[Tape | RecordingFile] = [f for f in files if f.user_id != kept.cast.alice.id]
    for thing in [*gone, voice]:
        assert not await kept.store.exists(thing.path)
        async with kept.context.database.reading() as db:
            with pytest.raises(KeyDestroyed):
                await vault.unwrap(db, kept.context.keys, thing.data_key_id)
    for file in left:
        assert await kept.plain(file) == kept.contents[file.id]
    assert await kept.state() == RecordingState.CLAIMED  # the worker makes the rest again


async def test_a_withdrawn_picture_leaves_the_voices(kept: Kept) -> None:
    bob = kept.cast.bob
    await kept.decide(bob, Purpose.VIDEO, Decision.WITHDRAWN)

    assert await erase(kept) == 1

    left = {(file.kind, file.user_id) for file in await kept.files()}
    assert (FileKind.PERSON, bob.id) not in left
    assert (FileKind.MANIFEST, None) not in left
    assert {(FileKind.PEAKS, bob.id), (FileKind.MIXDOWN, None), (FileKind.PEAKS, None)} <= left
    voice = next(t for t in await kept.tapes() if t.source == Source.MICROPHONE)
    async with kept.context.database.reading() as db:
        assert await vault.unwrap(db, kept.context.keys, voice.data_key_id)


async def test_when_nothing_is_left_the_recording_is_erased(kept: Kept) -> None:
    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)
    await kept.decide(kept.cast.bob, Purpose.VIDEO, Decision.WITHDRAWN)
    await kept.decide(kept.cast.alice, Purpose.AUDIO, Decision.WITHDRAWN)

    assert await erase(kept) == 3

    assert await kept.state() == RecordingState.ERASED
    assert await kept.files() == []
    assert await kept.store.list(str(kept.meeting.id)) == []


async def test_a_lost_tape_keeps_no_key_and_no_recording(kept: Kept) -> None:
    """Its file may turn up yet, on a disk that somebody finds: nothing must open it then."""
    async with kept.context.database.transaction() as db:
        for tape in await service.tapes(db, kept.recording.id):
            tape.state = TapeState.LOST
    lost = await kept.tapes()
    for person in (kept.cast.alice, kept.cast.bob):
        for purpose in (Purpose.AUDIO, Purpose.VIDEO):
            await kept.decide(person, purpose, Decision.WITHDRAWN)

    assert await waiting(kept)
    await erase(kept)

    assert await kept.state() == RecordingState.ERASED
    async with kept.context.database.reading() as db:
        for tape in lost:
            with pytest.raises(KeyDestroyed):
                await vault.unwrap(db, kept.context.keys, tape.data_key_id)


async def test_a_recording_that_is_being_finished_is_not_waited_for(kept: Kept) -> None:
    """It may be so for days, while the store is away."""
    bob = kept.cast.bob
    async with kept.context.database.transaction() as db:
        (await db.merge(kept.recording)).state = RecordingState.CLAIMED
        other = await vault.data_key(
            db, kept.context.keys, kept.meeting.id, None, FileKind.MIXDOWN
        )  # of the run that is under way
    bobs = [tape for tape in await kept.tapes() if tape.user_id == bob.id]
    await kept.decide(bob, Purpose.AUDIO, Decision.WITHDRAWN)
    await kept.decide(bob, Purpose.VIDEO, Decision.WITHDRAWN)

    away = OutOfReach(kept.store._inner, None)
    for _ in range(2):
        assert await waiting(kept)
        with pytest.raises(OSError, match="out of reach"):
            await erasure.erase(kept.context.database, away, kept.recording.id)
    async with kept.context.database.reading() as db:
        for key_id in [other.id, *(tape.data_key_id for tape in bobs)]:
            with pytest.raises(KeyDestroyed):
                await vault.unwrap(db, kept.context.keys, key_id)
    assert await erase(kept) == 2

    assert await kept.state() == RecordingState.CLAIMED  # the worker begins anew
    assert {f.user_id for f in await kept.files()} == {kept.cast.alice.id}
    assert not await waiting(kept)


async def test_a_recording_of_which_nothing_is_left_while_it_is_being_finished(kept: Kept) -> None:
    async with kept.context.database.transaction() as db:
        (await db.merge(kept.recording)).state = RecordingState.CLAIMED
    for person in (kept.cast.alice, kept.cast.bob):
        for purpose in (Purpose.AUDIO, Purpose.VIDEO):
            await kept.decide(person, purpose, Decision.WITHDRAWN)
    assert await erase(kept) == 3

    assert await planning.claim(kept.context, kept.store, kept.recording.id) is None
    assert await kept.state() == RecordingState.ERASED
    assert await kept.files() == []


class OutOfReach(Store):
    async def delete(self, key: str) -> None:
        raise OSError("out of reach")


async def test_a_key_that_seals_something_that_stands_is_kept(kept: Kept) -> None:
    """Withdrawn and granted again in one meeting: the second tape has the same key."""
    bob = kept.cast.bob
    await kept.decide(bob, Purpose.VIDEO, Decision.WITHDRAWN)
    again = await kept.decide(bob, Purpose.VIDEO, Decision.GRANTED)
    async with kept.context.database.transaction() as db:
        second = await kept._tape(db, bob, Source.CAMERA, again)

    assert await erase(kept) == 1

    assert await kept.store.exists(second.path)
    async with kept.context.database.reading() as db:
        assert await vault.unwrap(db, kept.context.keys, second.data_key_id)


@pytest.mark.parametrize("state", [RecordingState.RUNNING, RecordingState.STOPPED])
async def test_what_is_withdrawn_in_the_meeting_is_gone_before_its_end(
    kept: Kept, state: RecordingState
) -> None:
    bob = kept.cast.bob
    async with kept.context.database.transaction() as db:
        (await db.get_one(Recording, kept.recording.id)).state = state
    voice = next(t for t in await kept.tapes() if (t.user_id, t.source) == (bob.id, MICROPHONE))
    await kept.decide(bob, Purpose.AUDIO, Decision.WITHDRAWN)
    assert await waiting(kept)

    assert await erase(kept) == 1

    assert not await waiting(kept)
    assert await kept.state() == state
    assert not await kept.store.exists(voice.path)
    async with kept.context.database.reading() as db:
        with pytest.raises(KeyDestroyed):
            await vault.unwrap(db, kept.context.keys, voice.data_key_id)
        later = await service.tapes(db, kept.recording.id)
    assert [t.state for t in later if t.id == voice.id] == [TapeState.ERASED]


async def test_a_withdrawal_that_keeps_leaves_everything_as_it_is(kept: Kept) -> None:
    before = await kept.files()
    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN, keeps_earlier=True)

    assert not await waiting(kept)
    assert await erase(kept) == 0
    assert await kept.files() == before
    answer = await kept.cast.researcher.client.get(kept.path)
    assert len(answer.json()["files"]) == len(before)


async def test_a_tape_that_was_begun_after_it_is_erased_all_the_same(kept: Kept) -> None:
    bob = kept.cast.bob
    voice = next(t for t in await kept.tapes() if (t.user_id, t.source) == (bob.id, MICROPHONE))
    row = await kept.decide(bob, Purpose.AUDIO, Decision.WITHDRAWN, keeps_earlier=True)
    async with kept.context.database.transaction() as db:
        (await db.get_one(Tape, voice.id)).started_at = row.decided_at

    assert await waiting(kept)
    assert await erase(kept) == 1


class Stubborn(Store):
    """A store that lets go of nothing, as one that cannot be reached."""

    async def delete(self, key: str) -> None:
        raise OSError("out of reach")


async def test_keys_are_destroyed_before_the_store_is_asked(kept: Kept) -> None:
    bob = kept.cast.bob
    file = await kept.file(FileKind.PERSON, bob)
    await kept.decide(bob, Purpose.AUDIO, Decision.WITHDRAWN)

    stubborn = Stubborn(kept.store._inner, None)
    with pytest.raises(OSError, match="out of reach"):
        await erasure.erase(kept.context.database, stubborn, kept.recording.id)

    with pytest.raises(KeyDestroyed):
        await kept.plain(file)
    assert await waiting(kept)  # and the next time finishes it
    assert await erase(kept) == 1
    with pytest.raises(Missing):
        await kept.store.size(file.path)


async def test_two_workers_at_once_do_it_once(kept: Kept) -> None:
    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)

    await asyncio.gather(erase(kept), erase(kept))

    assert await kept.state() == RecordingState.CLAIMED
    assert {file.user_id for file in await kept.files()} == {kept.cast.alice.id}


async def test_a_withdrawn_tape_that_comes_to_an_erased_recording_is_erased_too(
    kept: Kept,
) -> None:
    async with kept.context.database.transaction() as db:
        (await db.merge(kept.recording)).state = RecordingState.ERASED
    await kept.decide(kept.cast.alice, Purpose.AUDIO, Decision.WITHDRAWN)
    assert await waiting(kept)

    assert await erase(kept) == 1

    assert not await waiting(kept)
    states = {tape.user_id: tape.state for tape in await kept.tapes()}
    assert states == {kept.cast.alice.id: TapeState.ERASED, kept.cast.bob.id: TapeState.STORED}


async def test_keys_that_no_row_names_go_with_what_is_withdrawn(kept: Kept) -> None:
    """Of a run whose worker is gone, and of a composite's pieces; not of a track on its way."""
    bob, alice, keys = kept.cast.bob.id, kept.cast.alice.id, kept.context.keys
    used = [thing.data_key_id for thing in [*await kept.files(), *await kept.tapes()]]
    async with kept.context.database.transaction() as db:
        left = [
            await vault.data_key(db, keys, kept.meeting.id, owner, scope, besides=used)
            for owner, scope in ((bob, "person"), (None, "mixdown"), (None, "composite"))
        ]
        coming = await vault.data_key(db, keys, kept.meeting.id, alice, "audio", besides=used)
    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)

    await erase(kept)

    async with kept.context.database.reading() as db:
        for key in left:
            with pytest.raises(KeyDestroyed):
                await vault.unwrap(db, keys, key.id)
        assert await vault.unwrap(db, keys, coming.id) == coming.key
        (erasure,) = (await db.exec(select(Erasure))).all()
    assert {str(key.id) for key in left} <= set(erasure.destroyed_keys)


@pytest.mark.parametrize(
    ("recording", "tape", "goes"),
    [
        (RecordingState.RUNNING, TapeState.CLOSED, True),
        (RecordingState.RUNNING, TapeState.WRITING, False),  # its node ends it
        (RecordingState.STOPPED, TapeState.CLOSED, True),
        (RecordingState.STOPPED, TapeState.WRITING, True),  # its node is gone
    ],
)
async def test_a_withdrawn_tape_loses_its_key_on_the_node_too(
    kept: Kept, recording: RecordingState, tape: TapeState, goes: bool
) -> None:
    voice = next(t for t in await kept.tapes() if t.user_id == kept.cast.alice.id)
    async with kept.context.database.transaction() as db:
        (await db.get_one(Recording, kept.recording.id)).state = recording
        (await db.get_one(Tape, voice.id)).state = tape
    await kept.decide(kept.cast.alice, Purpose.AUDIO, Decision.WITHDRAWN)

    assert await waiting(kept) is goes
    assert await erase(kept) == goes

    async with kept.context.database.reading() as db:
        key = await vault.living(db, kept.meeting.id, ["audio"])
    assert (voice.data_key_id in {each.id for each in key}) is not goes
    if goes:
        async with kept.context.database.transaction() as db:
            assert not await service.tape_stored(db, voice.id, 7)
        (later,) = [t for t in await kept.tapes() if t.id == voice.id]
        assert later.state == TapeState.ERASED
