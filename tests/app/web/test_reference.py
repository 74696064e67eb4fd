"""The API's reference page names everything the document does, and needs nothing from elsewhere."""

import re
from html import unescape

from tests.fixtures.application import Application


async def test_every_operation_is_on_the_page(running: Application) -> None:
    client = await running.client()
    document = (await client.get("/api/v1/openapi.json")).json()
    page = await client.get("/api/v1/docs")

    assert page.status_code == 200
    text = unescape(page.text)
    for path in document["paths"]:
        assert path in text


async def test_the_page_loads_nothing_from_another_host(running: Application) -> None:
    page = (await (await running.client()).get("/api/v1/docs")).text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert "<style" not in page
    assert not re.findall(r"<script(?![^>]*src=)", page)
