"""A meeting that went on on another node after a fault: what people see, and how they answer."""

from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Page, expect

from app.kit.db import now
from app.kit.ids import new_id
from app.meetings.models import Hosting
from app.recordings.models import Recording
from tests.browser.conftest import Site
from tests.browser.test_pages import check, listen, take
from tests.browser.test_room import enter, hosting
from tests.browser.test_withdrawal import PATIENCE_MS, api, banner, until_recorded

pytestmark = [pytest.mark.browser, pytest.mark.thorough, pytest.mark.timeout(600)]


async def pictures(page: Page, name: str) -> None:
    for width, height in ((390, 844), (1280, 800)):
        await page.set_viewport_size({"width": width, "height": height})
        await check(page)
        await take(page, f"{name}-{width}", whole=False)


async def answer(page: Page, purpose: str, place: str) -> None:
    """`place`: of the label in its row."""
    await page.click(f"dialog [data-purpose={purpose}] .yes-no label:{place}-child")


async def test_the_room_says_why_nothing_is_recorded_and_one_answers_again(site: Site) -> None:
    played = site.played
    async with site.context.database.transaction() as db:
        db.add(Recording(meeting_id=played.open_meeting, node_name="gone", started_at=now()))
        db.add(Hosting(meeting_id=played.open_meeting, journal_id=new_id()))
    async with hosting(site), AsyncExitStack() as stack:
        page = await enter(stack, site, played.facilitator)
        await page.wait_for_selector(".room")
        page.set_default_timeout(PATIENCE_MS)
        faults = listen(page)
        await banner(page, "toiselle palvelimelle")
        await expect(page.locator(".banner.asks")).to_contain_text("kun vastaat uudelleen")
        await pictures(page, "room_taken_over")

        await page.click("[data-action=answer_again]")
        row = page.locator("dialog [data-purpose=audio]")
        await expect(row.locator(".earlier")).to_contain_text("ennen kuin vastaat uudelleen")
        await expect(row.locator("input:checked")).to_have_count(0)
        await pictures(page, "room_answer_again")
        status = page.locator("dialog .purposes > .status")
        for fieldset in await page.locator("dialog fieldset.purpose").all():
            await fieldset.locator(".yes-no label:first-child").click()
            await expect(fieldset.locator("input:checked")).to_have_value("yes")
        await page.keyboard.press("Escape")
        await expect(page.locator(".banner.asks")).to_be_hidden()
        await page.click("[data-action=agree]")
        await until_recorded(page, 1)

        await page.click("[data-action=consent]")
        async with api(site, played.facilitator) as other_device:
            no = {"purpose": "audio", "decision": "withdrawn", "text_version": 1}
            path = f"/api/v1/groups/{played.group}/consents/me"
            assert (await other_device.post(path, json=no | {"text_language": "fi"})).is_success
        await answer(page, "audio", "last")  # the page does not know of it, and asks for the same
        await expect(status).to_contain_text("peruttu")
        async with api(site, played.facilitator) as other_device:
            assert (await other_device.post(path, json=no | {"text_language": "fi"})).is_success
        await answer(page, "audio", "first")
        await expect(status).to_have_class("status bad")
        await expect(page.locator(".banners")).to_contain_text("toisella sivulla tai laitteella")
        await expect(row.locator("input:checked")).to_have_value("no")
        await answer(page, "audio", "first")
        await expect(status).not_to_have_class("status bad")
        await expect(row.locator("input:checked")).to_have_value("yes")
        assert not faults
