"""Every chat line kept names the consent that allowed it when it was written, or it is told."""

from datetime import datetime, timedelta

import pytest

from app.chat import provenance
from app.chat.models import ChatLine
from app.consent import service as consent
from app.consent.models import Decision, Purpose
from app.kit.db import now
from app.recordings.provenance import CLOCKS, Book, Objection
from tests.fixtures.chatted import wrote
from tests.fixtures.kept import Kept


async def found(kept: Kept) -> tuple[int, list[Objection]]:
    async with kept.context.database.reading() as db:
        book = Book(await consent.chain(db, kept.cast.group_id))
        count, faults = await provenance.examine(db, kept.cast.group_id, book)
    assert {fault.what for fault in faults} <= {"chat"}
    return count, [fault.objection for fault in faults]


async def line(kept: Kept, at: datetime) -> ChatLine:
    return await wrote(kept, kept.cast.bob, "Moi", (at - kept.recording.started_at) // MILLISECOND)


MILLISECOND = timedelta(milliseconds=1)


async def test_a_line_that_consent_covered_is_good(kept: Kept) -> None:
    await line(kept, now())

    assert await found(kept) == (1, [])


async def test_a_line_older_than_its_consent_is_told(kept: Kept) -> None:
    await line(kept, now() - CLOCKS * 2)

    assert await found(kept) == (1, [Objection.LATER])


@pytest.mark.parametrize("keeps_earlier", [True, False])
async def test_a_line_written_after_the_withdrawal_is_told(kept: Kept, keeps_earlier: bool) -> None:
    before, after = await line(kept, now()), await line(kept, now() + timedelta(minutes=1))
    await kept.decide(kept.cast.bob, Purpose.CHAT, Decision.WITHDRAWN, keeps_earlier=keeps_earlier)

    assert before.id < after.id
    assert await found(kept) == (2, [Objection.ENDED])


async def test_a_line_under_another_purpose_or_another_persons_consent_is_told(kept: Kept) -> None:
    written = await line(kept, now())
    async with kept.context.database.transaction() as db:
        given = await consent.latest_of(db, kept.cast.bob.id, kept.cast.group_id)
        (await db.get_one(ChatLine, written.id)).consent_id = given[Purpose.AUDIO].id
    assert await found(kept) == (1, [Objection.ANOTHER_PURPOSE])

    async with kept.context.database.transaction() as db:
        row = await db.get_one(ChatLine, written.id)
        row.consent_id, row.user_id = given[Purpose.CHAT].id, kept.cast.alice.id
    assert await found(kept) == (1, [Objection.ANOTHER_PERSON])
