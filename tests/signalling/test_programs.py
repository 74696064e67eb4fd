"""Programs that others made, each with nothing but an address and a token."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

import tests.fixtures
from signalling.messages import ParticipantJoined, ParticipantLeft, PublicationAdded, Welcomed
from tests.fixtures.firefox import firefox
from tests.fixtures.streams import Stream
from tests.fixtures.tabs import OpenTab, Tab, open_tab, page_url  # noqa: F401
from tests.signalling.conftest import Gathering

pytestmark = pytest.mark.browser

FIXTURES = Path(tests.fixtures.__path__[0])
SCRIPT = (FIXTURES / "program.js").read_text()
GSTREAMER = FIXTURES / "gstreamer_publisher.py"


async def page(opened: OpenTab) -> Tab:
    tab = await opened()
    await tab.evaluate(SCRIPT)
    return tab


async def begins(tab: Tab, way: str, stream: Stream, *more: Any) -> None:
    arguments = ", ".join(json.dumps(value) for value in (stream.url, stream.token, *more))
    assert await tab.evaluate(f"program.{way}({arguments})") == 201


async def until(tab: Tab, expression: str) -> None:
    try:
        async with asyncio.timeout(30):
            while not await tab.evaluate(expression):
                await asyncio.sleep(0.1)
    except TimeoutError:
        states = await tab.evaluate("program.states()")
        raise AssertionError(f"never true: {expression} ({states})") from None


async def goes_on(tab: Tab) -> None:
    for seen, more in (("decoded", 10), ("heard", 25)):
        before = await tab.evaluate(f"program.{seen}()")
        await until(tab, f"program.{seen}().then((n) => n > {before + more})")


@asynccontextmanager
async def gstreamer(stream: Stream) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        "/usr/bin/python3", str(GSTREAMER), stream.url, stream.token
    )
    try:
        yield
        assert process.returncode is None
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 20) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_one_chromium_watches_another(gathering: Gathering, open_tab: OpenTab) -> None:  # noqa: F811
    publisher, watcher = await page(open_tab), await page(open_tab)
    await begins(watcher, "watch", await gathering.stream(gathering.cast.olga, "watch"))
    await begins(publisher, "publish", await gathering.stream(gathering.cast.alice, "publish"))
    assert await publisher.evaluate("program.trickle()") == 204

    await goes_on(watcher)
    await until(watcher, "program.energy().then((n) => n > 0)")
    assert await publisher.evaluate("program.stop()") == 200
    assert await watcher.evaluate("program.stop()") == 200


async def test_chromium_restarts_ice_while_it_publishes_and_watches(
    gathering: Gathering,
    open_tab: OpenTab,  # noqa: F811
) -> None:
    publisher, watcher = await page(open_tab), await page(open_tab)
    await begins(publisher, "publish", await gathering.stream(gathering.cast.alice, "publish"))
    await begins(watcher, "watch", await gathering.stream(gathering.cast.olga, "watch"))
    await goes_on(watcher)

    for tab in (publisher, watcher):
        assert await tab.evaluate("program.restart()") == 200
        await until(tab, "program.path().then((name) => name === program.ufrag())")
        await until(tab, "program.states()[1] === 'connected'")
    await goes_on(watcher)


@pytest.mark.thorough
async def test_firefox_and_chromium_watch_each_other(
    gathering: Gathering,
    open_tab: OpenTab,  # noqa: F811
    page_url: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    """They number payload types and header extensions differently."""
    cast = gathering.cast
    async with firefox(tmp_path / "profile") as first, firefox(tmp_path / "other") as second:
        for tab in (first, second):
            await tab.goto(page_url)
            await tab.evaluate(f"(() => {{ {SCRIPT}; return true }})()")
        publisher, watcher = await page(open_tab), await page(open_tab)
        await begins(publisher, "publish", await gathering.stream(cast.alice, "publish"))
        await begins(first, "watch", await gathering.stream(cast.olga, "watch"))
        await goes_on(first)
        await begins(second, "publish", await gathering.stream(cast.olga, "publish"))
        assert await publisher.evaluate("program.stop()") == 200
        await begins(watcher, "watch", await gathering.stream(cast.alice, "watch"))
        await goes_on(watcher)
        await goes_on(first)


async def test_a_watcher_goes_on_from_one_picture_to_three_layers_of_another(
    gathering: Gathering,
    open_tab: OpenTab,  # noqa: F811
) -> None:
    cast = gathering.cast
    publisher, layered, watcher = [await page(open_tab) for _ in range(3)]
    await begins(publisher, "publish", await gathering.stream(cast.alice, "publish"))
    await begins(watcher, "watch", await gathering.stream(cast.coordinator, "watch"))
    await goes_on(watcher)
    layers = [
        {"rid": rid, "scaleResolutionDownBy": scale}
        for rid, scale in (("q", 4), ("h", 2), ("f", 1))
    ]
    await begins(layered, "publish", await gathering.stream(cast.olga, "publish"), layers)
    assert await publisher.evaluate("program.stop()") == 200
    await goes_on(watcher)
    third = await page(open_tab)
    await begins(third, "publish", await gathering.stream(cast.alice, "publish"))
    assert await layered.evaluate("program.stop()") == 200
    await goes_on(watcher)


async def test_gstreamer_publishes_and_chromium_watches(
    gathering: Gathering,
    open_tab: OpenTab,  # noqa: F811
) -> None:
    publishing = await gathering.stream(gathering.cast.olga, "publish")
    watcher = await page(open_tab)
    async with await gathering.talker(gathering.cast.alice) as alice:
        await alice.hears(Welcomed)
        async with gstreamer(publishing):
            joined = (await alice.hears(ParticipantJoined)).participant
            sources = {(await alice.hears(PublicationAdded)).publication.source for _ in range(2)}
            assert sources == {"camera", "microphone"}
            await begins(watcher, "watch", await gathering.stream(gathering.cast.alice, "watch"))
            await goes_on(watcher)
            await until(watcher, "program.energy().then((n) => n > 0)")
        assert (await alice.hears(ParticipantLeft)).participant == joined.id
