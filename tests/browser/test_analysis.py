"""A picture of group dynamics as PNG, drawn by the browser."""

import struct

import pytest

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


async def test_a_picture_is_saved_as_png(site: Site) -> None:
    played = site.played
    async with site.visitor(played.administrator) as context:
        page = await context.new_page()
        await page.goto(f"{site.url}/meetings/{played.series.meetings[0]}/analysis")
        async with page.expect_download() as coming:
            await page.click("button[data-name=network]")
        download = await coming.value
        content = (await download.path()).read_bytes()

    assert download.suggested_filename == "network.png"
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    assert (width, height) == (3 * 720, 3 * 400)
    assert len(content) > 20_000  # there is something on it
