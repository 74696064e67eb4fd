"""What ends a consent takes the words with it, every version, and says so."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.erasures.attesting import attest_all
from app.kit.db import now
from app.kit.settings import Settings
from app.recordings.models import Erasure
from app.retention import erasure as retention
from app.transcripts.erasure import erase_withdrawn
from app.transcripts.models import Utterance
from tests.app.transcripts.test_endpoints import imported, line, lines
from tests.fixtures.kept import Kept
from tests.fixtures.statements import statements, writes


async def rows(kept: Kept) -> list[Utterance]:
    async with kept.context.database.reading() as db:
        return list((await db.exec(select(Utterance))).all())


async def edited(kept: Kept) -> None:
    """Two lines of bob, one of them in two versions."""
    await imported(kept)
    place = f"{kept.path}/transcript/{(await lines(kept))[0]['line_id']}"
    await kept.cast.researcher.client.put(place, json=line(kept, version=1))


@pytest.mark.parametrize("purpose", [Purpose.AUDIO, Purpose.TRANSCRIPT])
async def test_a_withdrawal_takes_every_version_and_the_receipt_counts_them(
    purpose: Purpose, kept: Kept
) -> None:
    await edited(kept)
    await kept.decide(kept.cast.bob, purpose, Decision.WITHDRAWN)

    await erase_withdrawn(kept.context.database, kept.store)

    assert await rows(kept) == []
    async with kept.context.database.reading() as db:
        (erasure,) = (await db.exec(select(Erasure))).all()
    assert (erasure.user_id, erasure.deleted_lines) == (kept.cast.bob.id, 3)


async def test_what_is_left_is_not_attested(kept: Kept) -> None:
    """Nothing is signed while words are there that may not be."""
    await edited(kept)
    await kept.decide(kept.cast.bob, Purpose.TRANSCRIPT, Decision.WITHDRAWN)
    (first, *_) = await rows(kept)
    await erase_withdrawn(kept.context.database, kept.store)
    async with kept.context.database.transaction() as db:
        db.add(Utterance(**first.model_dump(warnings=False)))

    await attest_all(kept.context.database, kept.store, kept.context.keys)
    async with kept.context.database.reading() as db:
        (open_,) = (await db.exec(select(Erasure))).all()
    assert open_.attested_at is None

    await erase_withdrawn(kept.context.database, kept.store)
    await attest_all(kept.context.database, kept.store, kept.context.keys)
    async with kept.context.database.reading() as db:
        (closed,) = (await db.exec(select(Erasure))).all()
    assert closed.attested_at is not None


@pytest.mark.parametrize("purpose", [Purpose.VIDEO, Purpose.INDEXING, Purpose.QUOTATION])
async def test_another_withdrawal_leaves_them(purpose: Purpose, kept: Kept) -> None:
    await edited(kept)
    await kept.decide(kept.cast.bob, purpose, Decision.WITHDRAWN)

    await erase_withdrawn(kept.context.database, kept.store)

    assert len(await rows(kept)) == 3


async def test_what_is_over_its_time_goes_with_its_words(kept: Kept, settings: Settings) -> None:
    await edited(kept)

    await retention.run(kept.context.database, kept.store, now() + timedelta(days=400))

    assert await rows(kept) == []


async def test_who_refused_once_and_agreed_before_the_words_keeps_nobody_waiting(
    kept: Kept,
) -> None:
    """Asked every few seconds, for as long as the words are kept."""
    await kept.decide(kept.cast.bob, Purpose.TRANSCRIPT, Decision.REFUSED)
    await kept.decide(kept.cast.bob, Purpose.TRANSCRIPT, Decision.GRANTED)
    await edited(kept)
    with statements(kept.context.database) as sent:
        await erase_withdrawn(kept.context.database, kept.store)
    assert writes(sent) == 0
    assert len(await rows(kept)) == 3
