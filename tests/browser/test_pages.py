"""Every page, looked at in two widths and read by axe."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import ConsoleMessage, Page

from app.accounts.models import User
from app.analysis import kept
from app.recordings.models import RecordingState
from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PICTURES = Path(__file__).parents[2] / "docs" / "screenshots"
WIDTHS = {"1280": (1280, 860), "390": (390, 844)}
AT_BOTH = [pytest.param("1280", marks=pytest.mark.thorough), "390"]
"""What may be too wide is so on a phone; what has a barrier has it at both widths."""


async def check(page: Page) -> None:
    """No violation of WCAG 2.2 A and AA that axe knows."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    options: dict[str, Any] = {"runOnly": {"type": "tag", "values": tags}}
    results = await Axe().run(page, options=options)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


async def take(page: Page, name: str, *, whole: bool = True) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}.png", full_page=whole, animations="disabled")


def listen(page: Page) -> list[str]:
    """What the browser complains of: exceptions, and breaches of the security policy."""
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 404" not in message.text:
            faults.append(message.text)

    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", heard)
    return faults


async def until(page: Page, expression: str) -> None:
    """`wait_for_function` evaluates in the page, which the policy of its contents forbids."""
    async with asyncio.timeout(20):
        while not await page.evaluate(expression):
            await asyncio.sleep(0.02)


def pages_of(site: Site) -> list[tuple[str, str, User | None]]:
    played = site.played
    recording = {state: f"/recordings/{id_}" for state, id_ in played.recordings.items()}
    return [
        ("sign_in", "/sign-in", None),
        ("set_up", "/set-up?token=kertalinkki", None),
        ("invitation", f"/i/{played.invitation}", None),
        ("re_entry", f"/i/{played.re_entry}", None),
        ("home", "/", played.member),
        ("home_staff", "/", played.administrator),
        ("programme", f"/programmes/{played.programme}", played.administrator),
        ("group", f"/groups/{played.group}", played.facilitator),
        ("group_member", f"/groups/{played.group}", played.member),
        ("group_staff", f"/groups/{played.group}", played.administrator),
        ("meeting_over", f"/meetings/{played.ended_meeting}", played.member),
        ("recording", recording[RecordingState.READY], played.administrator),
        ("recording_progress", recording[RecordingState.CLAIMED], played.administrator),
        (
            "recording_failed",
            recording[RecordingState.FAILED],
            played.administrator,
        ),
        ("analysis", f"/meetings/{played.series.meetings[1]}/analysis", played.administrator),
        ("analysis_group", f"/groups/{played.series.group}/analysis", played.administrator),
        ("reference", "/api/v1/docs", None),
        ("not_found", "/nowhere", None),
        ("lobby", f"/meetings/{played.open_meeting}", played.member),
    ]


@pytest.mark.parametrize("width", AT_BOTH)
async def test_every_page_is_seen_and_has_no_barrier(site: Site, width: str) -> None:
    for recording_id in await kept.waiting(site.context.database):
        await kept.draw(site.context.database, recording_id)
    for name, path, user in pages_of(site):
        async with site.visitor(user, width=WIDTHS[width][0], height=WIDTHS[width][1]) as context:
            page = await context.new_page()
            faults = listen(page)
            await page.goto(site.url + path)
            await page.wait_for_load_state("networkidle")
            if name == "lobby":
                await page.wait_for_selector(".lobby-picture video:not([hidden])")
            await check(page)
            await take(page, f"{name}-{width}")
            assert not faults, f"{name}: {faults}"
            overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert not await page.evaluate(overflow), f"{name} is wider than the screen"
