"""A codebook being written: saved by itself, one saving after the other, and replaced by a file
after the sign-in ran out."""

from uuid import UUID

import pytest
from playwright.async_api import expect

from app.accounts.actor import Actor
from app.codebooks import csv_file, service
from app.codebooks.document import CodebookDocument
from tests.browser.conftest import Site
from tests.browser.signing import run_out, sign_in
from tests.browser.test_pages import check, listen

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


async def begun(site: Site) -> UUID:
    actor = Actor(site.played.administrator.id, True, "fi")
    async with site.context.database.transaction() as db:
        book = await service.begin(
            db, actor, site.played.programme, "Koodisto", with_starter=True, with_bales=False
        )
    return book.id


async def kept(site: Site, book: UUID) -> CodebookDocument:
    async with site.context.database.reading() as db:
        actor = Actor(site.played.administrator.id, True, "fi")
        return (await service.draft(db, actor, book)).document


async def test_it_is_saved_while_written_and_a_file_takes_its_place(site: Site) -> None:
    book = await begun(site)
    before = csv_file.written(await kept(site, book))
    async with site.visitor(None) as context:
        page = await context.new_page()
        await sign_in(page, site, site.played.administrator)
        faults = listen(page)
        await page.goto(f"{site.url}/codebooks/{book}")
        await page.locator(".axis-form > summary").first.click()
        name = page.locator(".axis-form input").first
        was = await name.input_value()
        state = page.locator("[data-state]")
        for word in ("Aihe", "Aihe, tarkemmin"):
            await name.fill(word)
            await expect(state).to_contain_text("tallennettu klo", timeout=10_000)
            assert (await kept(site, book)).axes[0].name.fi == word
        await check(page)

        await page.set_input_files(
            "#import input[type=file]",
            {"name": "koodisto.csv", "mimeType": "text/csv", "buffer": before},
        )
        await run_out(page)
        await page.locator("#import button").click()
        async with page.expect_navigation():
            await page.locator("dialog[open] [data-choice=yes]").click()
        await expect(page.locator(".axis-form input").first).to_have_value(was)
        assert (await kept(site, book)).axes[0].name.fi == was

        await page.set_input_files(
            "#import input[type=file]",
            {"name": "kuva.csv", "mimeType": "text/csv", "buffer": b"\x00\x01 no table"},
        )
        await page.locator("#import button").click()
        await page.locator("dialog[open] [data-choice=yes]").click()
        await expect(page.locator("#import [data-problem]")).not_to_be_empty()
        refused = [fault for fault in faults if "401" not in fault and "422" not in fault]
        assert refused == []
