"""What people marked as technical talk is in no figure where the rules leave it out: neither talk
nor silence."""

import pytest
from sqlalchemy import update
from sqlmodel import col

from app.kit.intervals import merged, minus
from app.turns.models import Laughter, Talk, TechnicalTalk, Turn, TurnRuleSet
from tests.app.analysis.test_service import analysis, person, recording_of, turns_of
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.series import Series


@pytest.fixture
async def marked(running: Application, cast: Cast, series: Series) -> list[Turn]:
    """Of the first meeting, half of what J1 says; the rules of the programme leave it out from the
    second version on."""
    async with running.context.database.transaction() as db:
        turns = await turns_of(db, await recording_of(db, series))
        own = [turn for turn in turns if turn.user_id == series.users["J1"]][::2]
        ids = col(Turn.id).in_([turn.id for turn in own])
        await db.exec(update(Turn).where(ids).values(talk=Talk.TECHNICAL))
        for version, technical in enumerate((TechnicalTalk.COUNTED, TechnicalTalk.LEFT_OUT), 1):
            db.add(
                TurnRuleSet(
                    programme_id=cast.programme_id,
                    version=version,
                    bridge_pause_ms=700,
                    backchannel_max_ms=1_000,
                    minimum_ms=100,
                    laughter=Laughter.UNDECLARED,
                    technical_talk=technical,
                )
            )
    return own


async def test_it_is_neither_talk_nor_silence(
    running: Application, cast: Cast, series: Series, marked: list[Turn]
) -> None:
    async with running.context.database.transaction() as db:
        newest = TurnRuleSet.version == 2
        await db.exec(update(TurnRuleSet).where(newest).values(technical_talk="counted"))
        turns = await turns_of(db, await recording_of(db, series))
    before = await analysis(cast, series)
    async with running.context.database.transaction() as db:
        await db.exec(update(TurnRuleSet).where(newest).values(technical_talk="left_out"))
    found = await analysis(cast, series)

    gone, covered = {turn.id for turn in marked}, found["coverage"]
    length = sum(turn.end_ms - turn.start_ms for turn in marked)
    assert (before["coverage"]["turns_left_out"], covered["turns_left_out"]) == (0, len(marked))
    assert covered["ms_left_out"] == length
    assert covered["turns"] == before["coverage"]["turns"] - len(marked)
    floor = [turn for turn in marked if not turn.is_backchannel]
    held = sum(turn.end_ms - turn.start_ms for turn in floor)
    assert person(found, "J1")["talk_ms"] == person(before, "J1")["talk_ms"] - held
    assert person(found, "J2")["talk_ms"] == person(before, "J2")["talk_ms"]

    others = merged((each.start_ms, each.end_ms) for each in turns if each.id not in gone)
    alone = minus(merged((each.start_ms, each.end_ms) for each in marked), others)
    unheard = sum(end - start for start, end in alone)
    assert unheard > 0
    assert covered["recorded_ms"] == before["coverage"]["recorded_ms"] - unheard
    assert covered["unrecorded_ms"] == before["coverage"]["unrecorded_ms"]
    silent = [
        {(row["figure"], row["facilitator"]): row["value"] for row in each["figures"]}
        for each in (before, found)
    ]
    was, now = (each["silence", "with"] for each in silent)
    assert now * covered["recorded_ms"] == pytest.approx(
        was * before["coverage"]["recorded_ms"], rel=1e-3
    )
