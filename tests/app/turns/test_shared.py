"""Speech of nobody known: shown while everybody's consents stand, gone when one does not."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.kit.db import now
from app.retention.erasure import run
from app.turns import shared
from app.turns.models import SharedSpeech
from tests.fixtures.kept import Kept

SPANS = [(1_000, 2_000), (3_000, 4_500)]


async def rows_of(kept: Kept) -> list[UUID]:
    """The grants that the speech rests on: both voices, and that bob may be studied."""
    bob = await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.GRANTED)
    alice = await kept.decide(kept.cast.alice, Purpose.INDEXING, Decision.GRANTED)
    return [bob.id, alice.id]


async def keep(kept: Kept) -> None:
    rests_on = await rows_of(kept)
    async with kept.context.database.transaction() as db:
        await shared.keep(db, kept.recording.id, SPANS, rests_on)


async def seen(kept: Kept) -> list[tuple[int, int]]:
    async with kept.context.database.reading() as db:
        row = await shared.standing(db, kept.recording.id, kept.meeting)
    return shared.undecided(row) if row is not None else []


async def left(kept: Kept) -> int:
    async with kept.context.database.reading() as db:
        return len((await db.exec(select(SharedSpeech))).all())


async def test_it_is_seen_until_one_withdraws_and_erased_then(kept: Kept) -> None:
    await keep(kept)
    assert await seen(kept) == SPANS
    assert await shared.erase(kept.context.database) == 0
    await kept.decide(kept.cast.alice, Purpose.INDEXING, Decision.WITHDRAWN)
    assert await seen(kept) == []
    async with kept.context.database.reading() as db:
        assert await shared.has_unallowed(db, kept.recording.id, kept.meeting)
    assert await shared.erase(kept.context.database) == 1
    assert await left(kept) == 0


async def test_what_is_heard_again_comes_in_its_place(kept: Kept) -> None:
    await keep(kept)
    async with kept.context.database.transaction() as db:
        await shared.keep(db, kept.recording.id, [], [])
    assert await left(kept) == 0


async def test_what_was_dismissed_stays_so_when_it_is_heard_again(kept: Kept) -> None:
    await keep(kept)
    client = kept.cast.researcher.client
    dismissed = f"{kept.path}/dismissed-speech"
    span = {"start_ms": 1_000, "end_ms": 2_000}
    stranger = await kept.cast.alice.client.post(dismissed, json=span)
    unheard = await client.post(dismissed, json=span | {"end_ms": 2_001})
    once, twice = [await client.post(dismissed, json=span) for _ in range(2)]
    rests_on = await rows_of(kept)
    async with kept.context.database.transaction() as db:
        await shared.keep(db, kept.recording.id, [*SPANS, (6_000, 7_000)], rests_on)
    after = await seen(kept)
    bench = (await client.get(f"{kept.path}/workbench")).json()
    back = await client.delete(dismissed)

    assert (stranger.status_code, unheard.status_code) == (403, 404)
    assert [each.json() for each in (once, twice)] == [{"dismissed": 1}] * 2
    assert after == [SPANS[1], (6_000, 7_000)]
    assert (bench["heard"], bench["dismissed"]) == ([list(span) for span in after], 1)
    assert back.status_code == 204
    assert await seen(kept) == [*SPANS, (6_000, 7_000)]


async def test_what_rests_on_nothing_is_not_shown(kept: Kept) -> None:
    async with kept.context.database.transaction() as db:
        await shared.keep(db, kept.recording.id, SPANS, [])
    assert await seen(kept) == []


async def test_it_goes_when_its_time_is_over(kept: Kept) -> None:
    await keep(kept)
    later = now() + timedelta(days=3_650)
    await run(kept.context.database, kept.store, later)
    assert await left(kept) == 0


def test_a_stretch_is_told_when_turns_cover_half_of_it() -> None:
    """[1, 2) s by 500 ms, [3, 4.5) s by 749 of 1,500, and one that was dismissed by none."""
    row = SharedSpeech(
        recording_id=UUID(int=1), segments=[[1_000, 2_000], [3_000, 4_500], [6_000, 7_000]],
        dismissed=[[6_000, 7_000]],
    )  # fmt: skip
    turns = [(500, 1_200), (1_700, 2_500), (3_751, 9_000)]
    assert shared.untold(row, turns) == [(3_000, 4_500)]
    assert shared.untold(row, [*turns, (3_000, 3_001)]) == []
    assert shared.untold(row, []) == SPANS
