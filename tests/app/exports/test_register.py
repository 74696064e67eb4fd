"""Every export is in the register before its first byte: whose data, by which consents."""

import hashlib
import io
import zipfile

from app.consent.models import Decision, Purpose
from app.exports import register
from app.kit.permissions import Action, Role, may
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
