"""The page of a second person's segmentation: who comes in, what can be chosen."""

import pytest

from app.kit.languages import LANGUAGES
from tests.app.turns.test_edits import Desk, new
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.kept import Kept, keep


@pytest.fixture
async def kept(running: Application, cast: Cast) -> Kept:
    return await keep(running, cast)


def page_of(kept: Kept) -> str:
    return f"/programmes/{kept.cast.programme_id}/segmentations"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_recordings_with_accepted_turns_are_offered(
    language: str, kept: Kept, browser: Browser
) -> None:
    client = await browser(kept.cast.researcher, language)
    recording = f'value="{kept.recording.id}"'
    assert recording not in (await client.get(page_of(kept))).text
    desk = Desk(kept)
    await desk.do(name="accept", turn=await desk.first(), given=new())
    text = (await client.get(page_of(kept))).text
    assert f"<option {recording}>" in text
    assert "200 ms" in text
    for room in ("agreement", "import", "transcript", "history", "analysis"):
        assert f">{room}." not in text
    chosen = await client.get(page_of(kept), params={"recording": str(kept.recording.id)})
    assert f"<option {recording} selected>" in chosen.text


async def test_other_pages_lead_to_it(kept: Kept, browser: Browser) -> None:
    desk = Desk(kept)
    await desk.do(name="accept", turn=await desk.first(), given=new())
    client = await browser(kept.cast.researcher)
    agreement = await client.get(f"/programmes/{kept.cast.programme_id}/agreement")
    assert f'href="{page_of(kept)}"' in agreement.text
    history = await client.get(f"/recordings/{kept.recording.id}/history")
    assert f'href="{page_of(kept)}?recording={kept.recording.id}"' in history.text


@pytest.mark.parametrize("who", ["alice", "bob", "mallory"])
async def test_nobody_else_comes_in(who: str, kept: Kept, browser: Browser) -> None:
    client = await browser(getattr(kept.cast, who))
    assert (await client.get(page_of(kept))).status_code == 404
