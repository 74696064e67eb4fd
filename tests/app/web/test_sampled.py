"""Pages of a programme with a sample: what they rest on, and what they offer."""

import pytest

from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.remembered import one_series
from tests.fixtures.sampled import SEED, Sampled, sampled_series


@pytest.fixture
async def sampled(running: Application, cast: Cast) -> Sampled:
    return await sampled_series(running, cast)


@pytest.mark.parametrize("page", ["analysis", "content"])
async def test_its_pages_say_so_and_offer_everything(
    page: str, cast: Cast, sampled: Sampled, browser: Browser
) -> None:
    client = await browser(cast.researcher, "en")
    path = f"/programmes/{cast.programme_id}/{page}"
    found, whole = (await client.get(path)).text, (await client.get(f"{path}?recordings=all")).text

    assert f"Sample only. Random sample, seed {SEED}. 2 of 4 recordings, decided 2" in found
    assert '<option value="sample" selected>Sample only (2 of 4)' in found
    assert "recordings=sample" in found  # of tables and pictures to download
    assert f"seed {SEED}" not in whole
    assert '<option value="all" selected>All' in whole


async def test_without_a_decision_there_is_nothing_to_choose(
    running: Application, cast: Cast, browser: Browser
) -> None:
    await one_series(running, cast)
    client = await browser(cast.researcher, "en")
    page = (await client.get(f"/programmes/{cast.programme_id}/analysis")).text
    assert "programme_balance.svg" in page
    assert 'name="recordings"' not in page


async def test_coders_are_offered_it_first(cast: Cast, sampled: Sampled, browser: Browser) -> None:
    client = await browser(cast.coordinator, "en")
    page = (await client.get(f"/programmes/{cast.programme_id}/coding")).text

    first, others = page.split("Outside the sample (2)")
    assert f"seed {SEED}" in first
    assert first.count("data-recording>") == others.count("data-recording>") == 2
    assert all(f'value="{id_}" data-recording' in first for id_ in sampled.chosen)
