"""Lines go when a withdrawal reaches them and when their time is over, and receipts tell of it."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.chat.erasure import erase, erase_withdrawn
from app.consent.models import Decision, Purpose
from app.erasures.attesting import attest_all
from app.kit import audit
from app.kit.db import now
from app.programmes.models import Programme, RetentionChange
from app.recordings.models import Erasure
from app.retention import holds
from tests.fixtures.chatted import lines, wrote
from tests.fixtures.kept import Kept

DAY = timedelta(days=1)


async def texts(kept: Kept) -> list[str]:
    return [line.text for line in await lines(kept)]


async def erased(kept: Kept) -> list[audit.AuditEntry]:
    async with kept.context.database.reading() as db:
        query = select(audit.AuditEntry).where(
            audit.AuditEntry.deed == "erased", audit.AuditEntry.object_kind == "chat"
        )
        return list((await db.exec(query)).all())


async def test_a_withdrawal_takes_the_persons_lines_and_a_receipt_counts_them(kept: Kept) -> None:
    for at_ms in (1_000, 2_000):
        await wrote(kept, kept.cast.bob, "Bobin", at_ms)
    await kept.decide(kept.cast.alice, Purpose.CHAT, Decision.GRANTED)
    await wrote(kept, kept.cast.alice, "Alicen", 3_000)
    database = kept.context.database
    assert await erase_withdrawn(database) == 0

    row = await kept.decide(kept.cast.bob, Purpose.CHAT, Decision.WITHDRAWN)
    assert await erase_withdrawn(database) == 2
    assert await texts(kept) == ["Alicen"]
    (entry,) = await erased(kept)
    assert (entry.subject_id, entry.details) == (kept.cast.bob.id, {"lines": 2})

    await attest_all(database, kept.store, kept.context.keys)
    async with database.reading() as db:
        (found,) = (await db.exec(select(Erasure))).all()
    assert (found.deleted_chat_lines, found.withdrawal_ids) == (2, [str(row.id)])
    assert found.attested_at is not None
    page = await kept.cast.bob.client.get(f"/api/v1/erasures/{found.id}/receipt")
    checked = await kept.cast.bob.client.post(
        "/api/v1/receipts/verification", json={"receipt": page.text}
    )
    assert checked.json()["document"]["chat_lines_deleted"] == 2


async def test_no_receipt_while_a_line_is_left(kept: Kept) -> None:
    database = kept.context.database
    await wrote(kept, kept.cast.bob, "Bobin", 1_000)
    await kept.decide(kept.cast.bob, Purpose.CHAT, Decision.WITHDRAWN)
    async with database.transaction() as db:
        erasure = Erasure(recording_id=kept.recording.id, user_id=kept.cast.bob.id)
        db.add(erasure)
    await attest_all(database, kept.store, kept.context.keys)
    async with database.reading() as db:
        assert (await db.get_one(Erasure, erasure.id)).attested_at is None


async def test_who_leaves_what_was_there_keeps_it(kept: Kept) -> None:
    await wrote(kept, kept.cast.bob, "ennen", 1_000)
    row = await kept.decide(kept.cast.bob, Purpose.CHAT, Decision.WITHDRAWN, keeps_earlier=True)
    late = await wrote(kept, kept.cast.bob, "jälkeen", 2_000)
    async with kept.context.database.transaction() as db:
        late = await db.merge(late)
        late.at = row.decided_at + timedelta(seconds=1)
        late.consent_id = (await lines(kept))[0].consent_id
    assert await erase_withdrawn(kept.context.database) == 1
    assert await texts(kept) == ["ennen"]
    await kept.decide(kept.cast.bob, Purpose.CHAT, Decision.WITHDRAWN)
    assert await erase_withdrawn(kept.context.database) == 1


@pytest.mark.parametrize("purpose", [Purpose.AUDIO, Purpose.TRANSCRIPT, Purpose.SHARING])
async def test_the_chat_rests_on_no_other_purpose(kept: Kept, purpose: Purpose) -> None:
    await wrote(kept, kept.cast.bob, "Bobin", 1_000)
    await kept.decide(kept.cast.bob, purpose, Decision.WITHDRAWN)
    assert await erase_withdrawn(kept.context.database) == 0


async def test_lines_go_with_the_programmes_period_or_the_shorter_that_was_promised(
    kept: Kept,
) -> None:
    """Bob agreed while the text said 100 days; Alice, when it said 400."""
    database, start = kept.context.database, kept.recording.started_at
    await wrote(kept, kept.cast.bob, "Bobin", 1_000)
    await kept.decide(kept.cast.alice, Purpose.CHAT, Decision.GRANTED)
    await wrote(kept, kept.cast.alice, "Alicen", 2_000)
    async with database.transaction() as db:
        programme = await db.get_one(Programme, kept.cast.programme_id)
        programme.retention_days = 400
        bobs, alices = await lines(kept)
        db.add(
            RetentionChange(
                programme_id=programme.id,
                at=now(),
                days_before=100,
                days_after=400,
                changed_by=kept.cast.coordinator.id,
            )
        )
    assert await erase(database, start + 99 * DAY) == 0
    assert await erase(database, start + 100 * DAY) == 2, "both agreed before the change"
    assert await texts(kept) == []
    assert {entry.details["lines"] for entry in await erased(kept)} == {1}
    assert (bobs.text, alices.text) == ("Bobin", "Alicen")


@pytest.mark.parametrize("held", ["programme", "group", "recording"])
async def test_a_hold_keeps_them_from_the_timer_and_not_from_a_withdrawal(
    held: str, kept: Kept
) -> None:
    cast, database = kept.cast, kept.context.database
    await wrote(kept, cast.bob, "Bobin", 1_000)
    async with database.transaction() as db:
        await holds.set_hold(
            db,
            cast.coordinator.actor,
            cast.programme_id,
            group_id=cast.group_id if held == "group" else None,
            recording_id=kept.recording.id if held == "recording" else None,
            reason="Riita",
        )
    assert await erase(database, now() + 1_000 * DAY) == 0
    await kept.decide(cast.bob, Purpose.CHAT, Decision.WITHDRAWN)
    assert await erase_withdrawn(database) == 1


async def test_a_recording_without_media_still_loses_its_chat_in_time(kept: Kept) -> None:
    """Whatever became of the voices: the recording's own state is no matter here."""
    await wrote(kept, kept.cast.bob, "Bobin", 1_000)
    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)
    assert await erase(kept.context.database, now() + 1_000 * DAY) == 1
