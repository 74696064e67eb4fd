"""A line is kept and read while the consent it rests on covers it, and not a moment longer."""

from datetime import timedelta

import pytest

from app.chat import service
from app.chat.models import ChatLine
from app.consent.models import Decision, Purpose
from app.kit.db import now
from tests.fixtures.chatted import lines, wrote
from tests.fixtures.kept import Kept


async def keep(kept: Kept, *given: ChatLine) -> int:
    async with kept.context.database.transaction() as db:
        return await service.keep(db, given)


async def read(kept: Kept) -> list[tuple[str, str, int]]:
    async with kept.context.database.reading() as db:
        rows = await service.allowed(db, kept.recording, kept.meeting)
    return [(row.writer.pseudonym, row.line.text, row.position_ms) for row in rows]


async def line_of(kept: Kept, text: str = "Hei!") -> ChatLine:
    """Bob's, not written down yet."""
    known = await wrote(kept, kept.cast.bob, "ennestään", 1_000)
    fields = known.model_dump(exclude={"id", "text", "at"})
    return ChatLine(**fields, text=text, at=now())


async def test_a_line_lies_on_the_recordings_time_line_in_order(kept: Kept) -> None:
    await wrote(kept, kept.cast.bob, "toinen", 9_250)
    await wrote(kept, kept.cast.bob, "ensimmäinen", 1_000)
    assert await read(kept) == [("J1", "ensimmäinen", 1_000), ("J1", "toinen", 9_250)]


async def test_what_a_node_writes_twice_is_there_once(kept: Kept) -> None:
    line = await line_of(kept)
    assert await keep(kept, line) == 1
    assert await keep(kept, line) == 0
    assert [each.text for each in await lines(kept)] == ["ennestään", "Hei!"]


async def test_under_a_refusal_nothing_is_written_whoever_asks(kept: Kept) -> None:
    line = await line_of(kept)
    carols = await wrote(kept, kept.cast.carol, "kielletty", 2_000)
    line.consent_id, line.user_id = carols.consent_id, kept.cast.carol.id
    assert await keep(kept, line) == 0
    assert [text for _, text, _ in await read(kept)] == ["ennestään"]


@pytest.mark.parametrize("keeps_earlier", [False, True])
async def test_a_line_that_comes_after_a_withdrawal_is_not_written(
    kept: Kept, keeps_earlier: bool
) -> None:
    """One from before it is, if what was before may stay: it was on its way."""
    before = await line_of(kept, "ennen")
    row = await kept.decide(
        kept.cast.bob, Purpose.CHAT, Decision.WITHDRAWN, keeps_earlier=keeps_earlier
    )
    after = ChatLine(**(before.model_dump(exclude={"id"}) | {"text": "jälkeen"}))
    after.at = row.decided_at + timedelta(milliseconds=1)

    assert await keep(kept, before, after) == keeps_earlier
    assert [text for _, text, _ in await read(kept)] == ["ennestään", "ennen"] * keeps_earlier


async def test_consenting_anew_brings_nothing_back(kept: Kept) -> None:
    await wrote(kept, kept.cast.bob, "ennen", 1_000)
    await kept.decide(kept.cast.bob, Purpose.CHAT, Decision.WITHDRAWN)
    await kept.decide(kept.cast.bob, Purpose.CHAT, Decision.GRANTED)
    await wrote(kept, kept.cast.bob, "uusi", 2_000)
    assert [text for _, text, _ in await read(kept)] == ["uusi"]
    async with kept.context.database.reading() as db:
        own = await service.of_person(db, kept.cast.bob.id)
    assert [line.text for line in own] == ["uusi"]
