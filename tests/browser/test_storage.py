"""A full disk as people see it: in the room, to the last one, and on the administrator's page."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from media.tape import disk
from signalling import node, storage
from tests.browser.conftest import Site
from tests.browser.test_pages import check, listen, take
from tests.browser.test_room import admit, enter, hosting
from tests.fixtures.small_disk import fill, small_disk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.mark.thorough
async def test_everyone_sees_that_recording_is_interrupted_and_that_it_goes_on(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "LOOK_S", 0.1)
    monkeypatch.setattr(node, "BEAT_S", 0.5)
    monkeypatch.setattr(disk, "PAUSE_S", 0.5)
    with small_disk(tmp_path / "spool", 8) as spool:
        reserved = site.settings.node.model_copy(update={"spool": spool, "reserve_mb": 1})
        site.settings = site.settings.model_copy(update={"node": reserved})
        async with hosting(site), AsyncExitStack() as stack:
            aino = await enter(stack, site, site.played.facilitator)
            faults = listen(aino)
            await aino.wait_for_selector(".room")
            eero = await enter(stack, site, site.played.people["Eero Mäkelä"], 390, 844)
            await eero.wait_for_selector(".lobby.waiting")
            await aino.click("[data-action=door]")
            await admit(aino, eero)
            await aino.click("[data-action=record]")
            await aino.click("[data-choice=start]")
            for page in (aino, eero):
                await page.wait_for_selector(".recording.on")

            other = fill(spool)
            for page in (aino, eero):
                await page.wait_for_selector("[data-part=interruption]:not([hidden])")
                assert not await page.is_visible(".recording.on")
                await check(page)
            await take(aino, "room_interrupted-1280", whole=False)
            await take(eero, "room_interrupted-390", whole=False)
            for name, width, height in (("1280", 1280, 860), ("390", 390, 844)):
                async with site.visitor(
                    site.played.administrator, width=width, height=height
                ) as visitor:
                    home = await visitor.new_page()
                    await home.goto(site.url)
                    await home.wait_for_selector(".alarm")
                    assert "<" not in await home.inner_text(".alarm")
                    await check(home)
                    await take(home, f"home_alarm-{name}")

            other.unlink()
            for page in (aino, eero):
                await page.wait_for_selector("[data-part=interruption]", state="hidden")
                await page.wait_for_selector(".recording.on")
            assert not faults
