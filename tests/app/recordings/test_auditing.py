"""Every look at a recording is in the log before anything is shown, and one use is one entry."""

from uuid import UUID

import pytest
from sqlmodel import col, select, text

from app.kit.audit import AuditEntry
from app.recordings.models import FileKind
from tests.app.web.conftest import Browser
from tests.app.web.conftest import browser as browser
from tests.fixtures.cast import Person
from tests.fixtures.kept import Kept


async def log(kept: Kept) -> list[AuditEntry]:
    async with kept.context.database.reading() as db:
        query = select(AuditEntry).where(AuditEntry.chain == kept.cast.programme_id)
        return list((await db.exec(query.order_by(col(AuditEntry.sequence)))).all())


async def deeds(kept: Kept) -> list[tuple[str, str, UUID | None]]:
    return [(row.deed, row.object_kind, row.subject_id) for row in await log(kept)]


async def test_hundreds_of_ranges_are_one_entry(kept: Kept) -> None:
    client, file = kept.cast.researcher.client, await kept.file(FileKind.PERSON, kept.cast.bob)
    for start in range(0, 100_000, 500):
        asked = {"Range": f"bytes={start}-{start + 499}"}
        answer = await client.get(f"{kept.path}/files/{file.id}", headers=asked)
        assert answer.status_code == 206

    (row,) = await log(kept)
    assert (row.actor_id, row.actor_role, row.deed) == (
        kept.cast.researcher.id,
        "researcher",
        "played",
    )
    assert (row.object_id, row.subject_id, row.meeting_id) == (
        file.id,
        kept.cast.bob.id,
        kept.meeting.id,
    )


async def test_each_kind_of_look_is_told_apart(kept: Kept) -> None:
    client, mix = kept.cast.coordinator.client, await kept.file(FileKind.MIXDOWN)
    await client.get(kept.path)
    await client.head(f"{kept.path}/files/{mix.id}")  # no bytes, no entry
    await client.get(f"{kept.path}/files/{mix.id}")
    await client.get(f"{kept.path}/files/{mix.id}?download=1")
    await client.get(f"{kept.path}/turns")
    await client.get(f"{kept.path}/turns.csv")
    await client.get(f"/api/v1/meetings/{kept.meeting.id}/export")
    await client.get(f"/api/v1/groups/{kept.cast.group_id}/export")
    await client.get(f"/api/v1/groups/{kept.cast.group_id}/export")

    assert await deeds(kept) == [
        ("watched", "recording", None),
        ("played", "file", None),
        ("downloaded", "file", None),
        ("read_turns", "turns", None),
        ("downloaded", "turns", None),
        ("exported", "meeting", None),
        *[("exported", "group", None)] * 2,
    ]


async def test_the_page_of_a_recording_is_a_look(kept: Kept, browser: Browser) -> None:
    visitor = await browser(kept.cast.researcher)
    for _ in range(2):
        assert (await visitor.get(f"/recordings/{kept.recording.id}")).status_code == 200
    assert await deeds(kept) == [("watched", "recording", None)]


@pytest.mark.parametrize("who", ["alice", "bob"])
async def test_one_who_may_not_is_told_of_and_a_stranger_leaves_no_trace(
    kept: Kept, who: str
) -> None:
    person: Person = getattr(kept.cast, who)
    file = await kept.file(FileKind.PERSON, kept.cast.bob)
    for one in (person, kept.cast.mallory):
        await one.client.get(f"{kept.path}/files/{file.id}")

    (row,) = await log(kept)
    assert (row.actor_id, row.deed, row.result) == (person.id, "played", "refused")


async def test_a_file_is_not_served_when_the_log_cannot_be_written(kept: Kept) -> None:
    file = await kept.file(FileKind.PERSON, kept.cast.bob)
    async with kept.context.database.transaction() as db:
        await db.exec(text("ALTER TABLE audit_heads RENAME TO away"))  # type: ignore[call-overload]
    client = kept.cast.researcher.client
    transport = client._transport
    transport.raise_app_exceptions = False  # type: ignore[attr-defined]

    answer = await client.get(f"{kept.path}/files/{file.id}")

    assert answer.status_code == 500
    assert kept.contents[file.id][:100] not in answer.content


async def test_the_turns_and_the_words_of_a_recording_are_two_things(kept: Kept) -> None:
    client = kept.cast.researcher.client
    for _ in range(2):
        assert (await client.get(f"{kept.path}/turns.csv")).status_code == 200
        assert (await client.get(f"{kept.path}/transcript.vtt")).status_code == 200

    assert await deeds(kept) == [
        ("downloaded", "turns", None),
        ("downloaded", "transcript", None),
    ]
