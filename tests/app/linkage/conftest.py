"""Two groups that have met, in the programme of the cast, and who answered before and after."""

import pytest

from tests.fixtures.answered import Rows, bring, text_of
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded_series import CodedSeries, code_series
from tests.fixtures.series import Series, play_series

NAMES = ("Maanantairyhmä", "Torstairyhmä")
HEAD = ["Ryhmä", "Tunnus", "Jaksan", "Tila", "Avoin"]
BEFORE: Rows = [
    HEAD,
    *[[NAMES[0], f"J{n}", f"{n},5", ("virkeä", "väsynyt")[n % 2], f"A{n}"] for n in range(1, 6)],
    *[[NAMES[1], f"J{n}", 6 - n, "väsynyt", f"B{n}"] for n in range(1, 5)],
    [NAMES[1], "F1", 5, "virkeä", "…"],
]
AFTER: Rows = [HEAD, *[[NAMES[0], f"J{n}", 4, "virkeä", f"C{n}"] for n in range(1, 5)]]


@pytest.fixture
async def groups(running: Application, cast: Cast) -> list[Series]:
    async with running.context.database.transaction() as db:
        return [
            await play_series(running.context, db, cast.programme_id, name, seed)
            for seed, name in enumerate(NAMES)
        ]


@pytest.fixture
async def columns(cast: Cast, groups: list[Series]) -> dict[str, str]:
    """Name of the column → how it is asked for."""
    ids = {}
    for rows, moment in ((BEFORE, "before"), (AFTER, "after")):
        own = {"name": f"Kysely {moment}", "moment": moment}
        made = await bring(cast.researcher, cast.programme_id, text_of(rows), **own)
        assert made.status_code == 201, made.text
        for each in made.json()["questions"]:
            ids[f"{each['label']} {moment}"] = each["id"]
    ids["Muutos"] = f"{ids['Jaksan after']}~{ids['Jaksan before']}"
    return ids


@pytest.fixture
async def coded(running: Application, cast: Cast, groups: list[Series]) -> CodedSeries:
    coders = [cast.researcher.actor, cast.coordinator.actor]
    async with running.context.database.transaction() as db:
        own = (cast.programme_id, groups, coders)
        return await code_series(db, cast.coordinator.actor, *own, most=2)
