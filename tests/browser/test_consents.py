"""Consent as people meet it: written by a coordinator, asked once, answered, taken home."""

from contextlib import AsyncExitStack
from typing import Any

import pytest
from playwright.async_api import Page, expect

from app.consent import service
from app.consent.models import Purpose
from tests.browser.conftest import Site
from tests.browser.test_pages import AT_BOTH, WIDTHS, check, listen, take
from tests.browser.test_room import enter, hosting

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NARROWER = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


async def written(page: Page, language: str, text: str) -> None:
    """Adds a paragraph at the end of one language's text, as one types it."""
    area = page.locator(f"#text-{language}")
    await area.evaluate("(area) => area.setSelectionRange(area.value.length, area.value.length)")
    await area.focus()
    await page.keyboard.press("Control+End")
    await page.keyboard.insert_text(f"\n\n{text}")


async def decided_under(site: Site, version: int) -> list[str]:
    async with site.context.database.reading() as db:
        rows = await service.chain(db, site.played.group)
    member = site.played.member.id
    return sorted(r.purpose for r in rows if (r.user_id, r.text_version) == (member, version))


async def publish(site: Site) -> None:
    async with site.visitor(site.played.administrator) as context:
        page = await context.new_page()
        await page.goto(f"{site.url}/programmes/{site.played.programme}/consent-text")
        for language in ("fi", "sv", "en"):
            await written(page, language, "Uusi kohta: {contact}.")
        await page.click("form.editor .button:not([type=button])")
        await page.click("[data-choice=yes]")
        await expect(page.locator(".tag.good")).to_be_visible()
        await expect(page.locator("a[href$='consent-text/2']")).to_be_visible()


async def test_a_coordinator_writes_a_text_and_sees_it_as_members_will(site: Site) -> None:
    address = f"{site.url}/programmes/{site.played.programme}/consent-text"
    async with site.visitor(site.played.administrator) as context:
        page = await context.new_page()
        faults = listen(page)
        await page.goto(address)
        assert await page.locator("textarea").evaluate_all(
            "(areas) => areas.every((area) => area.offsetParent !== null)"
        )
        await written(page, "fi", "## Uusi otsikko\n\nKysy: {contact} tai {tuntematon}.")
        shown = page.locator("[data-language=fi] [data-preview]")
        await expect(shown).to_contain_text("Kysy: tietosuoja@example.org tai {tuntematon}.")
        await expect(shown.locator("h2", has_text="Uusi otsikko")).to_be_visible()
        await expect(page.locator("[data-language=fi] .fault")).to_contain_text("{tuntematon}")
        await page.click("[data-view=difference]")
        added = page.locator("[data-language=fi] ins", has_text="Uusi otsikko")
        await expect(added).to_be_visible()
        await expect(page.locator("[data-language=sv] [data-unchanged]")).to_be_visible()
        await check(page)
        await take(page, "consent_text_changes-1280")

        await page.click("form.editor .button:not([type=button])")
        await expect(page.locator("#text-fi")).to_be_focused()
        assert await page.locator("dialog").count() == 0
        await expect(page.locator(".editor-state")).to_contain_text("tallennettu")
        await page.goto(address)
        assert (await page.input_value("#text-fi")).endswith("{tuntematon}.")
        assert not faults


@pytest.mark.parametrize("width", AT_BOTH)
async def test_the_pages_of_consent_are_seen_and_have_no_barrier(site: Site, width: str) -> None:
    played, (wide, high) = site.played, WIDTHS[width]
    pages: list[tuple[str, str, Any]] = [
        ("consent_text", f"/programmes/{played.programme}/consent-text", played.administrator),
        ("consent_version", f"/programmes/{played.programme}/consent-text/1", played.administrator),
        ("receipt", f"/groups/{played.group}/receipt", played.member),
    ]
    for name, path, user in pages:
        async with site.visitor(user, width=wide, height=high) as context:
            page = await context.new_page()
            faults = listen(page)
            await page.goto(site.url + path)
            await page.wait_for_load_state("networkidle")
            await check(page)
            await take(page, f"{name}-{width}")
            assert await page.evaluate(NARROWER), f"{name} is wider than the screen"
            assert not faults


