"""What was recorded elsewhere plays, is indexed and is withdrawn as our own recordings are."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from app.consent.models import Decision, Purpose
from app.imports.uploading import SUFFIX, path_of
from app.kit.ids import new_id
from app.kit.settings import Settings
from app.recordings.models import FileKind, Recording, RecordingFile, Tape, TapeState, Track
from app.transcripts.erasure import erase_withdrawn
from app.turns.models import Turn
from media.recorder.converting import convert_all
from media.store import Store
from tests.fixtures.application import Application, application, copy_of, migrated_template
from tests.fixtures.cast import Cast, assemble
from tests.fixtures.elsewhere import entered, sent, signed, wav
from tests.fixtures.kept import decide
from tests.fixtures.recorded_meeting import RecordedMeeting, finalise


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def settings(template: Path, tmp_path: Path) -> Settings:
    return copy_of(template, tmp_path / "data")


async def brought(running: Application, cast: Cast) -> str:
    """Bob speaks from 1 to 4 and from 8 to 10 s; alice, whose file begins later, from 5 to 7."""
    meeting_id = str((await entered(cast, [cast.alice, cast.bob])).json()["id"])
    for person in (cast.alice, cast.bob):
        await signed(cast, person, "audio", "indexing")
    await sent(cast, meeting_id, cast.bob, wav(12, [(1, 4), (8, 10)]))
    await sent(cast, meeting_id, cast.alice, wav(8, [(2, 4)], pitch=20), 3_000)
    return meeting_id


async def finished(running: Application, meeting_id: str) -> Recording:
    store: Store = running.app.state.store
    await convert_all(running.context, store)
    async with running.context.database.reading() as db:
        query = select(Recording).where(Recording.meeting_id == UUID(meeting_id))
        recording = (await db.exec(query)).one()
    meeting = RecordedMeeting(running.context, store, 12)
    meeting.recording_id, meeting.meeting_id = recording.id, recording.meeting_id
    await finalise(meeting)
    async with running.context.database.reading() as db:
        return await db.get_one(Recording, recording.id)


async def test_finishing_leaves_an_upload_whose_row_is_just_being_written(
    settings: Settings, tmp_path: Path
) -> None:
    long_ago = UUID(int=new_id().int - (2 * 86_400_000 << 80))
    async with application(settings) as running:
        cast = await assemble(running)
        meeting_id = await brought(running, cast)
        store: Store = running.app.state.store
        coming, left = (path_of(UUID(meeting_id), each) for each in (new_id(), long_ago))
        for path in (coming, left, f"{meeting_id}/odd{SUFFIX}"):
            (tmp_path / "sealed").write_bytes(b"sealed")
            await store.take_file(path, tmp_path / "sealed")

        await finished(running, meeting_id)

        uploads = [path for path in await store.list(meeting_id) if path.endswith(SUFFIX)]
    assert uploads == [coming]


async def test_a_meeting_from_elsewhere_becomes_files_tracks_and_turns(settings: Settings) -> None:
    async with application(settings) as running:
        cast = await assemble(running)
        recording = await finished(running, await brought(running, cast))
        async with running.context.database.reading() as db:
            files = (await db.exec(select(RecordingFile))).all()
            tracks = {t.user_id: t for t in (await db.exec(select(Track))).all()}
            turns = (await db.exec(select(Turn).order_by(Turn.start_ms))).all()  # type: ignore[arg-type]
            tapes = (await db.exec(select(Tape))).all()
        store: Store = running.app.state.store
        kept = await store.list(str(recording.meeting_id))

    assert recording.state == "ready"
    assert {f.kind for f in files} >= {FileKind.PERSON, FileKind.MIXDOWN, FileKind.PEAKS}
    assert {tape.state for tape in tapes} == {TapeState.STORED}
    assert not [name for name in kept if "upload" in name]
    assert tracks[cast.bob.id].start_ms == pytest.approx(1_000, abs=60)
    wanted = [
        (cast.bob.id, 1_000, 4_000),
        (cast.alice.id, 5_000, 7_000),
        (cast.bob.id, 8_000, 10_000),
    ]
    assert [turn.user_id for turn in turns] == [user for user, _, _ in wanted]
    for turn, (_, start, end) in zip(turns, wanted, strict=True):
        assert turn.start_ms == pytest.approx(start, abs=150)
        assert turn.end_ms == pytest.approx(end, abs=200)


async def test_what_is_withdrawn_before_it_was_converted_is_erased(settings: Settings) -> None:
    async with application(settings) as running:
        cast = await assemble(running)
        meeting_id = await brought(running, cast)
        async with running.context.database.transaction() as db:
            await decide(db, cast, cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)
        store: Store = running.app.state.store
        await erase_withdrawn(running.context.database, store)
        recording = await finished(running, meeting_id)
        async with running.context.database.reading() as db:
            states = {t.user_id: t.state for t in (await db.exec(select(Tape))).all()}
            speakers = {t.user_id for t in (await db.exec(select(Turn))).all()}

    assert states == {cast.bob.id: TapeState.ERASED, cast.alice.id: TapeState.STORED}
    assert speakers == {cast.alice.id}
    assert recording.state == "ready"


async def test_a_track_that_comes_later_has_the_recording_finished_again(
    settings: Settings,
) -> None:
    async with application(settings) as running:
        cast = await assemble(running)
        meeting_id = await brought(running, cast)
        await finished(running, meeting_id)
        await signed(cast, cast.carol, "audio", "indexing")
        later = await sent(cast, meeting_id, cast.carol, wav(12, [(10.5, 11.5)], pitch=80))
        recording = await finished(running, meeting_id)
        async with running.context.database.reading() as db:
            speakers = {t.user_id for t in (await db.exec(select(Turn))).all()}

    assert later.status_code == 200
    assert recording.state == "ready"
    assert speakers == {cast.alice.id, cast.bob.id, cast.carol.id}
