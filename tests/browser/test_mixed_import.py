"""A meeting recorded elsewhere in one file: entered, brought in with turns in WebVTT, and seen in
the workbench."""

import re

import pytest
from playwright.async_api import Page, expect
from sqlmodel import select

from app.kit.db import now
from app.recordings.models import Recording, Source, Tape
from media.recorder.converting import convert_all
from tests.browser.conftest import Site
from tests.browser.test_pages import WIDTHS, check, listen, take
from tests.fixtures.elsewhere import HELD, wav
from tests.fixtures.recorded_meeting import RecordedMeeting, finalise

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

VTT = b"""WEBVTT

00:01.000 --> 00:04.000
<v Eero>Niin.

00:05.000 --> 00:07.000
<v Aino>Joo.
"""


async def entered(page: Page, site: Site, *names: str) -> None:
    await page.goto(f"{site.url}/groups/{site.played.group}/import")
    await page.locator("[name=starts_at]").fill(f"{now() - HELD:%Y-%m-%dT%H:%M}")
    await page.locator("[name=duration_min]").fill("15")
    for box in await page.locator("[name=present]").all():
        await box.set_checked(False)
    for name in names:
        await page.get_by_label(name).check()
    await page.locator("form[data-enter] button").click()
    await page.wait_for_url(re.compile(r"/meetings/[^/]+/import$"))


async def made_ready(site: Site) -> Recording:
    """As the worker does it."""
    context, store = site.context, site.app.state.store
    await convert_all(context, store)
    async with context.database.reading() as db:
        query = select(Tape.recording_id).where(Tape.source == Source.MIXED).distinct()
        recording = await db.get_one(Recording, (await db.exec(query)).one())
    meeting = RecordedMeeting(context, store, 12)
    meeting.recording_id, meeting.meeting_id = recording.id, recording.meeting_id
    await finalise(meeting)
    return recording


async def brought_in(page: Page, site: Site) -> Recording:
    """Somebody speaks from 1 to 4 and from 5 to 7 s."""
    sound = {"name": "tapaaminen.wav", "mimeType": "audio/wav", "buffer": wav(12, [(1, 4), (5, 7)])}
    form = page.locator("form[data-track$=mixed]")
    await form.locator("input[type=file]").set_input_files(sound)  # type: ignore[arg-type]
    await form.locator("button").click()
    sent = page.locator("section[aria-labelledby=mixed] .tag")
    await expect(sent).to_be_visible(timeout=20_000)
    return await made_ready(site)


@pytest.mark.thorough
async def test_somebody_is_heard_until_a_person_says_who(site: Site) -> None:
    """Undone, it is nobody's again."""
    async with site.visitor(site.played.administrator) as visitor:
        page = await visitor.new_page()
        faults = listen(page)
        await entered(page, site, "Aino Virtanen", "Eero Mäkelä")
        recording = await brought_in(page, site)
        for width, (wide, high) in WIDTHS.items():
            await page.set_viewport_size({"width": wide, "height": high})
            await page.goto(f"{site.url}/meetings/{recording.meeting_id}/analysis")
            await expect(page.locator(".empty")).to_contain_text("erotettu")
            await check(page)
            await take(page, f"analysis_mixed-{width}")
            await page.goto(f"{site.url}/recordings/{recording.id}")
            await expect(page.locator("#composite")).to_have_count(0)
        await page.set_viewport_size({"width": 1280, "height": 860})
        await page.goto(f"{site.url}/recordings/{recording.id}/workbench")
        saved = page.locator(".bench-saved[data-state=saved]")
        await expect(saved).to_be_visible(timeout=20_000)
        now_, left = page.locator("#bench-now"), page.locator(".bench-controls .tag")
        await expect(left).to_contain_text("2 / 2")
        await page.keyboard.press("ArrowDown")
        await expect(now_).to_contain_text("Joku")
        await page.keyboard.press("Enter")
        await expect(page.locator(".bench-notice")).to_contain_text("kuka puhuu")
        await check(page)
        await take(page, "workbench_somebody-1280", whole=False)
        await page.keyboard.press("Delete")
        await expect(left).to_contain_text("1 / 1")
        dismissed = page.locator("#bench-dismissed")
        await expect(dismissed).to_contain_text("Hylättyjä kohtia 1")
        await page.reload()
        await expect(saved).to_be_visible(timeout=20_000)
        await expect(left).to_contain_text("1 / 1")
        for width, (wide, high) in WIDTHS.items():
            await page.set_viewport_size({"width": wide, "height": high})
            await take(page, f"workbench_dismissed-{width}", whole=False)
        await page.set_viewport_size({"width": 1280, "height": 860})
        await dismissed.click()
        await expect(left).to_contain_text("2 / 2")
        await expect(dismissed).to_be_hidden()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("2")
        await expect(now_).to_contain_text("Eero Mäkelä")
        await expect(left).to_contain_text("1 / 2")
        await page.keyboard.press("z")
        await expect(left).to_contain_text("2 / 2")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("1")
        await expect(now_).to_contain_text("Aino Virtanen")
        await expect(saved).to_be_visible(timeout=20_000)
        await page.reload()
        await expect(saved).to_be_visible(timeout=20_000)
        await expect(left).to_contain_text("1 / 2")
        assert not faults, faults


