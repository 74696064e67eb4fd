"""Recordings over HTTP: who sees what, bytes by range, and a withdrawal that works at once."""

import pytest

from app.consent.models import Decision, Purpose
from app.kit.ids import new_id
from app.kit.settings import StoreSettings
from app.recordings.models import FileKind, Recording, RecordingState
from media.store import Store
from tests.fixtures.application import Application
from tests.fixtures.kept import Kept

COORDINATION = {"administrator", "coordinator"}
RESEARCH = {"administrator", "coordinator", "researcher"}
STATUS = RESEARCH | {"alice", "olga"}
EVERYBODY = sorted(STATUS | {"bob", "carol", "mallory"})


@pytest.mark.parametrize("who", EVERYBODY)
async def test_who_may_see_what(who: str, kept: Kept) -> None:
    client = getattr(kept.cast, who).client
    file = await kept.file(FileKind.PERSON, kept.cast.bob)
    refused = 404 if who == "mallory" else 403

    listed = await client.get("/api/v1/recordings", params={"group_id": kept.cast.group_id})
    status = await client.get(f"{kept.path}/status")
    whole = await client.get(kept.path)
    played = await client.get(f"{kept.path}/files/{file.id}")

    assert {listed.status_code, status.status_code} == {200 if who in STATUS else refused}
    assert {whole.status_code, played.status_code} == {200 if who in RESEARCH else refused}


@pytest.mark.parametrize("who", EVERYBODY)
async def test_what_failed_is_finished_again_when_the_coordinator_asks(
    who: str, kept: Kept
) -> None:
    client = getattr(kept.cast, who).client
    assert (await client.post(f"{kept.path}/retry")).status_code in (403, 404, 409)
    async with kept.context.database.transaction() as db:
        recording = await db.get_one(Recording, kept.recording.id)
        recording.state, recording.failure = RecordingState.FAILED, "unfinished"

    asked = await client.post(f"{kept.path}/retry")

    if who in COORDINATION:
        assert (asked.status_code, asked.json()["state"]) == (202, "stopped")
        async with kept.context.database.reading() as db:
            assert (await db.get_one(Recording, kept.recording.id)).failure is None
    else:
        assert asked.status_code == (404 if who == "mallory" else 403)


async def test_nobody_signed_in_sees_nothing(kept: Kept) -> None:
    file = await kept.file(FileKind.MIXDOWN)
    for path in ("", "/status", f"/files/{file.id}"):
        assert (await kept.cast.nobody.get(kept.path + path)).status_code == 401


async def test_a_status_says_nothing_of_the_content(kept: Kept) -> None:
    status = (await kept.cast.olga.client.get(f"{kept.path}/status")).json()

    assert (status["state"], status["progress"], status["duration_ms"]) == ("ready", 100, 60_000)
    assert not {"files", "tracks"} & status.keys()


async def test_a_recording_lists_its_tracks_and_files(kept: Kept) -> None:
    found = (await kept.cast.researcher.client.get(kept.path)).json()

    tracks = {(t["user_id"], t["source"]): t for t in found["tracks"]}
    bob, alice = str(kept.cast.bob.id), str(kept.cast.alice.id)
    assert tracks.keys() == {(bob, "microphone"), (bob, "camera"), (alice, "microphone")}
    camera = tracks[bob, "camera"]
    assert (camera["codec"], camera["start_ms"], camera["duration_ms"]) == ("vp8", 120, 59_000)
    assert camera["details"] == {"gaps": []}
    assert len(found["files"]) == 7
    assert camera["file_id"] in {file["id"] for file in found["files"]}


async def test_a_file_comes_whole_and_by_ranges(kept: Kept) -> None:
    client, file = kept.cast.researcher.client, await kept.file(FileKind.PERSON, kept.cast.bob)
    path, plain = f"{kept.path}/files/{file.id}", kept.contents[file.id]

    whole = await client.get(path)
    assert (whole.status_code, whole.content) == (200, plain)
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["etag"] == f'"{file.sha256}"'
    assert whole.headers["content-type"] == "video/webm"
    assert "no-store" in whole.headers["cache-control"]

    last = len(plain) - 1
    for asked, start, end in [
        ("0-0", 0, 0),
        ("65535-65536", 65_535, 65_536),
        ("131072-", 131_072, last),
        ("-5", last - 4, last),
        (f"{last}-{last + 99}", last, last),
    ]:
        part = await client.get(path, headers={"Range": f"bytes={asked}"})
        assert (part.status_code, part.content) == (206, plain[start : end + 1])
        assert part.headers["content-range"] == f"bytes {start}-{end}/{len(plain)}"
        assert part.headers["content-length"] == str(end - start + 1)


async def test_a_range_beyond_the_end_is_416(kept: Kept) -> None:
    file = await kept.file(FileKind.MIXDOWN)
    answer = await kept.cast.researcher.client.get(
        f"{kept.path}/files/{file.id}", headers={"Range": f"bytes={file.size}-"}
    )
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{file.size}"


