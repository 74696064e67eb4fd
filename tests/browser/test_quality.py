"""A line loses one packet in eight: the observer reads whose it is, and of nobody else's."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from app.accounts.models import User
from app.kit.settings import RelaySettings
from app.kit.tokens import Access
from signalling import node
from signalling.messages import ReportQuality
from tests.browser.conftest import Site
from tests.browser.test_pages import AT_BOTH, WIDTHS, check, listen, take
from tests.browser.test_room import admit, enter
from tests.fixtures.firefox import firefox
from tests.fixtures.impairment import Middleman
from tests.fixtures.installation import free_port
from tests.fixtures.logged import log

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

LOSS = 0.12
HEARD_MS = 60_000
"""Until a trouble is shown or gone, on a machine with much else to do."""
LOSSY = ".trouble[data-trouble$=lossy]"
"""On a machine that is too slow for its browsers pictures halt, too, and that is said as well."""
WORDS = re.compile(r"^Eero Mäkelä: yhteys kadottaa (\d+) % siitä, mitä sieltä lähetetään\.$")
OWN_WORDS = re.compile(r"^Yhteytesi kadottaa \d+ % siitä, mitä lähetät\.")
THROUGH = """
  const whole = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function (description) {
    const lines = description.sdp.split("\\r\\n").filter(
      (line) => !line.startsWith("a=candidate:") || line.includes(" 127.0.0.1 "));
    const sdp = lines.join("\\r\\n").replace(/ 127\\.0\\.0\\.1 \\d+ typ/g, " 127.0.0.1 PORT typ");
    return whole.call(this, { type: description.type, sdp });
  };
"""
"""Has a browser reach the relay by the middleman's port."""


@asynccontextmanager
async def hosting(site: Site) -> AsyncIterator[int]:
    """A media node whose UDP port is known."""
    port = free_port(socket.SOCK_DGRAM)
    settings = site.settings.model_copy(update={"relay": RelaySettings(udp_port=port)})
    stop = asyncio.Event()
    task = asyncio.create_task(node.run(settings, stop))
    try:
        yield port
    finally:
        stop.set()
        await task


async def behind(stack: AsyncExitStack, site: Site, user: User, network: Middleman) -> Page:
    """Like `enter`, by a line of one's own."""
    context = await stack.enter_async_context(site.visitor(user, width=390, height=844))
    await context.add_init_script(THROUGH.replace("PORT", str(network.port)))
    page = await context.new_page()
    await page.goto(f"{site.url}/meetings/{site.played.open_meeting}")
    await page.wait_for_selector(".lobby-picture video:not([hidden])")
    await page.click("[data-action=join]")
    return page


@pytest.mark.thorough
async def test_the_observer_reads_whose_line_it_is_and_nobody_else_is_named(site: Site) -> None:
    people = site.played.people
    async with hosting(site) as port, AsyncExitStack() as stack:
        network = Middleman(("127.0.0.1", port), 20261125)
        stack.callback(network.close)
        aino = await enter(stack, site, site.played.facilitator, 640, 480)
        await aino.wait_for_selector(".room")
        eero = await behind(stack, site, people["Eero Mäkelä"], network)
        await admit(aino, eero)
        veikko = await enter(stack, site, people["Veikko Laine"])
        faults = listen(veikko)
        await veikko.wait_for_selector(":nth-match(.tile.has-frame:not(.mine), 2)")

        await asyncio.sleep(10)
        for page in (aino, eero, veikko):
            assert await losses(page) == []

        network.up.loss = LOSS
        await expect(veikko.locator(LOSSY)).to_have_text(WORDS, timeout=HEARD_MS)
        found = WORDS.match((await losses(veikko))[0])
        assert found is not None
        assert int(found[1]) == pytest.approx(100 * LOSS, abs=6)
        await take(veikko, "room_trouble-1280", whole=False)
        await expect(eero.locator(LOSSY)).to_have_text(OWN_WORDS, timeout=HEARD_MS)
        await take(eero, "room_trouble-390", whole=False)
        await expect(aino.locator(LOSSY)).to_have_text(WORDS, timeout=HEARD_MS)
        for _ in range(8):
            for page, words in ((aino, WORDS), (veikko, WORDS), (eero, OWN_WORDS)):
                assert all(words.match(line) for line in await losses(page))
            await asyncio.sleep(0.5)
        await check(veikko)
        await check(eero)

        network.up.loss = 0.0
        for page in (aino, eero, veikko):
            await expect(page.locator(LOSSY)).to_have_count(0, timeout=HEARD_MS)
        assert not faults


