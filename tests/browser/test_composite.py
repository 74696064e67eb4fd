"""The video of a meeting on its page: asked for, followed, called off, played. And thumbnails."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from playwright.async_api import expect
from sqlmodel import col, select

from app.composites.models import Composite, CompositeState
from app.recordings.models import FileKind, Recording, RecordingFile, RecordingState
from app.recordings.previews import sheet_of
from app.vault import service as vault
from media.recorder.composite.job import Job, Tile, source
from media.recorder.composite.rendering import render
from media.sealed import SealedWriter
from media.store import Store
from tests.browser.conftest import Site
from tests.browser.test_pages import AT_BOTH, WIDTHS, check, listen, take, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


async def keep(
    site: Site, kind: FileKind, plain: bytes, media_type: str, like: RecordingFile, scope: str
) -> None:
    """One more file of the recording, resting on what `like` rests on."""
    owner = like.user_id if kind == FileKind.PREVIEW else None
    store: Store = site.app.state.store
    async with site.context.database.transaction() as db:
        recording = await db.get_one(Recording, like.recording_id)
        key = await vault.data_key(db, site.context.keys, recording.meeting_id, owner, scope)
        path = f"{recording.meeting_id}/{kind}-{owner}.sealed"
        with TemporaryDirectory() as folder:
            with SealedWriter(Path(folder) / "file", key.key) as writer:
                writer.write(plain)
            await store.take_file(path, Path(folder) / "file")
        db.add(
            RecordingFile(
                recording_id=like.recording_id,
                kind=kind,
                user_id=owner,
                data_key_id=key.id,
                consent_ids=like.consent_ids,
                path=path,
                media_type=media_type,
                size=writer.size,
                sha256=writer.sha256,
            )
        )


async def people(site: Site, recording: UUID) -> list[RecordingFile]:
    async with site.context.database.reading() as db:
        query = select(RecordingFile).where(
            RecordingFile.recording_id == recording, RecordingFile.kind == FileKind.PERSON
        )
        return list((await db.exec(query.order_by(col(RecordingFile.id)))).all())


async def composed(site: Site, files: list[RecordingFile]) -> bytes:
    """Three seconds of a real one."""
    store: Store = site.app.state.store
    with TemporaryDirectory() as folder:
        tiles = []
        for number, file in enumerate(files):
            path = Path(folder) / str(number)
            await store.get_file(file.path, path)
            async with site.context.database.reading() as db:
                key = await vault.unwrap(db, site.context.keys, file.data_key_id)
            shown = source(path, key, starts_s=0.0, ends_s=24.0, zero_s=0.0)
            name = next(n for n, user in site.played.people.items() if user.id == file.user_id)
            tiles.append(Tile(name, number + 1, [shown] if number != 1 else []))
        job = Job(0.0, 3.0, tiles, [(0.0, 0)], 1280, 720, 15)
        return await asyncio.to_thread(render, job, lambda _: None)


async def thumbnails(folder: Path, count: int) -> bytes:
    """A sheet as the recorder lays it."""
    path = folder / "sheet.jpg"
    picture = f"testsrc=size=160x90:rate=1:duration={count}"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-vf", "tile=20x1"]
    process = await asyncio.create_subprocess_exec(*command, "-frames:v", "1", str(path))
    assert await process.wait() == 0
    return path.read_bytes()


@pytest.mark.parametrize("width", AT_BOTH)
async def test_a_video_is_asked_for_followed_called_off_and_played(
    site: Site, width: str, tmp_path: Path
) -> None:
    recording = site.played.recordings[RecordingState.READY]
    files = await people(site, recording)
    await keep(site, FileKind.MIXDOWN, b"no media", "audio/webm", files[0], "shared")
    sheet = await thumbnails(tmp_path, sheet_of(24_000).count)
    for file in files:
        await keep(site, FileKind.PREVIEW, sheet, "image/jpeg", file, "video")
    size = WIDTHS[width]
    async with site.visitor(site.played.administrator, width=size[0], height=size[1]) as context:
        page = await context.new_page()
        faults = listen(page)
        await page.goto(f"{site.url}/recordings/{recording}")
        await page.wait_for_selector(".lane")
        lane = page.locator(".lane").nth(1)
        await lane.hover(position={"x": 120, "y": 10})
        await expect(page.locator(".preview-picture > span")).to_be_visible()
        await expect(page.locator(".preview-time")).not_to_be_empty()
        await page.wait_for_load_state("networkidle")
        await take(page, f"recording_preview-{width}", whole=False)
        await page.mouse.move(5, 5)

        await page.get_by_role("button", name="Tee video").click()
        await page.wait_for_selector("#composite[data-state=waiting]")
        await put(site, state=CompositeState.RENDERING, progress=42)
        await page.locator("#composite-words", has_text="42 %").wait_for()
        await check(page)
        await take(page, f"composite_progress-{width}")

        await page.get_by_role("button", name="Peruuta videon teko").click()
        await page.wait_for_selector("#composite[data-state=cancelled]")
        await page.get_by_role("button", name="Tee video").click()
        await page.wait_for_selector("#composite[data-state=waiting]")
        video = await composed(site, files)
        await keep(site, FileKind.COMPOSITE, video, "video/webm", files[0], "composite")
        await put(site, state=CompositeState.READY, progress=100)
        await page.wait_for_selector("#composite video")
        await until(page, "document.querySelector('#composite video').videoWidth === 1280")
        await check(page)
        await take(page, f"composite_ready-{width}")
        overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await page.evaluate(overflow)
        assert not faults


async def put(site: Site, **values: object) -> None:
    async with site.context.database.transaction() as db:
        composite = (await db.exec(select(Composite))).one()
        for name, value in values.items():
            setattr(composite, name, value)
