"""What a coder decided is not lost: two tabs away from the network, a browser that keeps nothing, a
turn that a colleague nudged meanwhile, a codebook that changed."""

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlmodel import col, select

from app.accounts.actor import Actor
from app.codebooks import service as codebooks
from app.coding import mapping
from app.coding.models import Coding
from app.kit.ids import new_id
from app.turns.models import Turn
from tests.browser.conftest import Site
from tests.browser.test_coding import SPACE_MS, ToCode, to_code
from tests.browser.test_pages import WIDTHS, check, take
from tests.browser.test_workbench import colleague

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

FULL = """() => {
  for (let size = 4_000_000; size > 0; size = Math.floor(size / 2))
    try { for (;;) localStorage.setItem(crypto.randomUUID(), "x".repeat(size)); } catch {}
}"""


async def opened(context: BrowserContext, site: Site, work: ToCode) -> Page:
    page = await context.new_page()
    await page.goto(f"{site.url}/coding/{work.coders[0][1]}")
    await expect(page.locator(".coder h2")).to_contain_text("Vuoro 1/60:")
    return page


async def state(page: Page, expected: str) -> None:
    saved = page.locator(".save-state")
    await expect(saved).to_have_attribute("data-state", expected, timeout=20_000)


async def themes(site: Site) -> set[int]:
    """Where the turns begin on which a leading theme stands."""
    query = select(Turn.start_ms).join(Coding, col(Coding.turn_id) == Turn.id)
    async with site.context.database.reading() as db:
        found = await db.exec(query.where(col(Coding.ended_at).is_(None), col(Coding.is_primary)))
        return set(found.all())


async def test_two_tabs_away_from_the_network_and_one_is_closed(site: Site) -> None:
    work = await to_code(site)
    async with site.visitor(work.coders[0][0]) as context:
        one, two = [await opened(context, site, work) for _ in range(2)]
        await context.set_offline(True)
        await one.keyboard.press("1")
        await two.keyboard.press("j")
        await two.keyboard.press("2")
        await state(one, "waiting")
        await state(two, "waiting")
        await one.close()
        await context.set_offline(False)
        await state(two, "saved")
        assert await themes(site) == {0, SPACE_MS}
        assert await two.evaluate("Object.keys(localStorage).length") == 0


async def test_a_browser_that_keeps_nothing_still_sends(site: Site) -> None:
    work = await to_code(site)
    async with site.visitor(work.coders[0][0]) as context:
        page = await opened(context, site, work)
        await page.evaluate(FULL)
        await context.set_offline(True)
        await page.keyboard.press("1")
        await state(page, "not_kept")
        await expect(page.locator(".save-state")).to_contain_text("Älä sulje sivua")
        await context.set_offline(False)
        await page.keyboard.press("j")
        await page.keyboard.press("2")
        await state(page, "saved")
        assert await themes(site) == {0, SPACE_MS}


async def test_a_turn_that_was_nudged_meanwhile_is_coded_all_the_same(site: Site) -> None:
    work = await to_code(site)
    async with colleague(site) as other, site.visitor(work.coders[0][0]) as context:
        page = await opened(context, site, work)
        first = (await other.turns())[0]
        nudged = {"start_ms": first["start_ms"] + 20, "end_ms": first["end_ms"]}
        await other.do(name="move", turn=first["id"], given=str(new_id()), **nudged)
        await page.keyboard.press("1")
        await state(page, "saved")
        assert await themes(site) == {20}
        await expect(page.locator(".coder-aside")).to_be_hidden()


async def test_what_is_refused_is_set_aside_until_its_coder_has_seen_it(site: Site) -> None:
    """Coded without a network while the codebook got a new version, and one turn was split."""
    work = await to_code(site)
    async with colleague(site) as other, site.visitor(work.coders[0][0]) as context:
        page = await opened(context, site, work)
        await context.set_offline(True)
        await page.keyboard.press("1")
        await page.keyboard.press("j")
        await page.keyboard.press("1")
        await state(page, "waiting")
        await _new_version(site, work)
        second = (await other.turns())[1]
        halves = {"at_ms": second["start_ms"] + 100, "given": [str(new_id()), str(new_id())]}
        await other.do(name="split", turn=second["id"], **halves)
        await context.set_offline(False)

        aside = page.locator(".coder-aside li")
        await expect(aside).to_have_count(2, timeout=20_000)
        await expect(aside.first).to_contain_text("Teema: Työote")
        await expect(aside.first).to_contain_text("uuteen koodiston versioon")
        await expect(aside.get_by_role("button")).to_have_count(2)
        await expect(aside.last).to_contain_text("on jaettu, yhdistetty toiseen tai poistettu")
        assert await themes(site) == set()
        for width, (wide, high) in WIDTHS.items():
            await page.set_viewport_size({"width": wide, "height": high})
            await check(page)
            await take(page, f"coding_aside-{width}", whole=False)

        await page.reload()
        await expect(aside).to_have_count(2)
        await expect(aside.last.get_by_role("button")).to_have_count(1)
        await aside.last.get_by_role("button", name="Jätä pois").press("Enter")
        await aside.first.get_by_role("button", name="Koodaa näin").press("Enter")
        await expect(aside).to_have_count(0)
        await state(page, "saved")
        assert await themes(site) == {0}


async def _new_version(site: Site, work: ToCode) -> None:
    """The same codes with another key, carried over."""
    coordinator = Actor(site.played.administrator.id, True, "fi")
    async with site.context.database.transaction() as db:
        version = await codebooks.version(db, coordinator, work.version)
        document = codebooks.said(version)
        document.axes[0].codes[0].colour = "#000000"
        draft = await codebooks.save(db, coordinator, version.codebook_id, document, 0)
        new = await codebooks.publish(db, coordinator, version.codebook_id, draft.revision)
        await mapping.apply(db, coordinator, version.codebook_id, work.version, new.id, [])
