"""Every export is in the register before its first byte: whose data, by which consents."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.erasures import copies
from app.exports import register
from app.exports.formats.offered import FORMATS, Format, Loss
from app.exports.models import ExportRecord
from app.kit.permissions import Action, Role, may
from app.meetings.naming import group_key
from app.recordings.models import FileKind
from app.transcripts import service as transcripts
from app.transcripts.models import WordsSource
from app.transcripts.service import Said
from tests.fixtures.answered import bring, text_of
from tests.fixtures.kept import Kept


async def export(kept: Kept, path: str) -> bytes:
    answer = await kept.cast.coordinator.client.get(f"/api/v1/{path}/export")
    assert answer.status_code == 200, answer.text
    return answer.content


async def registered(kept: Kept) -> list[register.Registered]:
    async with kept.context.database.reading() as db:
        return await register.of_group(db, kept.cast.group_id)


async def test_an_export_is_written_down_with_whose_data_it_held(kept: Kept) -> None:
    content = await export(kept, f"meetings/{kept.meeting.id}")

    ((record, contents),) = await registered(kept)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sums = archive.read("SHA256SUMS")
    assert record.manifest_sha256 == hashlib.sha256(sums).hexdigest()
    assert record.exported_by == kept.cast.coordinator.id
    assert record.meeting_id == kept.meeting.id
    held = {content.user_id: content.purposes for content in contents}
    assert held == {
        kept.cast.bob.id: ["audio", "indexing", "video"],
        kept.cast.alice.id: ["audio"],
    }
    assert {content.recording_id for content in contents} == {kept.recording.id}


async def test_what_may_no_longer_be_exported_is_not_in_it(kept: Kept) -> None:
    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)

    await export(kept, f"groups/{kept.cast.group_id}")

    ((record, contents),) = await registered(kept)
    assert record.meeting_id is None
    # bob's file of voice and picture is refused, so is the mix-down; alice's own is not
    assert {content.user_id for content in contents} == {kept.cast.alice.id}


async def test_exports_with_somebodys_data_are_found_by_the_consent_they_rested_on(
    kept: Kept,
) -> None:
    bob, recording = kept.cast.bob.id, kept.recording.id
    await export(kept, f"meetings/{kept.meeting.id}")
    await export(kept, f"groups/{kept.cast.group_id}")

    async with kept.context.database.reading() as db:
        found = await register.with_data_of(db, recording, bob, {"video"})
        others = await register.with_data_of(db, recording, bob, {"quotation"})
        nobody = await register.with_data_of(db, recording, kept.cast.carol.id, set(Purpose))
    assert len(found) == 2
    assert found[0].record.exported_at <= found[1].record.exported_at
    assert (others, nobody) == ([], [])


async def spoken(kept: Kept) -> None:
    """Bob's words, in his first turn."""
    async with kept.context.database.transaction() as db:
        lines = [Said(kept.cast.bob.id, 1_500, 3_000, "iltaa")]
        await transcripts.write_down(db, kept.recording, kept.meeting, lines, WordsSource.HUMAN)


@pytest.mark.parametrize("form", Format)
async def test_the_turns_for_another_program_are_in_it(kept: Kept, form: Format) -> None:
    await spoken(kept)
    answer = await kept.cast.researcher.client.get(f"{kept.path}/turns/{form}")
    assert answer.is_success
    ((record, contents),) = await registered(kept)
    assert (record.file_name, record.exported_by) == (
        f"turns-{kept.stem}.{form}",
        kept.cast.researcher.id,
    )
    assert record.manifest_sha256 == hashlib.sha256(answer.content).hexdigest()
    words = [] if Loss.WORDS in FORMATS[form].lost else ["quotation", "transcript"]
    assert [(each.user_id, each.purposes) for each in contents] == [
        (kept.cast.bob.id, sorted(["audio", "indexing", *words]))
    ]


@pytest.mark.parametrize(
    ("path", "name", "purposes"),
    [
        ("turns.csv", "turns-{}.csv", ["audio", "indexing", "quotation", "transcript"]),
        ("transcript.vtt", "transcript-{}.vtt", ["audio", "quotation", "transcript"]),
    ],
)
async def test_so_are_a_table_and_a_transcript(
    kept: Kept, path: str, name: str, purposes: list[str]
) -> None:
    await spoken(kept)
    assert (await kept.cast.researcher.client.get(f"{kept.path}/{path}")).is_success
    ((record, contents),) = await registered(kept)
    assert (record.file_name, record.meeting_id) == (name.format(kept.stem), kept.meeting.id)
    assert [(each.user_id, each.purposes) for each in contents] == [(kept.cast.bob.id, purposes)]