async def losses(page: Page) -> list[str]:
    return await page.locator(LOSSY).all_inner_texts()


@pytest.mark.parametrize("width", AT_BOTH)
async def test_the_table_of_connections_has_no_barrier(site: Site, width: str) -> None:
    played = site.played
    await log(site.context, played)
    pages = [
        ("recording_connections", f"/recordings/{next(iter(played.recordings.values()))}",
         played.administrator),
        ("meeting_connections", f"/meetings/{played.ended_meeting}", played.people["Veikko Laine"]),
    ]  # fmt: skip
    for name, path, user in pages:
        async with site.visitor(user, width=WIDTHS[width][0], height=WIDTHS[width][1]) as context:
            page = await context.new_page()
            faults = listen(page)
            await page.goto(site.url + path)
            await page.wait_for_load_state("networkidle")
            await page.wait_for_selector(".connections")
            await check(page)
            await take(page, f"{name}-{width}")
            assert not faults
            overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert not await page.evaluate(overflow), f"{name} is wider than the screen"


REPORT = """(async () => {
  const { uplink, downlink } = await import("/static/client/quality.js");
  const read = async (peer) =>
    new Map([...(await peer.getStats()).values()].map((entry) => [entry.id, entry]));
  const [up, down] = window.peers;
  const before = await read(down);
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const tracks = new Map(
    down.getReceivers().map(({ track }) => [track.id.slice(0, 40), track]));
  return {
    type: "report_quality", ref: 1, seconds: 4,
    uplink: uplink(await read(up)), downlink: downlink(before, await read(down), 4, tracks),
  };
})()"""
REMEMBER = """
  window.peers = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...configuration) {
      super(...configuration);
      window.peers.push(this);
    }
  };
"""


@pytest.mark.thorough
async def test_both_browsers_make_a_report_and_say_what_they_do_not_know(
    site: Site, tmp_path: Path
) -> None:
    async with hosting(site), AsyncExitStack() as stack:
        context = await stack.enter_async_context(site.visitor(site.played.facilitator))
        await context.add_init_script(REMEMBER)
        aino = await context.new_page()
        await aino.goto(f"{site.url}/meetings/{site.played.open_meeting}")
        await aino.click("[data-action=join]")
        await aino.wait_for_selector(".room")
        eero = await stack.enter_async_context(firefox(tmp_path / "profile", REMEMBER))
        member = site.played.member
        access = site.context.tokens.access(Access(member.id, False, member.language))
        await eero.goto(f"{site.url}/sign-in")
        await eero.evaluate(f"document.cookie = 'emessi_access={access}; path=/'")
        await eero.goto(f"{site.url}/meetings/{site.played.open_meeting}")
        await eero.click("[data-action=join]")
        await aino.click("[data-action=door]")
        await aino.click(".door [data-action=admit]")
        await aino.wait_for_selector(".tile.has-frame:not(.mine)")
        await eero.until("document.querySelector('.tile.has-frame:not(.mine)')")

        told = {"chromium": await aino.evaluate(REPORT), "firefox": await eero.evaluate(REPORT)}

    for name, found in told.items():
        report = ReportQuality.model_validate(found)
        assert report.uplink is not None, name
        assert report.downlink is not None, name
        assert report.uplink.rtt_ms is not None, name
        assert report.uplink.rtt_ms < 1_000, name
        assert report.downlink.missing is not None, name
        assert report.downlink.missing < 0.2, name
        assert report.downlink.jitter_ms is not None, name
        (picture,) = report.downlink.pictures
        assert picture.frames_per_s is not None, name
        assert picture.frames_per_s > 1, name
    chromium = ReportQuality.model_validate(told["chromium"])
    assert chromium.uplink is not None
    assert chromium.uplink.limited_by is not None
    assert chromium.downlink is not None
    assert chromium.downlink.concealed is not None
    assert chromium.downlink.pictures[0].frozen_ms is not None
