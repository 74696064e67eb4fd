"""What other programs wrote: a second person's segmentation, turns and words to be imported."""

import csv
import io
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlmodel import col, select, update

from app.accounts.models import User
from app.consent import service as consent
from app.consent.models import Decision, Purpose
from app.meetings.models import Meeting
from app.recordings.models import Recording, RecordingState, Tape
from app.transcripts import service as transcripts
from app.transcripts.service import Said
from app.turns.models import Turn, TurnIndex, TurnState
from tests.browser.conftest import Site
from tests.browser.test_pages import WIDTHS, check, listen, take
from tests.fixtures.judged import judge

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

BY_PRAAT = Path(__file__).parents[1] / "app" / "imports" / "praat_long.TextGrid"
"""UTF-16, of people whom nobody here is called."""


async def accepted(site: Site) -> str:
    """The recording, as if people had accepted every proposal of it; half of those of a series are
    judged."""
    recording, played = site.played.recordings[RecordingState.READY], site.played
    async with site.context.database.transaction() as db:
        series = select(Recording.id).where(col(Recording.meeting_id).in_(played.series.meetings))
        for place, id_ in enumerate((await db.exec(series)).all()):
            await judge(db, id_, played.administrator.id, 0.95 - 0.05 * place)
        own = select(TurnIndex.id).where(TurnIndex.recording_id == recording)
        proposed = (col(Turn.state) == TurnState.PROPOSED, col(Turn.index_id).in_(own))
        await db.exec(update(Turn).where(*proposed).values(state=TurnState.ACCEPTED))
    return str(recording)


async def choose(page: Page, content: bytes, name: str = "toinen.TextGrid") -> None:
    file = {"name": name, "mimeType": "text/plain", "buffer": content}
    await page.locator("#file").set_input_files(file)  # type: ignore[arg-type]
    await page.locator("#offset").press("Enter")


async def test_a_second_persons_file_is_compared_and_not_kept(site: Site) -> None:
    recording = await accepted(site)
    async with site.visitor(site.played.administrator) as visitor:
        page = await visitor.new_page()
        faults = listen(page)
        turns = f"{site.url}/api/v1/recordings/{recording}/turns"
        ours = (await (await page.request.get(f"{turns}/TextGrid")).body()).decode()
        before = await (await page.request.get(turns)).json()
        place = f"/programmes/{site.played.programme}/segmentations?recording={recording}"
        await page.goto(site.url + place)
        told, card = page.locator("[data-told]"), page.locator("#compared")
        await expect(page.locator("#pooled tbody tr")).to_have_count(2)

        await choose(page, BY_PRAAT.read_bytes())
        await expect(told).to_contain_text('"Jäsen 1", "Åsa "Ö""')
        await expect(told).to_contain_text("J1")
        await choose(page, "Jäsen".encode("latin-1"))
        await expect(told).to_contain_text("UTF-16")
        await choose(page, b"", "vuorot.docx")
        await expect(told).to_contain_text("Praat")
        await expect(card).to_be_hidden()

        await choose(page, ours.encode("utf-16"))
        await expect(card.locator("h2")).to_be_focused()
        await expect(told).to_be_empty()
        await expect(card.locator("tbody tr").first).to_contain_text("1,00")
        async with page.expect_download() as waited:
            await card.locator("[data-csv]").click()
        table = (await (await waited.value).path()).read_text("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(table), delimiter=";"))
        assert len(rows) == await card.locator("tbody tr").count() > 2
        assert {row["f1"] for row in rows} == {"1"}

        await page.locator("#offset").fill("0.5")
        await choose(page, ours.encode("utf-16"))
        await expect(card.locator("tbody tr").first).to_contain_text("0,00")
        await check(page)
        for width, (wide, high) in WIDTHS.items():
            await page.set_viewport_size({"width": wide, "height": high})
            await take(page, f"segmentations-{width}")
            across = await page.evaluate("document.documentElement.scrollWidth")
            assert across <= wide
        assert await (await page.request.get(turns)).json() == before
        assert not [fault for fault in faults if "422" not in fault]


VTT = b"""WEBVTT

00:01.000 --> 00:03.000
<v Eero>Hyv\xc3\xa4\xc3\xa4 iltaa kaikille.

00:06.000 --> 00:07.000
<v Eero>Kuuluuko?
"""


async def written_by_a_machine(site: Site) -> str:
    """Of somebody who agreed to that, at 0.9 and at 10 s; whom."""
    ready = site.played.recordings[RecordingState.READY]
    async with site.context.database.transaction() as db:
        recording = await db.get_one(Recording, ready)
        meeting = await db.get_one(Meeting, recording.meeting_id)
        await db.exec(update(Tape).values(size=1))  # a tape with nothing in it has no words
        found = select(User).where(User.name == "Eero Mäkelä")
        who = (await db.exec(found)).one().id
        await consent.decide(
            db,
            user_id=who,
            group_id=meeting.group_id,
            meeting_id=None,
            purpose=Purpose.TRANSCRIPT,
            decision=Decision.GRANTED,
            text_version=1,
            text_language="fi",
            decided_by=who,
        )
        said = [Said(who, 900, 3_100, "hyvää iltaa"), Said(who, 10_000, 11_000, "niin juuri")]
        written = await transcripts.write_anew(db, recording, meeting, who, said, model="m")
        assert written == 2
    return str(ready)


async def test_turns_and_words_come_in_and_what_became_of_them_stays_to_be_read(
    site: Site,
) -> None:
    recording = await written_by_a_machine(site)
    async with site.visitor(site.played.administrator) as visitor:
        page = await visitor.new_page()
        await page.goto(f"{site.url}/recordings/{recording}")
        await page.locator("details:has(#turn-file) summary").click()
        await page.locator("#turn-file").set_input_files(BY_PRAAT)
        form = page.locator("form[data-turns]")
        for name in ("Jäsen 1", 'Åsa \\"Ö\\"'):
            await expect(form.locator(f'[data-voice="{name}"]')).to_be_visible()
        await form.locator("button", has_text="Tuo").click()
        await expect(form.locator("[data-told]")).to_contain_text("pois jätettiin 3")
        await expect(form.get_by_role("button", name="Näytä")).to_be_focused()

        words = {"name": "teams.vtt", "mimeType": "text/vtt", "buffer": VTT}
        await page.locator("details:has(#vtt-file) summary").click()
        await page.locator("#vtt-file").set_input_files(words)  # type: ignore[arg-type]
        form = page.locator("form[data-import]")
        await form.locator("[data-voice]").select_option(label="Eero Mäkelä")
        await form.locator("button", has_text="Tuo").click()
        await expect(form.locator("[data-told]")).to_contain_text("tieltä poistui koneen rivejä 1")
        await check(page)
        await form.get_by_role("button", name="Näytä").click()
        await expect(page.locator("[data-line]")).to_have_count(3)
