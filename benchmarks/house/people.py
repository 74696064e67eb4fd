"""People in Debian's Chromium, with its synthetic camera and microphone, on the real pages."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from .installation import Installation, NotStarted

_ARGUMENTS = [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--no-sandbox",
    "--no-proxy-server",
]
_JOIN = "[data-action=join]"
_READY = "() => document.querySelector('.lobby video')?.videoWidth > 0"
"""The camera runs and one sees oneself: as far as a person gets before pressing the button."""

_FIRST_FRAME = Path(__file__).with_name("first_frame.js").read_text()
_PATIENCE_MS = 30_000


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        raise NotStarted("Chromium is not installed: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


class Person:
    """One browser profile, signed in by an invitation that is used up with it."""

    def __init__(self, page: Page, installation: Installation) -> None:
        self._page = page
        self._room = f"{installation.url}/meetings/{installation.meeting}"

    @classmethod
    async def invited(
        cls, browser: Browser, installation: Installation, token: str, name: str
    ) -> "Person":
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(_PATIENCE_MS)
        accepted = await context.request.post(
            f"{installation.url}/api/v1/invitations/{token}/accept",
            data={"name": name, "language": "fi"},
            headers={"Origin": installation.url},
        )
        if not accepted.ok:
            raise NotStarted(f"the invitation was refused: {await accepted.text()}")
        return cls(await context.new_page(), installation)

    async def stand_at_the_door(self) -> None:
        """The meeting's page, anew, with the camera running."""
        await self._page.goto(self._room)
        await self._page.wait_for_function(_READY)

    async def knock(self) -> None:
        await self._page.click(_JOIN)

    async def admit(self) -> None:
        """The first one in the lobby."""
        await self._page.click("[data-action=door]")
        await self._page.click("[data-action=admit]")

    async def enter(self) -> dict[str, float]:
        """Press the button; milliseconds from there until …"""
        times: dict[str, float] = await self._page.evaluate(_FIRST_FRAME)
        return times
