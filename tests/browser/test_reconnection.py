"""A node is killed in the middle of a recorded meeting: everyone is back, as the same people."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from playwright.async_api import Page, expect

from app.cli.supervisor import Supervisor
from app.recordings import service as recordings
from tests.browser.conftest import Site
from tests.browser.test_pages import take
from tests.browser.test_room import admit, enter

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

BACK_S = 5.0
"""From the kill until everyone sees a new picture of everyone. On a machine with much else to do it
takes longer than people would wait; the test allows for that."""
ALLOWED_S = 3 * BACK_S


@asynccontextmanager
async def supervised(site: Site, patch: pytest.MonkeyPatch) -> AsyncIterator[Supervisor]:
    """A media node as `emessi serve` keeps it: a process of its own, started again when it dies."""
    settings = site.settings
    patch.setenv("EMESSI_DATA", str(settings.data))
    patch.setenv("EMESSI_WEB__PORT", str(settings.web.port))
    patch.setenv("EMESSI_NODE__PORT", str(settings.node.port))
    patch.setenv("EMESSI_NODE__NAME", settings.node.name)
    patch.setenv("EMESSI_RELAY__UDP_PORT", "0")
    supervisor = Supervisor(("node",))
    task = asyncio.create_task(supervisor.run())
    try:
        yield supervisor
    finally:
        supervisor.stop()
        await task


def node_of(supervisor: Supervisor) -> int:
    process = supervisor.children["node"].process
    assert process is not None
    return process.pid


async def others_move(page: Page, count: int) -> None:
    """Pictures of so many others that go on."""
    await page.wait_for_function(
        """(count) => {
            const videos = [...document.querySelectorAll(".tile:not(.mine) video")];
            const moving = videos.filter((one) => {
                const frames = one.getVideoPlaybackQuality().totalVideoFrames;
                const before = one.framesBefore ?? frames;
                one.framesBefore = frames;
                return frames > before + 2;
            });
            return moving.length === count;
        }""",
        arg=count,
        polling=500,
        timeout=60_000,
    )


@pytest.mark.parametrize(
    "ending", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.thorough)]
)
async def test_everyone_is_back_after_a_node_restart(
    site: Site, monkeypatch: pytest.MonkeyPatch, ending: signal.Signals
) -> None:
    people = site.played.people
    async with supervised(site, monkeypatch) as supervisor, AsyncExitStack() as stack:
        aino = await enter(stack, site, site.played.facilitator)
        await aino.wait_for_selector(".room")
        eero = await enter(stack, site, people["Eero Mäkelä"], 390, 844)
        await admit(aino, eero)
        for page in (aino, eero):
            await others_move(page, 1)
        await aino.click("[data-action=record]")
        await aino.click("[data-choice=start]")
        for page in (aino, eero):
            await page.wait_for_selector(".recording.on")
        await asyncio.sleep(3)

        os.kill(node_of(supervisor), ending)
        killed = time.monotonic()
        await aino.wait_for_selector(".banner.bad:not([hidden])")
        if ending == signal.SIGKILL:
            await take(eero, "reconnecting-390", whole=False)
        for page in (aino, eero):
            await page.evaluate(
                "for (const one of document.querySelectorAll('video')) delete one.framesBefore"
            )
            await others_move(page, 1)
        took = time.monotonic() - killed

        assert took < ALLOWED_S
        for page in (aino, eero):
            await expect(page.locator(".tile")).to_have_count(2)
            await page.wait_for_selector(".recording.on")
        await asyncio.sleep(3)
        await aino.click("[data-action=leave]")
        await aino.click("[data-choice=end]")
        await eero.wait_for_selector(".farewell[data-ending=ended]")

    async with site.context.database.reading() as db:
        recording = await recordings.of_meeting(db, site.played.open_meeting)
        assert recording is not None
        tapes = await recordings.tapes(db, recording.id)
    assert recording.state == "stopped"
    voices = [tape.user_id for tape in tapes if tape.source == "microphone"]
    assert {voices.count(user) for user in voices} == {2}
