"""Surveys brought in from a file, and their answers beside the talk, in a browser, looked at."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_pages import WIDTHS, check, listen, take
from tests.browser.test_results import NAMES, prepare
from tests.fixtures.answered import Rows, text_of, workbook_of
from tests.fixtures.series import Series

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

FIRST = "Torstairyhmä"
"""The group that the site is played with."""
LABEL = "Jaksan työssäni tällä hetkellä (1–10)"
MOODS = ("Enimmäkseen väsynyt", "Vaihtelee", "Enimmäkseen virkeä")


def rows(shift: float, *, with_names: bool = False) -> Rows:
    """Four members of six groups; the later in the series of pseudonyms, the better they cope."""
    head = ["Ryhmä", "Tunnus", LABEL, "Vireys", "Arvosana", "Mitä odotat?"]
    found: list[list[object]] = [[*head, *(["Sähköposti"] if with_names else [])]]
    for number, group in enumerate((FIRST, *NAMES)):
        for place in range(1, 5):
            coping = round(3.5 + place + shift * (number % 3) - number / 2, 1)
            mood = MOODS[(place + number) % 3]
            mark = f"{1 + (place * number) % 5} = {'hyvä' if place * number % 5 > 2 else 'heikko'}"
            row: list[object] = [group, f"J{place}", str(coping).replace(".", ","), mood, mark]
            row.append(f"Vertaisten ajatuksia, osa {place}/{number}")
            found.append([*row, *([f"j{place}.{number}@example.org"] if with_names else [])])
    return found


async def choose(page: Page, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    await page.set_input_files("#file-new", path)


async def bring(page: Page, name: str, moment: str) -> None:
    await page.fill("#name", name)
    await page.select_option("#moment", moment)
    async with page.expect_navigation():
        await page.get_by_role("button", name="Tuo vastaukset").click()


async def test_a_survey_is_looked_at_brought_in_and_compared(site: Site, tmp_path: Path) -> None:
    groups = await prepare(site)
    programme = f"{site.url}/programmes/{site.played.programme}"
    async with site.visitor(site.played.administrator) as context:
        page = await context.new_page()
        faults = listen(page)
        await page.goto(f"{programme}/surveys")
        await choose(page, tmp_path / "alku.csv", text_of([*rows(0)[:1], ["", "J9", 1]]))
        await expect(page.locator("[data-told]").last).to_contain_text(
            "Rivit 2: pseudonyymiä ei ole"
        )

        await choose(page, tmp_path / "alku.xlsx", workbook_of(rows(0, with_names=True)))
        await expect(page.locator("[data-looked]").last).to_contain_text("24 henkilöä")
        await expect(page.locator("[data-looked]").last).to_contain_text("Sähköposti")
        await expect(page.locator("[data-told]").last).to_be_empty()
        await bring(page, "Alkukysely", "before")
        await choose(page, tmp_path / "loppu.csv", text_of(rows(1), encoding="cp1252"))
        await bring(page, "Loppukysely", "after")
        await expect(page.locator("section h2")).to_contain_text(
            ["Alkukysely", "Loppukysely", "Tuo kysely"]
        )
        faults = [each for each in faults if "422" not in each]  # the file that was refused
        assert faults == []

    await look_at_both_widths(site, programme, groups, tmp_path)

    async with site.visitor(site.played.administrator) as context:
        page = await context.new_page()
        await page.goto(f"{programme}/surveys")
        await page.locator("button[data-method=DELETE]").last.click()
        async with page.expect_navigation():
            await page.locator("dialog[open] [data-choice=yes]").click()
        await expect(page.locator("section h2")).to_contain_text(["Alkukysely", "Tuo kysely"])


async def look_at_both_widths(
    site: Site, programme: str, groups: list[Series], tmp_path: Path
) -> None:
    for width, (wide, high) in WIDTHS.items():
        async with site.visitor(site.played.administrator, width=wide, height=high) as context:
            page = await context.new_page()
            faults = listen(page)
            await page.goto(f"{programme}/surveys")
            await choose(page, tmp_path / "loppu.xlsx", workbook_of(rows(1, with_names=True)))
            await expect(page.locator("[data-looked] table").last).to_be_visible()
            await seen(page, "surveys", width, wide)
            await page.goto(f"{programme}/linkage")
            await seen(page, "linkage", width, wide)
            await page.select_option("#column", label="Vireys")
            await page.select_option("#measure", "theme/framework")
            await page.get_by_role("button", name="Näytä").click()
            await expect(page.get_by_role("heading", name="Mitta vastauksittain")).to_be_visible()
            await seen(page, "linkage_choice", width, wide)
            changes = page.locator("#column optgroup[label^=Muutos] option").first
            await page.select_option("#column", await changes.get_attribute("value"))
            await page.select_option("#group", str(groups[1].group))
            await page.get_by_role("button", name="Näytä").click()
            await seen(page, "linkage_change", width, wide)
            assert faults == []


async def seen(page: Page, name: str, width: str, wide: int) -> None:
    await page.wait_for_load_state("networkidle")
    await take(page, f"{name}-{width}")
    await check(page)
    across = await page.evaluate("document.documentElement.scrollWidth")
    assert across <= wide, (page.url, across)


@pytest.mark.thorough
async def test_the_picture_is_saved_as_png(site: Site, tmp_path: Path) -> None:
    await prepare(site)
    programme = f"{site.url}/programmes/{site.played.programme}"
    async with site.visitor(site.played.administrator) as context:
        page = await context.new_page()
        await page.goto(f"{programme}/surveys")
        await choose(page, tmp_path / "alku.csv", text_of(rows(0)))
        await bring(page, "Alkukysely", "before")
        await page.goto(f"{programme}/linkage")
        async with page.expect_download() as saved:
            await page.locator("button[data-picture]").click()
        content = (await (await saved.value).path()).read_bytes()
        assert content.startswith(b"\x89PNG")
