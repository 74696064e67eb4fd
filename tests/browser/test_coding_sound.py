"""A turn is heard while it is coded: from its start to its end, over and over, from before it; by
pseudonym only, and never a voice whose person took the consent to sound back."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Page, expect

from app.accounts.actor import Actor
from app.codebooks import service as codebooks
from app.coding import assigning
from app.consent.models import Purpose
from app.groups.models import Group
from app.programmes.models import ProgrammeRole, ProgrammeStaff
from tests.browser.conftest import Site
from tests.browser.signing import run_out, sign_in
from tests.browser.test_pages import check, listen, until
from tests.fixtures.recorded_meeting import RecordedMeeting, Speaker, finalise, record

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LENGTH_S = 16.0
AINO, SAARA = "Aino Ankkuri", "Saara Salattu"
SAID = {
    AINO: [(1.0, 3.0), (9.0, 11.0)],
    "Eero Ensio": [(4.0, 6.0), (12.5, 14.5)],
    SAARA: [(6.5, 8.5)],
}
LATE_S = 0.15
"""The end of a turn is looked for every 40 ms; the rest is a busy machine's."""

SAMPLED = """() => {
  const sound = document.querySelector(".coder audio");
  const seen = (window.seen = []);
  setInterval(() => seen.push([sound.currentTime, sound.paused, sound.seeking]), 10);
}"""
LOUDNESS = """async ([url, spans]) => {
  const answer = await fetch(url);
  const context = new OfflineAudioContext(1, 48000, 48000);
  const sound = await context.decodeAudioData(await answer.arrayBuffer());
  const all = sound.getChannelData(0);
  return spans.map(([from, to]) => {
    const part = all.subarray(from * sound.sampleRate, to * sound.sampleRate);
    return Math.sqrt(part.reduce((sum, each) => sum + each * each, 0) / part.length);
  });
}"""


@dataclass
class ToHear:
    meeting: RecordedMeeting
    address: str


@pytest.fixture
async def to_hear(site: Site) -> AsyncIterator[ToHear]:
    """Three people speak, one of them takes the consent to sound back before the worker comes; the
    rest is finished as the worker does it, and given to a coder."""
    speakers = [
        Speaker(name, said, pitch=30 + 25 * number)
        for number, (name, said) in enumerate(SAID.items())
    ]
    meeting = await record(site.settings, LENGTH_S, speakers)
    try:
        await meeting.withdraw(SAARA, Purpose.AUDIO)
        await finalise(meeting)
        yield ToHear(meeting, await assigned(site, meeting))
    finally:
        await meeting.context.database.close()


async def assigned(site: Site, meeting: RecordedMeeting) -> str:
    coder = site.played.administrator
    actor = Actor(coder.id, True, "fi")
    async with site.context.database.transaction() as db:
        programme = (await db.get_one(Group, meeting.group_id)).programme_id
        role = ProgrammeRole.RESEARCHER
        db.add(ProgrammeStaff(programme_id=programme, user_id=coder.id, role=role))
        book = await codebooks.begin(
            db, actor, programme, "Koodisto", with_starter=True, with_bales=False
        )
        version = await codebooks.publish(db, actor, book.id, 1)
        one = await assigning.assign(db, actor, meeting.recording_id, coder.id, version.id)
    return f"{site.url}/coding/{one.id}"


async def opened(page: Page, address: str) -> list[dict[str, Any]]:
    """The turns to code, once the sound's length is known."""
    await page.goto(address)
    await expect(page.locator(".coder h2")).to_contain_text("Vuoro 1/4:")
    await until(page, "document.querySelector('.coder audio').readyState > 0")
    await page.evaluate(SAMPLED)
    turns: list[dict[str, Any]] = await page.evaluate(
        "JSON.parse(document.getElementById('data').textContent).turns"
    )
    return turns


async def asked_anew(page: Page) -> None:
    """As for a later part of a long file: not what the browser has in memory. It is refused."""
    await page.evaluate("document.querySelector('.coder audio').src += '?'")
    await until(page, "document.querySelector('.coder audio').error !== null")


async def stopped(page: Page) -> list[float]:
    """Where the sound was while it played, until it stopped by itself; s."""
    await until(page, "window.seen.some(([, paused]) => !paused) && window.seen.at(-1)[1]")
    return await moments(page)


async def moments(page: Page) -> list[float]:
    return [
        at
        for at, paused, seeking in await page.evaluate("window.seen.splice(0)")
        if not paused and not seeking
    ]


def heard(seen: list[float], start_s: float, end_s: float) -> None:
    """Every part of the stretch came by, and next to nothing of what lies around it."""
    assert seen == sorted(seen)
    assert start_s - 0.01 <= seen[0] <= start_s + LATE_S
    assert end_s - 0.06 <= seen[-1] <= end_s + LATE_S
    steps = [later - earlier for earlier, later in itertools.pairwise(seen)]
    assert max(steps) < 0.3


