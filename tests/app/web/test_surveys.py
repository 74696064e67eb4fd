"""The pages of surveys and of answers beside the talk: who reads them, what is on them."""

from urllib.parse import quote

import pytest
from sqlmodel import func, select

from app.kit.audit import AuditEntry
from app.kit.languages import LANGUAGES
from tests.app.linkage.conftest import AFTER, BEFORE, NAMES
from tests.app.web.conftest import Browser
from tests.fixtures.answered import bring, text_of
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded_series import code_series
from tests.fixtures.series import PEOPLE, play_series

PAGES = ("surveys", "linkage")


@pytest.fixture
async def answered(running: Application, cast: Cast) -> dict[str, str]:
    """Name of the column → how it is asked for; of two groups that have met and are coded."""
    coders = [cast.researcher.actor, cast.coordinator.actor]
    async with running.context.database.transaction() as db:
        series = [
            await play_series(running.context, db, cast.programme_id, name, seed)
            for seed, name in enumerate(NAMES)
        ]
        own = (cast.programme_id, series, coders)
        await code_series(db, cast.coordinator.actor, *own, most=1)
    ids = {}
    for rows, moment in ((BEFORE, "before"), (AFTER, "after")):
        named = {"name": f"Kysely {moment}", "moment": moment}
        made = await bring(cast.researcher, cast.programme_id, text_of(rows), **named)
        ids |= {f"{each['label']} {moment}": each["id"] for each in made.json()["questions"]}
    return ids


@pytest.mark.parametrize("who", ["alice", "bob", "olga", "mallory"])
async def test_nobody_else_reads_them(who: str, cast: Cast, browser: Browser) -> None:
    client = await browser(getattr(cast, who))
    for page in PAGES:
        answer = await client.get(f"/programmes/{cast.programme_id}/{page}")
        assert answer.status_code == 404, page


async def test_with_nothing_to_tell_they_say_what_to_do(cast: Cast, browser: Browser) -> None:
    client = await browser(cast.researcher, "en")
    for page, said in zip(PAGES, ("No surveys yet", "Bring in a survey first"), strict=True):
        answer = await client.get(f"/programmes/{cast.programme_id}/{page}")
        assert said in answer.text
    programme = await client.get(f"/programmes/{cast.programme_id}")
    assert f'href="/programmes/{cast.programme_id}/surveys"' in programme.text


async def test_they_are_whole_in_every_language(
    cast: Cast, answered: dict[str, str], browser: Browser
) -> None:
    """Of a number, a difference and a choice, beside a figure of the talk and a code."""
    change = f"{answered['Jaksan after']}~{answered['Jaksan before']}"
    queries = [
        f"?column={column}&measure={quote(measure, safe='')}"
        for column in (answered["Jaksan before"], change, answered["Tila before"])
        for measure in ("turns_per_minute", "theme/strain")
    ]
    for language in LANGUAGES:
        client = await browser(cast.researcher, language)
        for page in ("surveys", *(f"linkage{query}" for query in queries)):
            answer = await client.get(f"/programmes/{cast.programme_id}/{page}")
            assert answer.status_code == 200, page
            for room in ("survey", "linkage", "analysis", "problem"):
                assert f">{room}." not in answer.text, (page, room)
                assert f"{room}.about" not in answer.text
            assert answer.text.count("<svg xmlns") == (page != "surveys")
            assert not any(name in answer.text for name in PEOPLE)


async def test_numbers_are_written_as_the_language_writes_them(
    cast: Cast, answered: dict[str, str], browser: Browser
) -> None:
    page = f"/programmes/{cast.programme_id}/linkage?column={answered['Jaksan before']}"
    assert "<td>1,5</td>" in (await (await browser(cast.researcher, "fi")).get(page)).text
    assert "<td>1.5</td>" in (await (await browser(cast.researcher, "en")).get(page)).text


async def test_for_others_nobody_and_no_picture_is_shown(
    cast: Cast, answered: dict[str, str], browser: Browser
) -> None:
    client = await browser(cast.researcher, "en")
    for column in ("Jaksan before", "Tila before"):
        own = f"?column={answered[column]}&hide=1"
        text = (await client.get(f"/programmes/{cast.programme_id}/linkage{own}")).text
        assert "<svg xmlns" not in text
        assert f"{NAMES[0]}: J1" not in text
    part = f"?column={answered['Tila before']}&hide=1&group={cast.group_id}"
    answer = await client.get(f"/programmes/{cast.programme_id}/linkage{part}")
    assert answer.status_code == 422
    assert "of all groups together" in answer.text


async def test_a_look_is_in_the_log_once(
    running: Application, cast: Cast, answered: dict[str, str], browser: Browser
) -> None:
    client = await browser(cast.researcher)
    for _ in range(2):
        assert (await client.get(f"/programmes/{cast.programme_id}/linkage")).status_code == 200
    async with running.context.database.reading() as db:
        query = select(func.count()).where(AuditEntry.deed == "read_answers")
        assert (await db.exec(query)).one() == 1


async def test_a_group_with_answers_offers_them_with_its_export(
    cast: Cast, browser: Browser
) -> None:
    client = await browser(cast.coordinator)
    wanted = f"/api/v1/groups/{cast.group_id}/export?answers=true"
    assert wanted not in (await client.get(f"/groups/{cast.group_id}")).text
    await bring(cast.researcher, cast.programme_id, text_of([["Tunnus", "A"], ["J1", 1]]))
    assert wanted in (await client.get(f"/groups/{cast.group_id}")).text