async def test_a_phone_shows_one_language_at_a_time(site: Site) -> None:
    async with site.visitor(site.played.administrator, width=390, height=844) as context:
        page = await context.new_page()
        await page.goto(f"{site.url}/programmes/{site.played.programme}/consent-text")
        await expect(page.locator("#text-fi")).to_be_visible()
        await page.click("[data-shows=sv]")
        await expect(page.locator("#text-sv")).to_be_visible()
        await expect(page.locator("#text-fi")).to_be_hidden()


async def test_a_new_text_is_asked_about_once(site: Site) -> None:
    """In the lobby, with the old answers told and holding; and then nowhere any more."""
    await publish(site)
    member, group = site.played.member, f"{site.url}/groups/{site.played.group}"
    async with site.visitor(member, width=390, height=844) as context:
        page = await context.new_page()
        await page.goto(site.url)
        await page.click("a[href$='#my-consents']")
        await expect(page.locator(".note.ask")).to_be_visible()

        await page.goto(f"{site.url}/meetings/{site.played.open_meeting}")
        rows = page.locator(".lobby-consent .purpose")
        await expect(rows).to_have_count(len(Purpose))
        assert await page.locator(".lobby-consent .purpose input:checked").count() == 0
        await expect(rows.locator(".earlier:not([hidden])")).to_have_count(len(Purpose))
        await page.click(".lobby-consent summary")
        await expect(page.locator(".lobby-consent .document")).to_contain_text(
            "Uusi kohta: tietosuoja@example.org."
        )
        await check(page)
        await take(page, "lobby_asked_again-390")
        for purpose in Purpose:
            await page.click(f"[data-purpose={purpose}] label:first-child")
            earlier = page.locator(f"[data-purpose={purpose}] .earlier")
            await expect(earlier).to_be_hidden()
        await expect(page.locator(".lobby-consent .note")).to_be_hidden()
        assert await decided_under(site, 2) == sorted(Purpose)

        for address in (page.url, group):
            await page.goto(address)
            await expect(page.locator(".purpose input:checked")).to_have_count(len(Purpose))
            await expect(page.locator(".purposes .note")).to_be_hidden()
        assert await page.locator(".note.ask").count() == 0
        await page.goto(site.url)
        assert await page.locator("a[href$='#my-consents']").count() == 0


async def test_all_six_purposes_are_one_tap_away_in_the_room(site: Site) -> None:
    facilitator = site.played.facilitator
    async with hosting(site), AsyncExitStack() as stack:
        page = await enter(stack, site, facilitator, 390, 844)
        await page.wait_for_selector(".room")
        await page.click("[data-action=consent]")
        await expect(page.locator("dialog .purpose .keeps")).to_have_count(len(Purpose))
        for purpose in Purpose:
            answer = "first" if purpose == Purpose.QUOTATION else "last"
            await page.click(f"dialog [data-purpose={purpose}] label:{answer}-child")
            name = await page.locator(f"dialog [data-purpose={purpose}] legend").inner_text()
            await expect(page.locator("dialog .status")).to_contain_text(name)
            await expect(page.locator("dialog .status")).not_to_have_class("status bad")
        await page.click("dialog summary")
        await expect(page.locator("dialog .document")).to_contain_text("tietosuoja@example.org")

    async with site.context.database.reading() as db:
        latest = await service.latest_of(db, facilitator.id, site.played.group)
    given = {purpose for purpose, row in latest.items() if row.decision == "granted"}
    assert given == {Purpose.QUOTATION}
    assert {row.meeting_id for row in latest.values()} == {site.played.open_meeting}


async def test_a_receipt_is_printed_and_downloaded(site: Site) -> None:
    async with site.visitor(site.played.member) as context:
        page = await context.new_page()
        await page.goto(f"{site.url}/groups/{site.played.group}")
        await page.click("a[href$='/receipt']")
        await expect(page.locator("[data-purpose=quotation] .tag")).to_have_text("Et suostunut")
        async with page.expect_download() as started:
            await page.click("a[download]")
        download = await started.value
        assert download.suggested_filename == "emessi-consent-receipt.json"
        await page.emulate_media(media="print")
        await expect(page.locator(".receipt-acts")).to_be_hidden()
        await expect(page.locator(".document h2").first).to_be_visible()
        await take(page, "receipt_print-1280")