async def test_a_turn_is_played_looped_and_led_into_by_keys(site: Site, to_hear: ToHear) -> None:
    async with site.visitor(site.played.administrator) as context:
        page = await context.new_page()
        faults = listen(page)
        turns = await opened(page, to_hear.address)
        first, second = [(turn["start_ms"] / 1000, turn["end_ms"] / 1000) for turn in turns[:2]]

        await page.keyboard.press(" ")
        heard(await stopped(page), *first)
        play = page.get_by_role("button", name="Toista", exact=True)
        await play.click()
        heard(await stopped(page), *first)

        await page.keyboard.press("j")  # what comes next is played by itself
        heard(await stopped(page), *second)
        await page.locator("#auto").uncheck()  # by the mouse, after which the keys are the page's
        await page.keyboard.press("v")
        heard(await stopped(page), max(0, second[0] - 3), second[1])

        await page.keyboard.press("l")
        await page.keyboard.press(" ")
        await until(page, "window.seen.filter(([at], n, all) => at < all[n - 1]?.[0]).length > 1")
        await page.keyboard.press(" ")
        rounds = await moments(page)
        assert all(second[0] - 0.01 <= at <= second[1] + LATE_S for at in rounds)
        assert await page.evaluate("document.querySelector('.coder audio').paused")

        await page.keyboard.press("l")
        await page.locator("#rate").focus()
        await page.select_option("#rate", "2")
        await page.keyboard.press("Escape")
        await page.evaluate("window.seen.length = 0")
        await page.keyboard.press(" ")
        heard(await stopped(page), *second)
        await check(page)
        assert faults == []


async def test_a_click_leaves_the_keys_to_the_page(site: Site, to_hear: ToHear) -> None:
    """Space after a click on a code plays, and does not take the code away again."""
    async with site.visitor(site.played.administrator) as context:
        page = await context.new_page()
        turns = await opened(page, to_hear.address)
        code = page.locator(".code-buttons button").first
        await code.click()
        await expect(code).to_have_attribute("aria-pressed", "true")
        await page.keyboard.press(" ")
        heard(await stopped(page), turns[0]["start_ms"] / 1000, turns[0]["end_ms"] / 1000)
        await expect(code).to_have_attribute("aria-pressed", "true")
        await code.focus()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press(" ")
        await expect(code).to_have_attribute("aria-pressed", "false")


async def test_sound_comes_again_after_the_sign_in_ran_out(site: Site, to_hear: ToHear) -> None:
    """Also when the browser asks for the rest of a file a quarter of an hour later; and what is
    gone for good is said."""
    async with site.visitor(None) as context:
        page = await context.new_page()
        await sign_in(page, site, site.played.administrator)
        turns = await opened(page, to_hear.address)
        await page.select_option("#rate", "1.5")
        await run_out(page)
        await asked_anew(page)
        await page.locator(".coder h2").focus()
        await page.keyboard.press(" ")
        heard(await stopped(page), turns[0]["start_ms"] / 1000, turns[0]["end_ms"] / 1000)
        assert await page.evaluate("document.querySelector('.coder audio').playbackRate") == 1.5

        await to_hear.meeting.withdraw(AINO, Purpose.AUDIO)
        await asked_anew(page)
        await page.keyboard.press(" ")
        alarm = page.locator(".coder-panel [role=alert]:not(:empty)")
        await expect(alarm).to_contain_text("Lataa sivu")
        await expect(page.get_by_role("button", name="Toista", exact=True)).to_be_visible()


async def test_who_took_consent_back_is_neither_heard_nor_named(
    site: Site, to_hear: ToHear
) -> None:
    async with site.visitor(site.played.administrator) as context:
        page = await context.new_page()
        turns = await opened(page, to_hear.address)
        shown = await page.content()
        for name in SAID:
            assert name not in shown
            assert name.split()[0] not in shown
        assert {turn["pseudonym"] for turn in turns} == {"M0", "M1"}

        url = await page.evaluate("document.querySelector('.coder audio').src")
        spans = [span for said in SAID.values() for span in said]
        loud = dict(zip(spans, await page.evaluate(LOUDNESS, [url, spans]), strict=True))
        for name, said in SAID.items():
            for span in said:
                assert (loud[span] > 0.01) == (name != SAARA), (name, loud)
        silence = loud[SAID[SAARA][0]]
        assert silence < min(each for span, each in loud.items() if span not in SAID[SAARA]) / 50

        await to_hear.meeting.withdraw(AINO, Purpose.AUDIO)
        assert await page.evaluate("async (url) => (await fetch(url)).status", url) == 404
        await page.reload()
        await expect(page.locator(".coder-panel .hint").first).to_contain_text("ei ole ääntä")
        await expect(page.get_by_role("button", name="Toista", exact=True)).to_have_count(0)