async def test_one_file_and_its_turns_come_to_the_workbench(site: Site) -> None:
    turns = {"name": "tapaaminen.vtt", "mimeType": "text/vtt", "buffer": VTT}
    async with site.visitor(site.played.administrator) as visitor:
        page = await visitor.new_page()
        faults = listen(page)
        await entered(page, site, "Aino Virtanen", "Eero Mäkelä", "Veikko Laine")
        await expect(page.get_by_text("eivät ole suostuneet taltiointiin: Veikko")).to_be_visible()
        await expect(page.locator("#file-mixed")).to_have_count(0)

        await entered(page, site, "Aino Virtanen", "Eero Mäkelä")
        address = page.url
        await check(page)
        for width, (wide, high) in WIDTHS.items():
            await page.set_viewport_size({"width": wide, "height": high})
            await take(page, f"import_mixed-{width}")
        await page.set_viewport_size({"width": 1280, "height": 860})
        recording = await brought_in(page, site)
        await page.goto(address)
        await expect(page.locator("section[aria-labelledby=mixed] .tag.good")).to_be_visible()
        await page.goto(f"{site.url}/recordings/{recording.id}")
        await page.locator("details:has(#turn-file) summary").click()
        await page.locator("#turn-file").set_input_files(turns)  # type: ignore[arg-type]
        asked = page.locator("form[data-turns]")
        await asked.locator("[data-voice=Eero]").select_option(label="Eero Mäkelä")
        await asked.locator("[data-voice=Aino]").select_option(label="Aino Virtanen")
        await asked.locator("button").click()
        await expect(asked.locator("[data-told]")).to_contain_text("2")
        await page.wait_for_url("**/recordings/*")
        await take(page, "recording_mixed-1280")

        await page.goto(f"{site.url}/recordings/{recording.id}/workbench")
        await expect(page.locator(".bench-saved[data-state=saved]")).to_be_visible(timeout=20_000)
        names = await page.locator(".bench-name").all_inner_texts()
        assert [name.splitlines()[-1] for name in names] == [
            "1 · Aino Virtanen",
            "2 · Eero Mäkelä",
            "Yhteinen ääniraita",
        ]
        assert await page.locator("audio").count() == 1, "one sound for all"
        await page.keyboard.press("ArrowDown")
        await expect(page.locator("#bench-now")).to_contain_text("Eero Mäkelä")
        await page.keyboard.press("1")
        await expect(page.locator("#bench-now")).to_contain_text("Aino Virtanen")
        await page.keyboard.press("o")
        await expect(page.locator(".bench-notice")).to_contain_text("samassa tiedostossa")
        await check(page)
        for width, (wide, high) in WIDTHS.items():
            await page.set_viewport_size({"width": wide, "height": high})
            await take(page, f"workbench_mixed-{width}", whole=False)
        assert not faults, faults


async def test_each_persons_own_track_is_brought_in(site: Site) -> None:
    """One comes in, another's paper is about to be entered."""
    sound = {"name": "aino.wav", "mimeType": "audio/wav", "buffer": wav(12, [(1, 4)])}
    async with site.visitor(site.played.administrator) as visitor:
        page = await visitor.new_page()
        faults = listen(page)
        await page.goto(f"{site.url}/groups/{site.played.group}/import")
        await seen(page, "import_meeting")
        await entered(page, site, "Aino Virtanen", "Eero Mäkelä")
        person = page.locator("section.person").filter(has_text="Aino Virtanen")
        await person.locator("input[type=file]").set_input_files(sound)  # type: ignore[arg-type]
        await person.locator("form[data-track] button").click()
        await expect(person.locator("p .tag")).to_be_visible(timeout=20_000)
        await page.locator("section.person summary").nth(1).click()
        await seen(page, "import_tracks")
        assert not faults, faults


async def seen(page: Page, name: str) -> None:
    await check(page)
    for width, (wide, high) in WIDTHS.items():
        await page.set_viewport_size({"width": wide, "height": high})
        await take(page, f"{name}-{width}")
    await page.set_viewport_size({"width": 1280, "height": 860})
