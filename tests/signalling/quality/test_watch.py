"""Stories over real websockets and real media: whose line it is, who is told, and what is kept."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.quality.models import QualitySample
from app.recordings.models import OffRecordSpan
from signalling.messages import (
    AgreeToRecord,
    Command,
    DecideConsent,
    Done,
    GoOffRecord,
    Leave,
    Refused,
    ReportQuality,
    ServerMessage,
    StartRecording,
    TroublesChanged,
    UplinkReport,
    Welcomed,
)
from signalling.quality import watch
from tests.fixtures.cast import Person
from tests.fixtures.impairment import Middleman
from tests.fixtures.taped import DEADLINE_S, Listener, decides
from tests.fixtures.wire import Talker
from tests.signalling.conftest import Gathering

LOSS = 0.12


class Sufferer(Listener):
    """One whose packets reach the node through a line that may lose them."""

    network: Middleman | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.troubles: list[tuple[str, str]] = []

    async def ask(self, command: Callable[..., Command], **fields: Any) -> ServerMessage:
        answer = await super().ask(command, **fields)
        found = re.search(r" 127\.0\.0\.1 (\d+) typ host", getattr(answer, "answer", ""))
        if found is None:
            return answer
        self.network = Middleman(("127.0.0.1", int(found[1])), 20261125)
        return answer.model_copy(update={"answer": self.network.redirect(answer.answer)})  # type: ignore[union-attr]

    async def _hear(self, fact: ServerMessage) -> None:
        if isinstance(fact, TroublesChanged):
            self.troubles = [(each.trouble, each.participant) for each in fact.troubles]
        if isinstance(fact, Welcomed):
            self.id = fact.participant
        await super()._hear(fact)


class Company:
    """`await company.enter(person)`; everyone leaves in the end."""

    def __init__(self, gathering: Gathering) -> None:
        self.gathering = gathering
        self.present: list[Sufferer] = []

    async def enter(self, person: Person) -> Sufferer:
        number = len(self.present)
        one = Sufferer(number, person.user.name, person.client, camera=False)
        self.present.append(one)
        await one.join(self.gathering.meeting_id)
        await asyncio.wait_for(one.publish(), DEADLINE_S)
        return one

    async def leave(self) -> None:
        await asyncio.gather(*(one.leave() for one in self.present))
        for one in self.present:
            if one.network is not None:
                one.network.close()


@pytest.fixture
async def company(
    gathering: Gathering,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Company]:
    """A node that looks more often than it does for people."""
    monkeypatch.setattr(watch, "LOOK_S", 2.5)
    monkeypatch.setattr(watch, "STRETCH_S", 2.5)
    company = Company(gathering)
    yield company
    await company.leave()


async def rows(gathering: Gathering, person: Person | None = None) -> list[QualitySample]:
    async with gathering.running.context.database.reading() as db:
        found = (await db.exec(select(QualitySample))).all()
    return [row for row in found if person is None or row.user_id == person.id]


async def until(condition: Callable[[], object], what: str, deadline_s: float = 40) -> None:
    try:
        async with asyncio.timeout(deadline_s):
            while not condition():
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"never happened: {what}") from None


async def until_kept(gathering: Gathering, person: Person, count: int) -> list[QualitySample]:
    async with asyncio.timeout(40):
        while len(found := await rows(gathering, person)) < count:
            await asyncio.sleep(0.1)
    return found


async def news(talker: Talker) -> TroublesChanged:
    for _ in range(4):
        try:
            return await talker.hears(TroublesChanged)
        except TimeoutError:
            continue
    raise AssertionError("nothing was said")


@pytest.mark.timeout(180)
async def test_the_observer_hears_whose_uplink_loses_and_nobody_else_is_talked_of(
    company: Company,
) -> None:
    people = company.gathering.cast
    alice, bob, carol = [await company.enter(p) for p in (people.alice, people.bob, people.carol)]
    async with await company.gathering.talker(people.olga) as olga:
        await olga.hears(Welcomed)
        assert bob.network is not None

        bob.network.up.loss = LOSS
        told = await news(olga)

        (trouble,) = told.troubles
        assert (trouble.trouble, trouble.participant) == ("sends_lossy", bob.id)
        assert trouble.amount == pytest.approx(100 * LOSS, abs=6)
        await until(lambda: bob.troubles, "bob is told of himself")
        await until(lambda: alice.troubles, "the facilitator is told")
        assert alice.troubles == bob.troubles == [("sends_lossy", bob.id)]
        assert carol.troubles == []

        async with await company.gathering.talker(people.olga) as again:
            assert (await news(again)).troubles[0].participant == bob.id

            bob.network.up.loss = 0.0
            while (await news(again)).troubles:
                pass  # the amount changed
    await until(lambda: not bob.troubles, "bob is told that it is over")
    assert carol.troubles == []


@pytest.mark.timeout(180)
async def test_it_is_kept_of_those_alone_who_agree_to_be_studied_and_while_they_do(
    company: Company,
) -> None:
    gathering, people = company.gathering, company.gathering.cast
    await decides(people.bob, people.group_id, "indexing", "granted")
    await decides(people.carol, people.group_id, "audio", "granted")
    await company.enter(people.alice)
    bob = await company.enter(people.bob)
    await company.enter(people.carol)

    await until_kept(gathering, people.bob, 1)
    await bob.ask(
        ReportQuality,
        seconds=2.5,
        uplink=UplinkReport(rtt_ms=42.0, estimate_bps=None, limited_by="none"),
        downlink=None,
    )
    kept = await until_kept(gathering, people.bob, 3)

    assert {row.user_id for row in await rows(gathering)} == {people.bob.id}
    assert all(row.seconds == pytest.approx(2.5, abs=1.0) for row in kept)
    assert any(row.rtt_ms == 42.0 for row in kept)
    whole = max(kept, key=lambda row: row.uplink_packets)
    assert whole.uplink_packets == pytest.approx(50 * whole.seconds, rel=0.3)
    assert whole.uplink_lost <= 0.02 * whole.uplink_packets

    version = {"text_version": 1, "text_language": "fi"}
    await bob.ask(DecideConsent, purpose="indexing", decision="withdrawn", **version)
    count = len(await rows(gathering, people.bob))
    await decides(people.carol, people.group_id, "indexing", "granted")
    await until_kept(gathering, people.carol, 1)

    assert len(await rows(gathering, people.bob)) == count
    assert not await rows(gathering, people.alice)


@pytest.mark.parametrize("for_s", [0.0, pytest.param(1.0, marks=pytest.mark.thorough)])
async def test_off_the_record_nothing_of_it_is_kept(company: Company, for_s: float) -> None:
    """For longer than there is between two looks, and for less."""
    watch.LOOK_S = watch.STRETCH_S = 0.3
    gathering, bob = company.gathering, company.gathering.cast.bob
    await decides(bob, gathering.cast.group_id, "indexing", "granted")
    present = [await company.enter(one) for one in (gathering.cast.alice, bob)]
    await present[0].ask(StartRecording)
    before = len(await until_kept(gathering, bob, 1))
    await present[1].ask(GoOffRecord)
    await asyncio.sleep(for_s)
    for one in present:
        await one.ask(AgreeToRecord)
    await until_kept(gathering, bob, before + 2)

    kept = [(r.started_at, timedelta(seconds=r.seconds)) for r in await rows(gathering)]
    async with gathering.running.context.database.reading() as db:
        off = (await db.exec(select(OffRecordSpan))).one()
    assert off.ended_at is not None
    assert any(began > off.ended_at for began, _ in kept)
    assert not [at for at in kept if at[0] < off.ended_at and off.started_at < at[0] + at[1]]


@pytest.mark.thorough
@pytest.mark.timeout(120)
async def test_the_last_stretch_is_kept_when_someone_leaves(company: Company) -> None:
    gathering, people = company.gathering, company.gathering.cast
    watch.STRETCH_S = 3600.0
    await decides(people.bob, people.group_id, "indexing", "granted")
    await company.enter(people.alice)
    await company.enter(people.bob)
    await asyncio.sleep(8)
    assert not await rows(gathering)
    async with await gathering.talker(people.bob) as bob:  # a page of bob's that takes his place
        await bob.hears(Welcomed)
        await bob.send(Leave)

    (row,) = await until_kept(gathering, people.bob, 1)

    assert row.seconds > 2


async def test_one_who_reports_without_end_is_refused(gathering: Gathering) -> None:
    report = {"seconds": 5.0, "uplink": None, "downlink": None}
    async with await gathering.talker(gathering.cast.alice) as alice:
        await alice.hears(Welcomed)
        for _ in range(5):
            await alice.ask(ReportQuality, Done, **report)
        assert (await alice.ask(ReportQuality, Refused, **report)).code == "too_many"


async def test_one_in_the_lobby_does_not_report(gathering: Gathering) -> None:
    async with await gathering.talker(gathering.cast.bob) as bob:
        refused = await bob.ask(ReportQuality, Refused, seconds=5.0, uplink=None, downlink=None)
        assert refused.code == "not_admitted"
