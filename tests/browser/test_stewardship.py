"""The log, retention and one person's data, as people see and use them."""

from uuid import UUID

import pytest
from playwright.async_api import expect
from sqlmodel import select

from app.accounts.actor import Actor
from app.accounts.models import User
from app.programmes.models import Programme
from app.recordings.models import RecordingState, Tape, TapeState
from app.retention import holds
from tests.browser.conftest import Site
from tests.browser.test_pages import AT_BOTH, WIDTHS, check, listen, take

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
OVERFLOW = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


async def furnish(site: Site) -> None:
    """A period that is soon over for the oldest recording, and a hold on the next one."""
    played = site.played
    actor = Actor(played.administrator.id, True, "fi")
    async with site.context.database.transaction() as db:
        (await db.get_one(Programme, played.programme)).retention_days = 130
        await holds.set_hold(
            db,
            actor,
            played.programme,
            group_id=None,
            recording_id=played.recordings[RecordingState.FAILED],
            reason="Selvitys kesken: säilytetään lokakuun loppuun.",
        )


def pages_of(site: Site) -> list[tuple[str, str, User]]:
    played, boss = site.played, site.played.administrator
    programme, ready = f"/programmes/{played.programme}", played.recordings[RecordingState.READY]
    return [
        ("recording_retention", f"/recordings/{ready}", boss),
        ("programme_retention", programme, boss),
        ("retention", f"{programme}/retention", boss),
        ("retention_preview", f"{programme}/retention?days=100&warning=30", boss),
        ("audit", f"{programme}/audit?check=1", boss),
        ("my_data", "/my-data", played.member),
        ("people", "/people", boss),
        ("person", f"/people/{played.member.id}", boss),
    ]


@pytest.mark.parametrize("width", AT_BOTH)
async def test_every_page_is_seen_and_has_no_barrier(site: Site, width: str) -> None:
    await furnish(site)
    for name, path, user in pages_of(site):
        async with site.visitor(user, width=WIDTHS[width][0], height=WIDTHS[width][1]) as context:
            page = await context.new_page()
            faults = listen(page)
            await page.goto(site.url + path)
            await page.wait_for_load_state("networkidle")
            await check(page)
            await take(page, f"{name}-{width}")
            assert not faults, f"{name}: {faults}"
            assert not await page.evaluate(OVERFLOW), f"{name} is wider than the screen"


async def test_a_period_is_changed_after_its_consequences_were_seen(site: Site) -> None:
    root = f"{site.url}/programmes/{site.played.programme}/retention"
    async with site.visitor(site.played.administrator) as context:
        page = await context.new_page()
        faults = listen(page)
        await page.goto(root)
        await page.fill("#days", "20")
        await page.click("form[method=get] .button")
        await expect(page.locator(".foreseen > .status.bad")).to_contain_text("heti")
        await page.click(".foreseen .button.danger")
        await page.click("dialog [data-choice=yes]")
        await page.wait_for_url(root)
        await expect(page.locator("#days")).to_have_value("20")

        await page.click("summary")
        await page.fill("#reason", "Riita kesken")
        await page.click("form[data-path$='/holds'] .button")
        await expect(page.locator("text=Riita kesken").first).to_be_visible()
        assert not faults


async def test_the_log_is_filtered_and_downloaded(site: Site) -> None:
    await furnish(site)
    async with site.visitor(site.played.administrator) as context:
        page = await context.new_page()
        await page.goto(f"{site.url}/programmes/{site.played.programme}/audit")
        await expect(page.locator(".log tbody tr")).to_have_count(1)
        await page.select_option("#deed", "played")
        await page.click(".filter .button")
        await expect(page.locator(".empty")).to_be_visible()
        await page.select_option("#deed", "hold_set")
        await page.click(".filter .button")
        await expect(page.locator(".log tbody tr")).to_have_count(1)
        async with page.expect_download() as download:
            await page.click("text=CSV")
        path = await (await download.value).path()
        assert "hold_set" in path.read_text()


async def test_one_erases_oneself_after_two_questions(site: Site) -> None:
    member = site.played.member
    async with site.visitor(member, width=390, height=844) as context:
        page = await context.new_page()
        faults = listen(page)
        await page.goto(f"{site.url}/my-data")
        await page.click("summary:has-text('Poista kaikki')")
        await page.fill("#confirmation", "joku muu")
        await page.click("#erase .button.danger")
        await page.click("dialog [data-choice=yes]")
        await expect(page.locator("#erase .fault")).to_be_visible()
        faults.clear()  # the refusal, which the browser reports too

        await page.fill("#confirmation", member.name)
        await page.click("#erase .button.danger")
        await expect(page.locator("dialog")).to_contain_text("viimeinen kysymys")
        await page.click("dialog [data-choice='']")
        assert await tapes(site, member.id)  # a change of mind changes nothing
        await page.click("#erase .button.danger")
        await page.click("dialog [data-choice=yes]")
        await expect(page.locator("#report")).to_be_visible()
        await expect(page.locator("#report li")).to_have_count(6)
        await check(page)
        await take(page, "my_data_erased-390")
        assert not faults
        await page.goto(f"{site.url}/my-data")
        await expect(page).to_have_url(f"{site.url}/sign-in?next=/my-data")
    async with site.context.database.reading() as db:
        assert (await db.get_one(User, member.id)).email is None


async def tapes(site: Site, user_id: UUID) -> int:
    async with site.context.database.reading() as db:
        query = select(Tape).where(Tape.user_id == user_id, Tape.state != TapeState.ERASED)
        return len((await db.exec(query)).all())
