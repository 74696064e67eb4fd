"""Every page of figures says how many turns the rules left out of them."""

from sqlmodel import col, select

from app.codebooks.models import CodebookVersion
from app.coding.models import Coding
from app.turns.models import Turn
from tests.app.analysis.conftest import series  # noqa: F401  # a fixture
from tests.app.analysis.test_left_out import marked  # noqa: F401  # a fixture
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded_series import code_series
from tests.fixtures.series import Series


async def test_pages_say_how_much_is_left_out(
    running: Application,
    cast: Cast,
    series: Series,  # noqa: F811
    marked: list[Turn],  # noqa: F811
    browser: Browser,
) -> None:
    """What is left out is coded by nobody, and still no coder lacks anything."""
    coders = [cast.researcher.actor, cast.coordinator.actor]
    async with running.context.database.transaction() as db:
        own = (cast.coordinator.actor, cast.programme_id, [series], coders)
        await code_series(db, *own, most=2)
        version = (await db.exec(select(CodebookVersion.id))).one()
        floor = [turn for turn in marked if not turn.is_backchannel]
        given = select(Coding.id).where(col(Coding.turn_id).in_([turn.id for turn in floor]))
        assert (await db.exec(given)).all() == []
    client = await browser(cast.researcher, "en")
    said = f"Turns left out by the rules (technical talk, laughter): {len(marked)}"
    programme = f"/programmes/{cast.programme_id}"
    for path in (
        f"/meetings/{series.meetings[0]}/analysis",
        f"/groups/{series.group}/analysis",
        f"{programme}/analysis",
        f"{programme}/content",
        f"{programme}/agreement",
    ):
        assert said in (await client.get(path)).text, path
    path = f"/api/v1/codebook-versions/{version}/"
    content = (await client.get(path + "content")).json()
    agreement = (await client.get(path + "agreement")).json()
    assert content["turns_left_out"] == agreement["turns_left_out"] == len(marked)
    assert content["coded"] == content["turns"], "whoever finished lacks nothing"
    assert content["again"] == 0

    rules = {"bridge_pause_ms": 700, "backchannel_max_ms": 1_000, "minimum_ms": 100}
    counted = {"laughter": "own", "technical_talk": "coded"}
    answer = await cast.coordinator.client.post(
        f"/api/v1{programme}/turn-rules", json=rules | counted
    )
    assert answer.is_success, answer.text
    after = (await client.get(path + "content")).json()
    assert after["turns_left_out"] == 0
    assert (after["turns"], after["coded"]) == (content["turns"] + len(floor), content["coded"])
