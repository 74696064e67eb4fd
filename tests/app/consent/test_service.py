"""Deciding: what is written, what is not, and what holds when many decide at once."""

import asyncio

import pytest

from app.consent import ledger, service
from app.consent.models import ConsentDecision, Decision, Purpose
from app.consent.service import NothingToKeep, TextVersionUnknown
from app.kit.errors import NotFound
from app.kit.ids import new_id
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast, Person
from tests.fixtures.kept import decide

G, R, W = Decision.GRANTED, Decision.REFUSED, Decision.WITHDRAWN


@pytest.fixture
def stage(running: Application, cast: Cast) -> "Stage":
    return Stage(running, cast)


class Stage:
    def __init__(self, running: Application, cast: Cast) -> None:
        self.database = running.context.database
        self.cast = cast

    async def says(
        self,
        person: Person,
        purpose: Purpose,
        decision: Decision,
        version: int = 1,
        *,
        keeps: bool = False,
    ) -> ConsentDecision:
        async with self.database.transaction() as db:
            return await decide(
                db, self.cast, person, purpose, decision, version, keeps_earlier=keeps
            )

    async def chain(self) -> list[ConsentDecision]:
        async with self.database.reading() as db:
            return await service.chain(db, self.cast.group_id)

    async def is_open(self, row: ConsentDecision) -> bool:
        async with self.database.reading() as db:
            return await service.is_open(db, row.id)


async def test_the_chain_grows_whole(stage: Stage) -> None:
    for decision in (G, W, G):
        await stage.says(stage.cast.bob, Purpose.AUDIO, decision)
    await stage.says(stage.cast.carol, Purpose.AUDIO, R)

    rows = await stage.chain()
    assert [row.sequence for row in rows] == [1, 2, 3, 4]
    assert ledger.verify(rows) is None


async def test_the_same_decision_is_not_written_twice(stage: Stage) -> None:
    first = await stage.says(stage.cast.bob, Purpose.AUDIO, G)
    second = await stage.says(stage.cast.bob, Purpose.AUDIO, G)
    other = await stage.says(stage.cast.bob, Purpose.VIDEO, G)

    assert first.id == second.id != other.id
    assert len(await stage.chain()) == 2


async def test_a_grant_is_open_until_it_is_withdrawn(stage: Stage) -> None:
    bob, carol = stage.cast.bob, stage.cast.carol
    audio, video = [await stage.says(bob, p, G) for p in (Purpose.AUDIO, Purpose.VIDEO)]
    carols = await stage.says(carol, Purpose.AUDIO, G)

    withdrawn = await stage.says(bob, Purpose.AUDIO, W)
    again = await stage.says(bob, Purpose.AUDIO, G)

    assert [await stage.is_open(row) for row in (audio, withdrawn, again)] == [False, False, True]
    assert await stage.is_open(video)
    assert await stage.is_open(carols)
    async with stage.database.reading() as db:
        in_force = await service.in_force(db, stage.cast.group_id)
        assert not await service.is_open(db, new_id())
    assert in_force[bob.id][Purpose.AUDIO].id == again.id
    assert set(in_force) == {bob.id, carol.id}


async def test_a_withdrawal_that_keeps_closes_the_grant_and_leaves_it_standing(
    stage: Stage,
) -> None:
    given = await stage.says(stage.cast.bob, Purpose.AUDIO, G)

    withdrawn = await stage.says(stage.cast.bob, Purpose.AUDIO, W, keeps=True)

    assert withdrawn.keeps_earlier
    assert not await stage.is_open(given)  # nothing new may rest on it
    async with stage.database.reading() as db:
        assert await service.standing(db, [stage.cast.group_id]) == {given.id}
        assert await service.in_force(db, stage.cast.group_id) == {stage.cast.bob.id: {}}
    assert ledger.verify(await stage.chain()) is None


async def test_what_was_kept_can_be_given_up_later_and_not_the_other_way_round(
    stage: Stage,
) -> None:
    bob = stage.cast.bob
    await stage.says(bob, Purpose.AUDIO, G)
    kept = await stage.says(bob, Purpose.AUDIO, W, keeps=True)
    again = await stage.says(bob, Purpose.AUDIO, W, keeps=True)

    given_up = await stage.says(bob, Purpose.AUDIO, W)
    too_late = await stage.says(bob, Purpose.AUDIO, W, keeps=True)

    kept_earlier = [each.keeps_earlier for each in (kept, again, given_up, too_late)]
    assert kept_earlier == [True, True, False, False]
    async with stage.database.reading() as db:
        assert await service.standing(db, [stage.cast.group_id]) == set()


@pytest.mark.parametrize("decision", [G, R])
async def test_only_a_withdrawal_can_keep(stage: Stage, decision: Decision) -> None:
    with pytest.raises(NothingToKeep):
        await stage.says(stage.cast.bob, Purpose.AUDIO, decision, keeps=True)
    assert await stage.chain() == []


@pytest.mark.parametrize("version", [0, 2, 99])
async def test_a_text_that_is_not_there_cannot_be_agreed_to(version: int, stage: Stage) -> None:
    with pytest.raises(TextVersionUnknown):
        await stage.says(stage.cast.bob, Purpose.AUDIO, G, version)
    assert await stage.chain() == []


async def test_a_group_that_is_not_there_has_no_ledger(stage: Stage) -> None:
    bob = stage.cast.bob.id
    async with stage.database.transaction() as db:
        with pytest.raises(NotFound):
            await service.decide(
                db,
                user_id=bob,
                group_id=new_id(),
                meeting_id=None,
                purpose=Purpose.AUDIO,
                decision=G,
                text_version=1,
                text_language="fi",
                decided_by=bob,
            )


async def test_many_at_once_make_one_chain(stage: Stage) -> None:
    people = (stage.cast.alice, stage.cast.bob, stage.cast.carol, stage.cast.olga)

    await asyncio.gather(*(stage.says(who, p, G) for who in people for p in Purpose))

    rows = await stage.chain()
    assert len(rows) == 4 * len(Purpose)
    assert ledger.verify(rows) is None
