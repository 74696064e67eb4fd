"""A recording that waits for a machine which does not come back, as its coordinator sees it."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.consent.models import ConsentDecision, Decision
from app.kit.db import now
from app.kit.ids import new_id
from app.meetings.models import Meeting, Node
from app.recordings.absence import GONE_FOR
from app.recordings.models import Recording, RecordingState, Source, Tape
from app.vault import service as vault
from tests.browser.conftest import Site
from tests.browser.test_pages import check, listen, take

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


async def strand(site: Site, silent: timedelta) -> str:
    """The path of a recording whose two tapes are on `node-2`, silent for so long."""
    async with site.context.database.transaction() as db:
        found = await db.get_one(Recording, site.played.recordings[RecordingState.FAILED])
        found.state, found.node_name = RecordingState.STOPPED, "node-2"
        meeting = await db.get_one(Meeting, found.meeting_id)
        await db.merge(Node(name="node-2", port=8421, expires_at=now() - silent))
        query = select(ConsentDecision).where(ConsentDecision.decision == Decision.GRANTED)
        given = (await db.exec(query)).first()
        assert given is not None
        key = await vault.data_key(db, site.context.keys, meeting.id, given.user_id, "audio")
        for source in (Source.MICROPHONE, Source.CAMERA):
            db.add(
                Tape(
                    id=(id_ := new_id()),
                    recording_id=found.id,
                    user_id=given.user_id,
                    publication_id=str(id_),
                    source=source,
                    consent_id=given.id,
                    data_key_id=key.id,
                    node_name="node-2",
                    path=f"{meeting.id}/{id_}.tape",
                    started_at=found.started_at,
                )
            )
        return f"/recordings/{found.id}"


@pytest.mark.parametrize(
    "language", ["fi", *(pytest.param(each, marks=pytest.mark.thorough) for each in ("sv", "en"))]
)
async def test_one_finishes_without_what_does_not_come(site: Site, language: str) -> None:
    path = await strand(site, GONE_FOR + timedelta(hours=30))
    for name, width, height in (("1280", 1280, 860), ("390", 390, 844)):
        async with site.visitor(
            site.played.administrator, language, width=width, height=height
        ) as visitor:
            page = await visitor.new_page()
            faults = listen(page)
            await page.goto(site.url + path)
            await page.wait_for_load_state("networkidle")
            assert "node-2" in await page.inner_text("#absent")
            await check(page)
            if language == "en":
                await take(page, f"recording_absent-{name}")
            overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert not await page.evaluate(overflow)
            if name == "390":
                await page.click("#absent button")
                await page.click("[data-choice=yes]")
                await page.wait_for_selector("#absent", state="detached")
            assert not faults
    async with site.context.database.reading() as db:
        tapes = (await db.exec(select(Tape).where(Tape.node_name == "node-2"))).all()
    assert [tape.state for tape in tapes] == ["lost", "lost"]


async def test_one_that_may_come_cannot_be_given_up(site: Site) -> None:
    path = await strand(site, timedelta(minutes=1))
    async with site.visitor(site.played.administrator, "en") as visitor:
        page = await visitor.new_page()
        await page.goto(site.url + path)
        assert "node-2" in await page.inner_text("#absent")
        assert await page.locator("#absent button").count() == 0
