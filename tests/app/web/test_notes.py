"""Notes on the pages: the room's field for those who write, the list and the lane for those who
read, and nothing at all for members."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.kit.audit import AuditEntry, Deed
from app.kit.languages import LANGUAGES
from app.notes.models import NoteKind
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded import Coded, coded
from tests.fixtures.kept import Kept, keep
from tests.fixtures.noted import Noted, jot
from tests.fixtures.noted import noted as on_stage

TEXTS = ("Olga näki tämän.", "Alice kirjasi tämän.", "Ennen taltiointia.")


@pytest.fixture
async def work(running: Application, cast: Cast) -> Coded:
    """Two notes within the recording's minute, one before it."""
    made = await coded(await keep(running, cast))
    kept = made.kept
    zero = kept.recording.started_at
    moments = (zero + timedelta(seconds=7), zero + timedelta(seconds=21), zero - timedelta(hours=1))
    kinds = (NoteKind.OBSERVATION, NoteKind.TECHNICAL, NoteKind.OBSERVATION)
    for author, text, at, kind in zip(
        (cast.olga, cast.alice, cast.olga), TEXTS, moments, kinds, strict=True
    ):
        await jot(kept.context, kept.meeting, author, text, at, kind)
    return made


@pytest.fixture
def kept(work: Coded) -> Kept:
    return work.kept


def data(text: str) -> Any:
    found = re.search(r'id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@pytest.mark.parametrize(
    ("who", "writes"),
    [
        *(("alice", True), ("olga", True), ("coordinator", True), ("administrator", True)),
        *(("bob", False), ("carol", False)),
    ],
)
async def test_the_room_offers_a_field_to_those_who_may_write(
    who: str, writes: bool, browser: Browser, running: Application, cast: Cast
) -> None:
    stage: Noted = await on_stage(running, cast)
    page = await (await browser(getattr(cast, who))).get(f"/meetings/{stage.meeting.id}")
    assert data(page.text)["writes_notes"] is writes


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_recordings_page_has_them_in_order_with_their_places(
    language: str, kept: Kept, browser: Browser
) -> None:
    client = await browser(kept.cast.researcher, language)
    page = (await client.get(f"/recordings/{kept.recording.id}")).text
    places = [page.index(text) for text in (TEXTS[2], TEXTS[0], TEXTS[1])]
    assert places == sorted(places)
    assert re.findall(r'data-note="[^"]*"[^>]*data-start="(\d+)"', page) == ["7000", "21000"]
    assert "notes." not in re.sub(r"/notes\b", "", page).replace("notes.css", "")
    async with kept.context.database.reading() as db:
        query = select(AuditEntry).where(AuditEntry.deed == Deed.READ_NOTES)
        (entry,) = (await db.exec(query)).all()
    assert (entry.actor_id, entry.meeting_id) == (kept.cast.researcher.id, kept.meeting.id)


async def test_after_the_meeting_an_author_sees_their_own_and_a_member_none(
    kept: Kept, browser: Browser
) -> None:
    expected = {"olga": (TEXTS[0], TEXTS[2]), "alice": (TEXTS[1],), "bob": ()}
    for who, texts in expected.items():
        client = await browser(getattr(kept.cast, who))
        page = (await client.get(f"/meetings/{kept.meeting.id}")).text
        assert {text for text in TEXTS if text in page} == set(texts), who
        assert page.count("data-edit") == page.count("data-remove") == len(texts)
        assert ('id="notes"' in page) is (who != "bob")
    coordinator = await browser(kept.cast.coordinator)
    page = (await coordinator.get(f"/meetings/{kept.meeting.id}")).text
    assert (page.count("data-edit"), page.count("data-remove")) == (0, 3)


async def test_the_workbench_has_those_on_the_time_line(kept: Kept, browser: Browser) -> None:
    client = await browser(kept.cast.researcher)
    found = data((await client.get(f"/recordings/{kept.recording.id}/workbench")).text)
    assert [(n["at_ms"], n["author"], n["kind"]) for n in found["notes"]] == [
        (7_000, "Olga", "observation"),
        (21_000, "Alice", "technical"),
    ]
    assert found["notes_withheld"] is False


async def test_a_coder_at_work_finds_none_of_them_anywhere(work: Coded, browser: Browser) -> None:
    await work.assign(work.first)
    client = await browser(work.first)
    recording = work.kept.recording.id
    page = (await client.get(f"/recordings/{recording}")).text
    assert not any(text in page for text in TEXTS)
    assert "Koodaat vielä jotakin tämän ryhmän taltiointia" in page
    found = data((await client.get(f"/recordings/{recording}/workbench")).text)
    assert (found["notes"], found["notes_withheld"]) == ([], True)


async def test_the_export_with_notes_stands_apart_with_its_reason(
    kept: Kept, browser: Browser
) -> None:
    path = f"/api/v1/meetings/{kept.meeting.id}/export"
    page = (
        await (await browser(kept.cast.coordinator)).get(f"/recordings/{kept.recording.id}")
    ).text
    assert f'href="{path}"' in page
    assert f'href="{path}?notes=true"' in page
    assert "Lue ne ensin" in page
    page = (
        await (await browser(kept.cast.researcher)).get(f"/recordings/{kept.recording.id}")
    ).text
    assert "export" not in page.replace("export.", "")
