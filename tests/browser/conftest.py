"""A small installation with a programme, a group and its meetings, served to real browsers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, async_playwright

from app.accounts.models import User
from app.kit.context import Context
from app.kit.settings import NodeSettings, RelaySettings, Settings, WebSettings
from app.kit.tokens import Access
from app.main import create_app
from tests.app.conftest import template  # noqa: F401
from tests.fixtures.application import copy_of
from tests.fixtures.installation import free_port
from tests.fixtures.played import Played, play

FLAGS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--ignore-certificate-errors",  # of a TURN server whose certificate nobody signed
]


@dataclass
class Site:
    """The served application, and a browser to look at it."""

    url: str
    app: FastAPI
    settings: Settings
    browser: Browser
    played: Played

    @property
    def context(self) -> Context:
        context: Context = self.app.state.context
        return context

    @asynccontextmanager
    async def visitor(
        self, user: User | None, language: str = "fi", width: int = 1280, height: int = 800
    ) -> AsyncIterator[BrowserContext]:
        """Somebody's browser, signed in, with cookies of its own."""
        size = {"width": width, "height": height}
        context = await self.browser.new_context(
            viewport=size,  # type: ignore[arg-type]  # a TypedDict of the same keys
            locale="fi-FI",
            timezone_id="Europe/Helsinki",
            permissions=["camera", "microphone"],
            reduced_motion="reduce",
        )
        cookies = {"emessi_language": language}
        if user is not None:
            access = Access(user.id, user.is_administrator, user.language)
            cookies["emessi_access"] = self.context.tokens.access(access)
        await context.add_cookies(
            [{"name": n, "value": v, "url": self.url} for n, v in cookies.items()]
        )
        try:
            yield context
        finally:
            await context.close()


def settings_at(data: Path) -> Settings:
    return Settings(
        data=data,
        web=WebSettings(port=free_port()),
        node=NodeSettings(name="stage", port=free_port()),
        relay=RelaySettings(udp_port=0),
    )


@asynccontextmanager
async def serving(app: FastAPI, settings: Settings) -> AsyncIterator[None]:
    config = uvicorn.Config(
        app, host=settings.web.host, port=settings.web.port, log_config=None, ws="none"
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:
            await asyncio.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def site(
    template: Path,  # noqa: F811
    tmp_path: Path,
) -> AsyncIterator[Site]:
    copy_of(template, tmp_path)
    settings = settings_at(tmp_path)
    app = create_app(settings)
    played = await play(app.state.context, app.state.store)
    async with serving(app, settings), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        try:
            yield Site(settings.public_url, app, settings, browser, played)
        finally:
            await browser.close()