async def test_if_range_serves_the_whole_of_another_version(kept: Kept) -> None:
    client, file = kept.cast.researcher.client, await kept.file(FileKind.PERSON, kept.cast.bob)
    path, asked = f"{kept.path}/files/{file.id}", {"Range": "bytes=0-9"}

    same = await client.get(path, headers={**asked, "If-Range": f'"{file.sha256}"'})
    other = await client.get(path, headers={**asked, "If-Range": '"another"'})

    assert (same.status_code, len(same.content)) == (206, 10)
    assert (other.status_code, len(other.content)) == (200, file.size)


async def test_head_says_the_same_without_the_bytes(kept: Kept) -> None:
    client, file = kept.cast.researcher.client, await kept.file(FileKind.PERSON, kept.cast.bob)
    path = f"{kept.path}/files/{file.id}"

    head, got = await client.head(path), await client.get(path)
    part = await client.head(path, headers={"Range": "bytes=0-9"})

    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "etag", "accept-ranges", "content-type"):
        assert head.headers[name] == got.headers[name]
    assert (part.status_code, part.headers["content-length"]) == (206, "10")


async def test_a_known_version_is_not_sent_again(kept: Kept) -> None:
    client, file = kept.cast.researcher.client, await kept.file(FileKind.PERSON, kept.cast.bob)
    path = f"{kept.path}/files/{file.id}"

    known = await client.get(path, headers={"If-None-Match": f'"{file.sha256}"'})
    stale = await client.get(path, headers={"If-None-Match": '"another"'})

    assert (known.status_code, known.content) == (304, b"")
    assert stale.status_code == 200


@pytest.mark.parametrize(
    ("kind", "owner", "name"),
    [
        (FileKind.PERSON, "bob", "J1.webm"),
        (FileKind.PEAKS, "alice", "F1-peaks.json"),
        (FileKind.MANIFEST, None, "manifest.json"),
    ],
)
async def test_a_download_bears_a_pseudonym(
    kind: FileKind, owner: str | None, name: str, kept: Kept
) -> None:
    file = await kept.file(kind, getattr(kept.cast, owner) if owner else None)
    client, path = kept.cast.researcher.client, f"{kept.path}/files/{file.id}"

    saved = await client.get(path, params={"download": 1})
    played = await client.get(path)

    wanted = f'attachment; filename="{kept.stem}-{name}"'
    assert saved.headers["content-disposition"] == wanted
    assert "content-disposition" not in played.headers


@pytest.mark.parametrize("purpose", [Purpose.AUDIO, Purpose.VIDEO])
async def test_a_withdrawal_refuses_at_once_what_rests_on_it(purpose: Purpose, kept: Kept) -> None:
    client = kept.cast.researcher.client
    files = {(f.kind, f.user_id): f"{kept.path}/files/{f.id}" for f in await kept.files()}
    await kept.decide(kept.cast.bob, purpose, Decision.WITHDRAWN)

    refused = {(FileKind.PERSON, kept.cast.bob.id), (FileKind.MANIFEST, None)}
    if purpose == Purpose.AUDIO:
        shared = {(FileKind.MIXDOWN, None), (FileKind.PEAKS, None)}
        refused |= shared | {(FileKind.PEAKS, kept.cast.bob.id)}
    for key, path in files.items():
        assert (await client.get(path)).status_code == (404 if key in refused else 200)
    found = (await client.get(kept.path)).json()
    assert len(found["files"]) == len(files) - len(refused)
    assert {t["user_id"] for t in found["tracks"]} == {str(kept.cast.alice.id)}

    await kept.decide(kept.cast.bob, purpose, Decision.GRANTED)
    for key in refused:
        assert (await client.get(files[key])).status_code == 404


async def test_a_file_of_another_recording_is_not_found(kept: Kept) -> None:
    client = kept.cast.researcher.client
    file = await kept.file(FileKind.MIXDOWN)

    unknown = await client.get(f"{kept.path}/files/{new_id()}")
    elsewhere = await client.get(f"/api/v1/recordings/{new_id()}/files/{file.id}")

    assert unknown.status_code == elsewhere.status_code == 404
    assert unknown.json() == elsewhere.json()


async def test_a_store_that_is_away_or_without_the_file_is_told_as_that(
    running: Application, kept: Kept
) -> None:
    client, mix = kept.cast.researcher.client, await kept.file(FileKind.MIXDOWN)
    await kept.store.delete(mix.path)
    gone = await client.get(f"{kept.path}/files/{mix.id}")
    assert (gone.status_code, gone.json()["type"]) == (404, "urn:emessi:problem:not_found")

    away = {"s3_endpoint": "http://127.0.0.1:9", "s3_access_key": "k", "s3_secret_key": "s"}
    store = StoreSettings.model_validate({"url": "s3://bucket", **away})
    running.app.state.store = Store.open(kept.context.settings.model_copy(update={"store": store}))
    answer = await client.get(f"{kept.path}/files/{mix.id}")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:emessi:problem:store_away")
