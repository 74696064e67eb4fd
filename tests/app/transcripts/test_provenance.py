"""Every word kept names the consents that allowed it when it was written down, or it is told."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.consent import service as consent
from app.consent.models import ConsentDecision, Decision, Purpose
from app.recordings.provenance import CLOCKS, Book, Objection
from app.transcripts import provenance
from app.transcripts.models import Utterance
from tests.app.transcripts.test_endpoints import imported
from tests.fixtures.kept import Kept


async def objections(kept: Kept) -> list[Objection]:
    async with kept.context.database.reading() as db:
        book = Book(await consent.chain(db, kept.cast.group_id))
        _, found = await provenance.examine(db, kept.cast.group_id, book)
    assert {fault.what for fault in found} <= {"line"}
    return [fault.objection for fault in found]


async def change(kept: Kept, **fields: Any) -> None:
    """As one would behind our back, of the first line."""
    async with kept.context.database.transaction() as db:
        line = (await db.exec(select(Utterance).order_by("start_ms"))).first()
        assert line is not None
        line.sqlmodel_update(fields)


async def rows(kept: Kept) -> Sequence[ConsentDecision]:
    async with kept.context.database.reading() as db:
        return await consent.chain(db, kept.cast.group_id)


async def bobs(kept: Kept, purpose: Purpose) -> ConsentDecision:
    found = [row for row in await rows(kept) if row.user_id == kept.cast.bob.id]
    return next(row for row in found if row.purpose == purpose)


async def test_what_was_written_down_as_it_should_be_is_good(kept: Kept) -> None:
    await imported(kept)

    async with kept.context.database.reading() as db:
        book = Book(await consent.chain(db, kept.cast.group_id))
        assert await provenance.examine(db, kept.cast.group_id, book) == (2, [])


@pytest.mark.parametrize("lacking", [Purpose.AUDIO, Purpose.TRANSCRIPT])
async def test_words_need_the_consents_to_both_purposes(kept: Kept, lacking: Purpose) -> None:
    await imported(kept)
    (other,) = {Purpose.AUDIO, Purpose.TRANSCRIPT} - {lacking}
    await change(kept, consent_ids=[str((await bobs(kept, other)).id)])

    assert await objections(kept) == [Objection.NOTHING_NAMED]


async def test_words_of_somebody_else_are_told(kept: Kept) -> None:
    await imported(kept)
    await change(kept, user_id=kept.cast.alice.id)

    assert await objections(kept) == [Objection.ANOTHER_PERSON] * 2  # voice and words


async def test_words_older_than_their_consent_are_told(kept: Kept) -> None:
    await imported(kept)
    given = (await bobs(kept, Purpose.TRANSCRIPT)).decided_at
    await change(kept, made_at=given - CLOCKS / 2)
    assert await objections(kept) == []

    await change(kept, made_at=given - CLOCKS * 2)
    assert set(await objections(kept)) == {Objection.LATER}


@pytest.mark.parametrize("keeps_earlier", [True, False])
async def test_words_of_a_meeting_may_be_written_down_after_a_withdrawal_that_kept_it(
    kept: Kept, keeps_earlier: bool
) -> None:
    await imported(kept)
    ended = await kept.decide(
        kept.cast.bob, Purpose.TRANSCRIPT, Decision.WITHDRAWN, keeps_earlier=keeps_earlier
    )
    await change(kept, made_at=ended.decided_at + timedelta(minutes=1))

    assert await objections(kept) == ([] if keeps_earlier else [Objection.ENDED])
