"""A receipt says what was erased, and is not signed before all of it is gone."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from app.consent.models import ConsentDecision, Decision, Purpose
from app.erasures.attesting import attest_all
from app.kit import receipts
from app.kit.key_folder import KeyFolder
from app.meetings import placement
from app.recordings import service as recordings
from app.recordings import spooled
from app.recordings.models import Erasure, Recording, RecordingState, TapeState
from app.retention.erasure import run
from app.turns.erasure import erase_withdrawn
from app.vault import service as vault
from app.vault.models import DataKey
from media.store import Store
from tests.fixtures.answered import bring, text_of
from tests.fixtures.cast import Person
from tests.fixtures.kept import Kept
from tests.fixtures.noted import jot


async def erase(kept: Kept) -> None:
    await erase_withdrawn(kept.context.database, kept.store)


async def attest(kept: Kept, store: Store | None = None) -> None:
    await attest_all(kept.context.database, store or kept.store, kept.context.keys)


def folder_of(kept: Kept) -> KeyFolder:
    assert kept.context.database.keys is not None
    return kept.context.database.keys


async def remade(kept: Kept) -> None:
    """As the worker leaves it when it has finished the rest again."""
    async with kept.context.database.transaction() as db:
        recording = await db.get_one(Recording, kept.recording.id)
        recording.state = RecordingState.READY


async def erasures(kept: Kept) -> list[Erasure]:
    async with kept.context.database.reading() as db:
        return list((await db.exec(select(Erasure).order_by("id"))).all())


async def document(kept: Kept) -> dict[str, Any]:
    (erasure,) = await erasures(kept)
    assert erasure.receipt is not None
    return receipts.verify(erasure.receipt, kept.context.keys)


async def withdraw(kept: Kept, person: Person, *purposes: Purpose) -> list[ConsentDecision]:
    return [await kept.decide(person, p, Decision.WITHDRAWN) for p in purposes]


async def test_nothing_withdrawn_nothing_attested(kept: Kept) -> None:
    await erase(kept)
    await attest(kept)

    assert await erasures(kept) == []


async def test_the_receipt_says_what_was_erased_and_why(kept: Kept) -> None:
    bob, alice = kept.cast.bob, kept.cast.alice
    export = await kept.cast.coordinator.client.get(f"/api/v1/meetings/{kept.meeting.id}/export")
    assert export.status_code == 200
    gone = [t.path for t in await kept.tapes() if t.user_id == bob.id]
    gone += [file.path for file in await kept.files() if file.user_id != alice.id]
    rows = await withdraw(kept, bob, Purpose.AUDIO, Purpose.VIDEO)
    await erase(kept)
    await attest(kept)
    assert (await erasures(kept))[0].receipt is None  # the others' part is not made again yet
    await remade(kept)

    await attest(kept)

    said = await document(kept)
    assert (said["person"], said["reason"]) == ("J1", "withdrawal")
    assert said["meeting"]["ordinal"] == 3
    assert [
        (w["purpose"], w["ledger_row"], w["ledger_hash"], w["ledger_sequence"])
        for w in said["withdrawals"]
    ] == [(row.purpose, str(row.id), row.hash, row.sequence) for row in rows]
    assert said["objects_deleted"] == sorted(gone)
    assert said["turns_deleted"] == 3
    async with kept.context.database.reading() as db:
        keys = [await db.get_one(DataKey, UUID(key["id"])) for key in said["keys_destroyed"]]
    assert all(key.destroyed_at and key.user_id in (None, bob.id) for key in keys)
    assert folder_of(kept).ids().isdisjoint(key.id for key in keys)
    assert {key.scope for key in keys} == {"audio", "video", "person", "shared"}
    (out,) = said["exports_before"]
    assert out["purposes"] == ["audio", "indexing", "video"]
    assert said["not_reached"] == ["database_backups", "key_backups", "exports"]
    assert "Bob" not in str(said)


async def test_turns_alone_have_a_receipt_too(kept: Kept) -> None:
    await withdraw(kept, kept.cast.bob, Purpose.INDEXING)
    await erase(kept)
    await attest(kept)

    said = await document(kept)
    assert (said["turns_deleted"], said["objects_deleted"], said["keys_destroyed"]) == (3, [], [])
    assert said["not_reached"] == ["database_backups"]


async def test_notes_of_the_meeting_are_named_as_out_of_reach(kept: Kept) -> None:
    await jot(kept.context, kept.meeting, kept.cast.olga, "hiljaa", kept.recording.started_at)
    await withdraw(kept, kept.cast.bob, Purpose.INDEXING)
    await erase(kept)
    await attest(kept)

    assert (await document(kept))["not_reached"] == ["database_backups", "observation_notes"]


async def test_answers_of_the_person_are_named_as_out_of_reach(kept: Kept) -> None:
    content = text_of([["Tunnus", "A"], ["J1", 1]])
    assert (await bring(kept.cast.researcher, kept.cast.programme_id, content)).status_code == 201
    await withdraw(kept, kept.cast.bob, Purpose.INDEXING)
    await erase(kept)
    await attest(kept)

    assert (await document(kept))["not_reached"] == ["database_backups", "survey_answers"]


async def test_two_who_withdraw_have_a_receipt_each(kept: Kept) -> None:
    await withdraw(kept, kept.cast.bob, Purpose.AUDIO, Purpose.VIDEO)
    await withdraw(kept, kept.cast.alice, Purpose.AUDIO)
    await erase(kept)
    await attest(kept)

    found = {erasure.user_id: erasure for erasure in await erasures(kept)}
    bobs, alices = found[kept.cast.bob.id], found[kept.cast.alice.id]
    shared = set(bobs.deleted_objects) & set(alices.deleted_objects)
    assert len(shared) == 3  # mix-down, its waveform, manifest
    assert bobs.receipt
    assert alices.receipt


class Forgetful(Store):
    """Says that it deleted, and did not."""

    async def delete(self, key: str) -> None:
        pass


async def test_nothing_is_attested_while_an_object_is_there(kept: Kept) -> None:
    await withdraw(kept, kept.cast.bob, Purpose.AUDIO)
    await erase_withdrawn(kept.context.database, Forgetful(kept.store._inner, None))
    await remade(kept)

    await attest(kept)
    (erasure,) = await erasures(kept)
    assert erasure.receipt is None

    for path in erasure.deleted_objects:
        await kept.store.delete(path)
    await attest(kept)
    assert (await document(kept))["objects_deleted"] == erasure.deleted_objects


async def test_nothing_is_attested_while_a_key_is_there(kept: Kept) -> None:
    await withdraw(kept, kept.cast.bob, Purpose.AUDIO)
    await erase(kept)
    await remade(kept)
    (erasure,) = await erasures(kept)
    folder_of(kept).put(UUID(erasure.destroyed_keys[0]), b"put back from a backup")

    await attest(kept)
    (erasure,) = await erasures(kept)
    assert erasure.receipt is None

    assert await vault.sweep(kept.context.database) == 1
    await attest(kept)
    assert (await document(kept))["keys_destroyed"]


@pytest.mark.parametrize("node_lives", [True, False])
async def test_a_node_that_lives_is_waited_for_and_the_disk_of_one_that_is_gone_is_named(
    kept: Kept, *, node_lives: bool
) -> None:
    """Its tape was closed and had not come when its person withdrew: nothing is in the store."""
    bobs = [tape for tape in await kept.tapes() if tape.user_id == kept.cast.bob.id]
    async with kept.context.database.transaction() as db:
        for tape in await recordings.tapes(db, kept.recording.id):
            tape.spooled = tape.id == bobs[0].id
            tape.state = TapeState.CLOSED if tape.spooled else tape.state
        await placement.heartbeat(db, name="test-node", public_url="", port=1, participants=0)
        if not node_lives:
            await placement.farewell(db, "test-node")
    await kept.store.delete(bobs[0].path)
    await withdraw(kept, kept.cast.bob, Purpose.AUDIO, Purpose.VIDEO)
    await erase(kept)
    await remade(kept)

    await attest(kept)
    if node_lives:
        assert (await erasures(kept))[0].receipt is None
        async with kept.context.database.transaction() as db:
            await spooled.left(db, await spooled.erased_on(db, "test-node"))
        await attest(kept)

    assert ("node_disks" in (await document(kept))["not_reached"]) == (not node_lives)


@pytest.mark.parametrize("purposes", [(Purpose.AUDIO,), (Purpose.AUDIO, Purpose.VIDEO)])
async def test_a_later_withdrawal_has_a_receipt_of_its_own(
    kept: Kept, purposes: tuple[Purpose, ...]
) -> None:
    for purpose in purposes:
        await withdraw(kept, kept.cast.bob, purpose)
        await erase(kept)
        await remade(kept)
        await attest(kept)
        await attest(kept)

    assert len(await erasures(kept)) == len(purposes)


async def test_a_withdrawal_that_keeps_erases_nothing(kept: Kept) -> None:
    before = await kept.files()
    for purpose in Purpose:
        await kept.decide(kept.cast.bob, purpose, Decision.WITHDRAWN, keeps_earlier=True)

    await erase(kept)
    await attest(kept)

    assert await kept.files() == before
    assert await erasures(kept) == []
    answer = await kept.cast.researcher.client.get(f"{kept.path}/turns")
    assert len(answer.json()["items"]) == 3

    await withdraw(kept, kept.cast.bob, Purpose.AUDIO)
    await erase(kept)
    assert len(await erasures(kept)) == 1


async def test_what_time_takes_has_a_receipt_that_says_so(kept: Kept) -> None:
    path = f"/api/v1/meetings/{kept.meeting.id}/export"
    assert (await kept.cast.coordinator.client.get(path)).status_code == 200
    await run(kept.context.database, kept.store, kept.recording.started_at + timedelta(days=365))

    await attest(kept)

    found = {each.user_id: each for each in await erasures(kept)}
    assert set(found) == {kept.cast.alice.id, kept.cast.bob.id}
    receipt = found[kept.cast.bob.id].receipt
    assert receipt is not None
    said = receipts.verify(receipt, kept.context.keys)
    assert (said["reason"], said["withdrawals"]) == ("retention", [])
    assert (said["turns_deleted"], len(said["objects_deleted"])) == (3, 7)
    (out,) = said["exports_before"]
    assert out["purposes"] == ["audio", "indexing", "video"]
    assert said["not_reached"] == ["database_backups", "key_backups", "exports"]


async def test_what_was_withdrawn_and_what_is_over_have_a_receipt_each(kept: Kept) -> None:
    """Bob withdrew his voice; before the worker looked, the time of his picture was over too."""
    await withdraw(kept, kept.cast.bob, Purpose.AUDIO)
    await run(kept.context.database, kept.store, kept.recording.started_at + timedelta(days=365))
    await attest(kept)

    bobs = [each for each in await erasures(kept) if each.user_id == kept.cast.bob.id]
    said = [receipts.verify(each.receipt or "", kept.context.keys) for each in bobs]
    assert sorted(one["reason"] for one in said) == ["retention", "withdrawal"]