async def test_so_is_a_project_and_a_withdrawal_names_it(kept: Kept) -> None:
    path = f"/api/v1/groups/{kept.cast.group_id}/project.qdpx"
    assert (await kept.cast.researcher.client.get(path)).is_success
    ((record, contents),) = await registered(kept)
    key = group_key(kept.cast.group_id)
    assert (record.file_name, record.meeting_id) == (f"emessi-Ryhmä-1-{key}.qdpx", None)
    held = [(each.user_id, each.recording_id, each.purposes) for each in contents]
    assert held == [(kept.cast.bob.id, kept.recording.id, ["audio", "indexing"])]
    await kept.decide(kept.cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)
    async with kept.context.database.reading() as db:
        found = await copies.of_withdrawn(db, kept.cast.group_id)
    assert [each.record.id for each in found[kept.cast.bob.id].exports] == [record.id]


async def test_so_is_a_file_that_is_taken_along_and_none_that_is_played(kept: Kept) -> None:
    mix = await kept.file(FileKind.MIXDOWN)
    client, path = kept.cast.researcher.client, f"{kept.path}/files/{mix.id}"
    assert (await client.get(path)).is_success
    assert (await client.head(f"{path}?download=1")).is_success
    assert await registered(kept) == []
    answer = await client.get(f"{path}?download=1")
    ((record, contents),) = await registered(kept)
    assert record.manifest_sha256 == hashlib.sha256(answer.content).hexdigest()
    assert record.file_name == f"{kept.stem}-mixdown.json"
    held = {each.user_id: each.purposes for each in contents}
    assert held == {kept.cast.bob.id: ["audio"], kept.cast.alice.id: ["audio"]}


@pytest.mark.parametrize("asked", ["bytes=0-", "bytes=1-", "bytes=-5", "bytes=0-0, 1-9"])
async def test_whichever_part_of_a_file_is_taken_along_and_once_a_day(
    kept: Kept, asked: str
) -> None:
    mix = await kept.file(FileKind.MIXDOWN)
    path = f"{kept.path}/files/{mix.id}?download=1"
    for who in (kept.cast.researcher, kept.cast.coordinator):
        for _ in range(2):
            assert (await who.client.get(path, headers={"Range": asked})).is_success
    found = await registered(kept)
    people = {kept.cast.researcher.id, kept.cast.coordinator.id}
    assert (len(found), {each.record.exported_by for each in found}) == (2, people)

    async with kept.context.database.transaction() as db:
        (row,) = await db.exec(
            select(ExportRecord).where(ExportRecord.exported_by == kept.cast.researcher.id)
        )
        row.exported_at -= timedelta(days=1)
    assert (await kept.cast.researcher.client.get(path)).is_success
    assert len(await registered(kept)) == 3


async def test_a_refused_download_is_not_in_it(kept: Kept) -> None:
    for path in ("turns.csv", "turns/eaf", "transcript.vtt"):
        assert (await kept.cast.bob.client.get(f"{kept.path}/{path}")).status_code == 403
    assert await registered(kept) == []


async def test_answers_are_their_persons_and_of_no_recording(kept: Kept) -> None:
    rows = [["Tunnus", "Mielipide"], ["J1", "hyvä"], ["J2", "huono"]]
    made = await bring(kept.cast.researcher, kept.cast.programme_id, text_of(rows))
    assert made.status_code == 201, made.text
    path = f"/api/v1/groups/{kept.cast.group_id}/export?answers=true"
    answer = await kept.cast.coordinator.client.get(path)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["purposes"] == {"J1": ["indexing"]}, "carol (J2) is not studied"
    ((_, contents),) = await registered(kept)
    common = [(each.user_id, each.purposes) for each in contents if each.recording_id is None]
    assert common == [(kept.cast.bob.id, ["indexing"])]
    async with kept.context.database.reading() as db:
        recording, bob = kept.recording.id, kept.cast.bob.id
        found = await register.with_data_of(db, recording, bob, {"indexing"})
    assert None in {each.contents[0].recording_id for each in found}


async def test_a_refused_export_is_not_in_the_register(kept: Kept) -> None:
    answer = await kept.cast.bob.client.get(f"/api/v1/meetings/{kept.meeting.id}/export")
    assert answer.status_code == 403
    assert await registered(kept) == []


async def test_who_may_export_may_see_what_went_out(kept: Kept) -> None:
    await export(kept, f"meetings/{kept.meeting.id}")
    path = f"/api/v1/groups/{kept.cast.group_id}/exports"

    for role in Role:
        answer = await kept.cast.with_role(role).client.get(path)
        expected = 200 if may([role], Action.EXPORT) else 403
        assert answer.status_code == expected, role
    (shown,) = (await kept.cast.coordinator.client.get(path)).json()["items"]
    people = {each["user_id"] for each in shown["contents"]}
    assert people == {str(kept.cast.bob.id), str(kept.cast.alice.id)}
    assert (await kept.cast.mallory.client.get(path)).status_code == 404
