"""What is written down of who read codes, and what it says later."""

from datetime import datetime
from uuid import UUID

import pytest

from app.coding import seeing
from app.kit.audit import AuditEntry, Deed
from app.programmes.models import ProgrammeRole, ProgrammeStaff
from tests.app.coding.test_reopening import both
from tests.app.web.conftest import Browser
from tests.app.web.conftest import browser as browser
from tests.fixtures.cast import Person
from tests.fixtures.coded import API, Coded, problem_of

ROLE = ProgrammeRole.RESEARCHER


async def look(work: Coded, person: Person) -> None:
    async with work.kept.context.database.reading() as db:
        own = (db, person.actor, [work.kept.recording.id])
        await seeing.told(work.kept.context.database, *own)


async def looks(work: Coded) -> list[datetime]:
    rows: list[AuditEntry] = await work.rows(AuditEntry)
    return sorted(row.at for row in rows if row.deed == Deed.READ_CODES)


async def seen(work: Coded) -> dict[UUID, bool]:
    """By person: whether they have decided."""
    async with work.kept.context.database.reading() as db:
        own = (db, work.version.codebook_id, [work.kept.recording.id])
        found = await seeing.seen(*own)
    return {user: sight.has_decided for user, its in found.items() for sight in its.values()}


async def test_a_look_is_told_once_until_somebody_else_finishes(work: Coded) -> None:
    """Within minutes, where what is only read twice would be told of once: what is new is new."""
    reader = work.kept.cast.administrator
    one, two = await work.assign(work.first), await work.assign(work.second)
    await work.finish_at_once(one, {})
    await look(work, reader)
    await look(work, reader)
    assert len(await looks(work)) == 1
    await work.finish_at_once(two, {})
    await look(work, reader)
    await look(work, reader)
    assert len(await looks(work)) == 2


async def test_ones_own_codes_are_no_sight(work: Coded) -> None:
    one, two = await work.assign(work.first), await work.assign(work.second)
    await work.finish_at_once(one, {})
    await look(work, work.first)
    assert await seen(work) == {}
    await work.finish_at_once(two, {})
    assert await seen(work) == {}, "that look was before"
    await look(work, work.first)
    assert await seen(work) == {work.first.id: False}


@pytest.mark.parametrize("path", ["/me/data", "/me/data.zip"])
async def test_codes_of_ones_own_turns_are_codes(work: Coded, path: str) -> None:
    """Bob's turns were coded; nobody of the team spoke."""
    await work.finish_at_once(await work.assign(work.first), {})
    for person in (work.kept.cast.bob, work.kept.cast.coordinator):
        assert (await person.client.get(f"{API}{path}")).status_code == 200
    assert await seen(work) == {work.kept.cast.bob.id: False}


async def test_the_assigning_page_says_who_has_seen_what(work: Coded, browser: Browser) -> None:
    """Who codes it already is not among them."""
    await both(work)
    reader, page = work.kept.cast.administrator, f"/programmes/{work.kept.cast.programme_id}/coding"
    queue = await browser(work.second)
    assert "Ketkä eivät enää koodaa sokkona" not in (await queue.get(page)).text
    async with work.kept.context.database.transaction() as db:
        db.add(
            ProgrammeStaff(programme_id=work.kept.cast.programme_id, user_id=reader.id, role=ROLE)
        )
    content = f"{API}/codebook-versions/{work.version.id}/content"
    for person in (reader, work.first):
        assert (await person.client.get(content)).status_code == 200
    form = {
        "recording_ids": [str(work.kept.recording.id)],
        "coder_id": str(reader.id),
        "version_id": str(work.version.id),
    }
    refused = await work.second.client.post(f"{API}/coding-assignments", json=form)
    assert problem_of(refused) == (409, "coding_seen")
    text = (await queue.get(page)).text.partition("Ketkä eivät enää koodaa sokkona")[2]
    assert "nähnyt muiden koodeja" in text
    listed = text.partition("</section>")[0]
    assert reader.user.name in listed
    assert work.first.user.name not in listed
