"""A sample of two of four recordings: the programme's figures rest on it, and say so."""

import csv
import io
import re
from typing import Any

import pytest

from app.programmes.models import ProgrammeRole, ProgrammeStaff
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.sampled import KEPT, SEED, Sampled, sampled_series

API = "/api/v1"


@pytest.fixture
async def sampled(running: Application, cast: Cast) -> Sampled:
    return await sampled_series(running, cast)


async def got(cast: Cast, path: str) -> Any:
    answer = await cast.researcher.client.get(API + path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def table(cast: Cast, path: str) -> list[dict[str, str]]:
    answer = await cast.researcher.client.get(API + path)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def words_of(picture: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", picture).split())


async def test_group_dynamics_rest_on_it(cast: Cast, sampled: Sampled) -> None:
    path = f"/programmes/{cast.programme_id}/analysis"
    found, whole = await got(cast, path), await got(cast, f"{path}?recordings=all")

    assert {row["meeting"] for row in found["by_order"]} == set(sampled.chosen.values())
    assert {row["meeting"] for row in whole["by_order"]} == {1, 2, 3, 4}
    for name in ("by_order", "between"):
        (named,) = {row["sample"] for row in await table(cast, f"{path}/{name}.csv")}
        everything = await table(cast, f"{path}/{name}.csv?recordings=all")
        assert named.startswith(f"method=random seed={SEED} chosen=2 population=4 decided=2")
        assert {row["sample"] for row in everything} == {""}
    picture = f"{API}{path}/programme_balance.svg?language=en"
    drawn = words_of((await cast.researcher.client.get(picture)).text)
    assert f"seed {SEED}" in drawn
    assert "2 of 4 recordings" in drawn
    assert "seed" not in (await cast.researcher.client.get(f"{picture}&recordings=all")).text


async def test_content_rests_on_it(cast: Cast, sampled: Sampled) -> None:
    path = f"/codebook-versions/{sampled.version_id}/content"
    found, whole = await got(cast, path), await got(cast, f"{path}?recordings=all")

    assert (found["recordings"], whole["recordings"]) == (2, KEPT)
    ordinals = {row["row"] for row in found["frequencies"] if row["by"] == "meeting"}
    assert ordinals == {f"Torstairyhmä: {ordinal}" for ordinal in sampled.chosen.values()}
    for name in ("frequencies", "together", "follows", "effects"):
        (named,) = {row["sample"] for row in await table(cast, f"{path}/{name}.csv")}
        assert f"seed={SEED}" in named
    assert {row["sample"] for row in whole["frequencies"]} == {""}


async def test_what_is_coded_twice_is_drawn_from_it(
    running: Application, cast: Cast, sampled: Sampled
) -> None:
    third = {
        "version_id": str(sampled.version_id),
        "coder_id": str(cast.administrator.id),
        "share": 1.0,
    }
    async with running.context.database.transaction() as db:
        own = {"programme_id": cast.programme_id, "user_id": cast.administrator.id}
        db.add(ProgrammeStaff(**own, role=ProgrammeRole.RESEARCHER))

    drawn = await cast.coordinator.client.post(f"{API}/coding-draws", json=third)
    rest = await cast.coordinator.client.post(
        f"{API}/coding-draws", json=third | {"recordings": "all"}
    )

    assert sorted(drawn.json()["population"]) == sorted(sampled.chosen)
    assert len(rest.json()["population"]) == KEPT - 2  # those that are not hers yet
