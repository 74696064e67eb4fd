"""Sampling, agreement, content and programme pages of six groups coded by two, looked at."""

import json
from uuid import UUID

import pytest
from playwright.async_api import expect

from app.accounts.actor import Actor
from app.accounts.models import User
from app.analysis import kept
from app.consent.models import Purpose
from app.programmes.models import ProgrammeRole, ProgrammeStaff
from app.sampling import service as sampling
from app.sampling.forms import StratifiedSample
from app.sampling.models import Method
from tests.browser.conftest import Site
from tests.browser.test_pages import AT_BOTH, WIDTHS, check, listen, take
from tests.fixtures.coded_series import code_series, plant
from tests.fixtures.series import Series, agree, play_series

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

NAMES = ("Helsinki", "Turku", "Tampere", "Oulu", "Vaasa")


async def prepare(site: Site) -> list[Series]:
    """Five more groups beside the played one; the first three meetings of each coded twice."""
    played, context = site.played, site.context
    first = Actor(played.administrator.id, True, "fi")
    second = User(name="Kaija Koodaaja")
    async with context.database.transaction() as db:
        db.add(second)
        await db.flush()
        for user_id in (first.user_id, second.id):
            role = ProgrammeRole.RESEARCHER
            if await db.get(ProgrammeStaff, (played.programme, user_id, role)) is None:
                held = ProgrammeStaff(programme_id=played.programme, user_id=user_id, role=role)
                db.add(held)
        groups = [
            played.series,
            *[
                await play_series(context, db, played.programme, name, seed)
                for seed, name in enumerate(NAMES, start=1)
            ],
        ]
    coders = [first, Actor(second.id, False, "fi")]
    async with context.database.transaction() as db:
        coded = await code_series(db, first, played.programme, groups, coders, most=3)
        await plant(db, coded.version_id)
        form = StratifiedSample(
            method=Method.STRATIFIED, parts=3, per_stratum=1, seed=2026,
            reason="Yksi alusta, keskeltä ja lopusta joka ryhmästä",
        )  # fmt: skip
        sample = await sampling.draw(db, first, played.programme, form)
        await agree(db, played.series, Purpose.FEEDBACK)
    for recording_id in sample.chosen:
        await kept.draw(context.database, UUID(recording_id))
    return groups


@pytest.mark.parametrize("width", AT_BOTH)
async def test_the_pages_are_fit_to_be_looked_at(site: Site, width: str) -> None:
    groups = await prepare(site)
    programme = f"/programmes/{site.played.programme}"
    one = f"?group={groups[1].group}&meeting={groups[1].meetings[0]}"
    pages = {
        "sampling": f"{programme}/sampling",
        "agreement": f"{programme}/agreement",
        "content": f"{programme}/content",
        "content_main": f"{programme}/content?level=main",
        "content_meeting": f"{programme}/content{one}&axis=function",
        "content_hidden": f"{programme}/content?hide=1",
        "programme_analysis": f"{programme}/analysis",
        "group_summary": f"/groups/{groups[0].group}/summary",
    }
    wide, high = WIDTHS[width]
    async with site.visitor(site.played.administrator, width=wide, height=high) as context:
        page = await context.new_page()
        faults = listen(page)
        for name, path in pages.items():
            answer = await page.goto(site.url + path)
            assert answer is not None
            assert answer.ok, path
            await take(page, f"{name}-{width}")
            await check(page)
            across = await page.evaluate("document.documentElement.scrollWidth")
            assert across <= wide, (path, across)
        assert faults == []


async def test_a_sample_by_hand_is_sent_as_ticked(site: Site) -> None:
    async with site.visitor(site.played.administrator, "en") as context:
        page = await context.new_page()
        await page.goto(f"{site.url}/programmes/{site.played.programme}/sampling")
        await page.get_by_text("By hand, with a reason").click()
        boxes = page.locator("input[name=recording_ids]")
        await boxes.nth(0).check()
        await boxes.nth(2).check()
        await page.fill("#hand-reason", "The only two with whole sound")
        form = page.locator("form", has=page.locator("#hand-reason"))
        async with page.expect_response("**/samples") as sent:
            await form.get_by_role("button", name="Decide the sample").click()
        assert json.loads((await sent.value).request.post_data or "")["method"] == "by_hand"
        await expect(page.locator("table .mark.chosen")).to_have_count(2)
