"""Who may ask for the video of a meeting, and what becomes of the asking."""

import pytest
from httpx import Response

from app.composites.models import Composite, CompositeState
from app.consent.models import Decision, Purpose
from app.recordings.models import FileKind, Recording, RecordingFile, RecordingState
from app.recordings.queue import QUEUE
from app.vault import service as vault
from media.recorder.composite import workflow
from tests.app.recordings.conftest import kept
from tests.fixtures.kept import Kept

__all__ = ["kept"]


async def put(kept: Kept, **values: object) -> None:
    async with kept.context.database.transaction() as db:
        row = (await db.exec(Composite.__table__.select())).first()  # type: ignore[attr-defined]
        composite = await db.get_one(Composite, row.id)
        for name, value in values.items():
            setattr(composite, name, value)


async def add_file(kept: Kept, consent_ids: list[str]) -> None:
    async with kept.context.database.transaction() as db:
        key = await vault.data_key(db, kept.context.keys, kept.meeting.id, None, "composite")
        db.add(
            RecordingFile(
                recording_id=kept.recording.id,
                kind=FileKind.COMPOSITE,
                data_key_id=key.id,
                consent_ids=consent_ids,
                path=f"{kept.meeting.id}/composite.webm.sealed",
                media_type="video/webm",
                size=1,
                sha256="0" * 64,
            )
        )


def refusal(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def kinds(kept: Kept) -> list[str]:
    told = (await kept.cast.administrator.client.get(kept.path)).json()
    return [file["kind"] for file in told["files"]]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("administrator", 202),
        ("coordinator", 202),
        ("researcher", 403),
        ("alice", 403),
        ("bob", 403),
    ],
)
async def test_those_may_ask_who_may_export(kept: Kept, who: str, status: int) -> None:
    client = getattr(kept.cast, who).client

    answer = await client.post(f"{kept.path}/composite")

    assert answer.status_code == status
    assert (await client.get(f"{kept.path}/composite")).status_code == (
        200 if status < 300 else 403
    )
    if status == 202:
        told = answer.json()
        assert (told["state"], told["progress"]) == ("waiting", 0)


async def test_asking_twice_is_asking_once(kept: Kept) -> None:
    client = kept.cast.administrator.client

    first, second = [(await client.post(f"{kept.path}/composite")).json() for _ in range(2)]

    assert first == second


async def test_none_was_asked_for(kept: Kept) -> None:
    assert (await kept.cast.administrator.client.get(f"{kept.path}/composite")).status_code == 404


async def test_what_is_under_way_is_called_off_and_asked_for_again(kept: Kept) -> None:
    client = kept.cast.administrator.client
    await client.post(f"{kept.path}/composite")
    await put(kept, state=CompositeState.RENDERING, progress=40)

    called_off = await client.delete(f"{kept.path}/composite")
    again = await client.delete(f"{kept.path}/composite")
    anew = await client.post(f"{kept.path}/composite")

    assert (called_off.json()["state"], called_off.json()["progress"]) == ("cancelled", 0)
    assert (again.status_code, again.json()["type"]) == (
        409,
        "urn:emessi:problem:composite_not_under_way",
    )
    assert anew.json()["state"] == "waiting"


async def test_an_unfinished_recording_has_none(kept: Kept) -> None:
    async with kept.context.database.transaction() as db:
        (await db.get_one(Recording, kept.recording.id)).state = RecordingState.CLAIMED

    answer = await kept.cast.administrator.client.post(f"{kept.path}/composite")

    assert (answer.status_code, answer.json()["type"]) == (
        409,
        "urn:emessi:problem:recording_not_finished",
    )


async def test_nothing_can_be_made_of_what_nobody_allows(kept: Kept) -> None:
    await kept.decide(kept.cast.alice, Purpose.AUDIO, Decision.WITHDRAWN)

    answer = await kept.cast.administrator.client.post(f"{kept.path}/composite")

    assert (answer.status_code, answer.json()["type"]) == (
        409,
        "urn:emessi:problem:composite_empty",
    )


async def test_a_withdrawal_refuses_it_at_once_and_it_may_be_made_again(kept: Kept) -> None:
    client = kept.cast.administrator.client
    await client.post(f"{kept.path}/composite")
    person = await kept.file(FileKind.PERSON, kept.cast.bob)
    mixdown = await kept.file(FileKind.MIXDOWN)
    await add_file(kept, sorted({*person.consent_ids, *mixdown.consent_ids}))
    await put(kept, state=CompositeState.READY, progress=100)
    file = await kept.file(FileKind.COMPOSITE)
    url = f"{kept.path}/files/{file.id}"
    assert (await client.get(f"{kept.path}/composite")).json()["state"] == "ready"
    assert (await client.post(f"{kept.path}/composite")).json()["state"] == "ready"
    assert "composite" in await kinds(kept)

    await kept.decide(kept.cast.bob, Purpose.VIDEO, Decision.WITHDRAWN)

    assert "composite" not in await kinds(kept)
    assert (await client.get(url)).status_code == 404
    assert (await client.get(f"{kept.path}/composite")).status_code == 404
    assert (await client.post(f"{kept.path}/composite")).json()["state"] == "waiting"


def test_finishing_has_a_queue_of_its_own() -> None:
    assert workflow.QUEUE != QUEUE
