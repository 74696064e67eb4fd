"""Who reads a meeting's chat, and that the log knows of it."""

from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.kit.audit import AuditEntry
from app.kit.permissions import Action, Role, may
from tests.fixtures.chatted import lines, wrote
from tests.fixtures.coded import Coded
from tests.fixtures.kept import Kept


async def log(kept: Kept) -> list[tuple[str, str, UUID | None]]:
    async with kept.context.database.reading() as db:
        query = select(AuditEntry).where(AuditEntry.deed == "read_chat")
        return [(e.result, e.actor_role, e.object_id) for e in (await db.exec(query)).all()]


@pytest.mark.parametrize("role", list(Role))
async def test_the_research_team_reads_and_is_told_of(role: Role, kept: Kept) -> None:
    await wrote(kept, kept.cast.bob, "=Hei!", 4_000)
    answer = await kept.cast.with_role(role).client.get(f"{kept.path}/chat")
    if not may([role], Action.READ_TRANSCRIPT):
        assert answer.status_code == 403
        assert await log(kept) == [("refused", str(role), kept.recording.id)]
        return
    (line,) = answer.json()["items"]
    assert (line["text"], line["position_ms"], line["pseudonym"]) == ("=Hei!", 4_000, "J1")
    assert answer.json()["is_withheld"] is False
    assert await log(kept) == [("done", str(role), kept.recording.id)]


async def test_to_an_outsider_there_is_no_recording(kept: Kept) -> None:
    assert (await kept.cast.mallory.client.get(f"{kept.path}/chat")).status_code == 404


async def test_nothing_to_read_is_no_look(kept: Kept) -> None:
    answer = await kept.cast.researcher.client.get(f"{kept.path}/chat")
    assert answer.json() == {"items": [], "next_cursor": None, "is_withheld": False}
    assert await log(kept) == []


async def test_after_a_withdrawal_it_is_gone_at_once(kept: Kept) -> None:
    await wrote(kept, kept.cast.bob, "Hei!", 4_000)
    await kept.decide(kept.cast.bob, Purpose.CHAT, Decision.WITHDRAWN)
    answer = await kept.cast.researcher.client.get(f"{kept.path}/chat")
    assert answer.json()["items"] == []


async def test_whoever_still_codes_sees_none(work: Coded) -> None:
    kept = work.kept
    await wrote(kept, kept.cast.bob, "Veikko lähti jo", 4_000)
    coder = kept.cast.researcher
    await work.assign(coder)
    answer = (await coder.client.get(f"{kept.path}/chat")).json()
    assert (answer["items"], answer["is_withheld"]) == ([], True)
    assert await log(kept) == []
    other = (await kept.cast.coordinator.client.get(f"{kept.path}/chat")).json()
    assert len(other["items"]) == 1


@pytest.mark.parametrize("role", list(Role))
async def test_coordinators_take_a_line_out_when_somebody_asks_for_it(
    role: Role, kept: Kept
) -> None:
    line = await wrote(kept, kept.cast.bob, "Veikko lähti jo", 4_000)
    await wrote(kept, kept.cast.bob, "Toinen", 5_000)
    client, path = kept.cast.with_role(role).client, f"{kept.path}/chat/{line.id}"
    answer = await client.delete(path)
    if not may([role], Action.REMOVE_CHAT):
        assert answer.status_code == 403
        assert len(await lines(kept)) == 2
        return
    assert answer.status_code == 204
    assert [each.text for each in await lines(kept)] == ["Toinen"]
    assert (await client.delete(path)).status_code == 404
    async with kept.context.database.reading() as db:
        query = select(AuditEntry).where(AuditEntry.deed == "chat_removed")
        (entry,) = (await db.exec(query)).all()
    assert (entry.subject_id, entry.actor_role) == (kept.cast.bob.id, str(role))
    assert entry.details == {"lines": 1}


async def test_what_was_withdrawn_or_lies_elsewhere_is_not_there_to_be_removed(kept: Kept) -> None:
    line = await wrote(kept, kept.cast.bob, "Hei!", 4_000)
    client = kept.cast.coordinator.client
    elsewhere = f"/api/v1/recordings/{uuid4()}/chat/{line.id}"
    assert (await client.delete(elsewhere)).status_code == 404
    await kept.decide(kept.cast.bob, Purpose.CHAT, Decision.WITHDRAWN)
    assert (await client.delete(f"{kept.path}/chat/{line.id}")).status_code == 404
