"""The pages of the log, retention and one's data: in every language, and for whom."""

import pytest

from app.consent.models import Decision, Purpose
from app.kit.db import now
from app.programmes.models import RetentionChange
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.chatted import wrote
from tests.fixtures.kept import Kept, keep

LANGUAGES = ("fi", "sv", "en")


@pytest.fixture
async def kept(running: Application, cast: Cast) -> Kept:
    return await keep(running, cast)


def pages(cast: Cast) -> dict[str, set[str]]:
    """Page → who may see it."""
    programme = f"/programmes/{cast.programme_id}"
    return {
        f"{programme}/retention": {"administrator", "coordinator", "researcher"},
        f"{programme}/audit": {"administrator", "coordinator"},
        "/audit": {"administrator"},
        "/people": {"administrator"},
        f"/people/{cast.bob.id}": {"administrator"},
        "/my-data": {"administrator", "coordinator", "researcher", "alice", "bob"},
    }


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_pages_speak_every_language(browser: Browser, kept: Kept, language: str) -> None:
    visitor = await browser(kept.cast.administrator, language)
    await visitor.get(f"/recordings/{kept.recording.id}")
    for path in pages(kept.cast):
        answer = await visitor.get(path)
        assert answer.status_code == 200, path
        assert f'<html lang="{language}">' in answer.text
    own = await browser(kept.cast.bob, language)
    assert (await own.get("/my-data")).status_code == 200


@pytest.mark.parametrize("who", ["administrator", "coordinator", "researcher", "alice", "bob"])
async def test_who_may_see_which(browser: Browser, cast: Cast, who: str) -> None:
    visitor = await browser(getattr(cast, who))
    for path, allowed in pages(cast).items():
        answer = await visitor.get(path)
        assert (answer.status_code == 200) is (who in allowed), path
        assert answer.status_code in (200, 403, 404)


async def test_a_preview_is_for_those_who_may_change(browser: Browser, kept: Kept) -> None:
    path = f"/programmes/{kept.cast.programme_id}/retention?days=30"
    page = (await (await browser(kept.cast.coordinator, "en")).get(path)).text
    assert "What 30 days would do" in page
    page = (await (await browser(kept.cast.researcher, "en")).get(path)).text
    assert "What 30 days would do" not in page


async def test_the_log_can_be_asked_and_nonsense_is_nothing(browser: Browser, kept: Kept) -> None:
    visitor = await browser(kept.cast.coordinator, "en")
    await visitor.get(f"/recordings/{kept.recording.id}")
    root = f"/programmes/{kept.cast.programme_id}/audit"
    bob, me = kept.cast.bob.id, kept.cast.coordinator.id

    assert "Opened a recording</td>" in (await visitor.get(root)).text.replace("\n", "")
    assert "Nothing was done" in (await visitor.get(f"{root}?person={bob}")).text
    asked = f"{root}?person={me}&deed=watched&since=2026-01-01&until=2099-01-01&check=1"
    page = (await visitor.get(asked)).text
    assert "The chain is whole" in page
    for wrong in ("person=x", "deed=x", "since=x", "before=x"):
        assert (await visitor.get(f"{root}?{wrong}")).status_code == 404


async def test_a_person_finds_who_looked(browser: Browser, kept: Kept) -> None:
    await (await browser(kept.cast.researcher)).get(f"/recordings/{kept.recording.id}")
    page = (await (await browser(kept.cast.bob, "en")).get("/my-data")).text
    assert "Researcher, researcher" in page
    assert "Erased at the latest" in page
    carols = (await (await browser(kept.cast.carol, "en")).get("/my-data")).text
    assert "Nobody has looked" in carols


async def test_who_has_left_a_group_finds_what_still_holds(browser: Browser, kept: Kept) -> None:
    cast, visitor = kept.cast, await browser(kept.cast.bob, "en")
    assert "You have left this group" not in (await visitor.get("/my-data")).text
    removed = await cast.alice.client.delete(
        f"/api/v1/groups/{cast.group_id}/members/{cast.bob.id}"
    )
    assert removed.is_success
    page = (await visitor.get("/my-data")).text
    assert "You have left this group" in page
    assert f'data-group="{cast.group_id}"' in page


async def test_people_are_searched(browser: Browser, cast: Cast) -> None:
    visitor = await browser(cast.administrator)
    page = (await visitor.get("/people?q=ALI")).text
    assert f"/people/{cast.alice.id}" in page
    assert f"/people/{cast.bob.id}" not in page
    assert f"/people/{cast.bob.id}" not in (await visitor.get("/people?q=%25")).text


async def test_chat_that_goes_before_the_rest_is_told_of(browser: Browser, kept: Kept) -> None:
    """Bob agreed to the chat while the text said 30 days, to the rest while it said 365."""
    visitor = await browser(kept.cast.coordinator, "en")
    recording = f"/recordings/{kept.recording.id}"
    stewardship = f"/programmes/{kept.cast.programme_id}/retention"
    await wrote(kept, kept.cast.bob, "Moi", 1_000)
    assert "Erased automatically" in (await visitor.get(recording)).text
    assert "The chat is erased automatically" not in (await visitor.get(recording)).text
    assert "Besides these" not in (await visitor.get(stewardship)).text

    await changed(kept, 365, 30)
    await kept.decide(kept.cast.bob, Purpose.CHAT, Decision.WITHDRAWN, keeps_earlier=True)
    await kept.decide(kept.cast.bob, Purpose.CHAT, Decision.GRANTED)
    await wrote(kept, kept.cast.bob, "Hei", 2_000)
    await changed(kept, 30, 365)
    assert "The chat is erased automatically" in (await visitor.get(recording)).text

    page = (await visitor.get(stewardship)).text
    assert "Besides these, within 30 days are erased: notes 0, chat lines 1, answers" in page


async def changed(kept: Kept, before: int, after: int) -> None:
    """The programme's period, just now."""
    async with kept.context.database.transaction() as db:
        change = RetentionChange(
            programme_id=kept.cast.programme_id,
            at=now(),
            days_before=before,
            days_after=after,
            changed_by=kept.cast.coordinator.id,
        )
        db.add(change)
