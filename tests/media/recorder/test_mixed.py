"""One file with everybody's voices: it plays, its turns are imported, and one who withdraws takes
it along and nobody's turns but their own."""

from uuid import uuid4

import httpx
import pytest
from sqlmodel import col, select

from app.accounts.http import ACCESS_COOKIE
from app.consent.models import Decision, Purpose
from app.erasures.attesting import attest_all
from app.kit.settings import Settings
from app.kit.tokens import Access
from app.recordings.models import Erasure, FileKind, Recording, RecordingFile, Tape, TapeState
from app.transcripts.erasure import erase_withdrawn
from app.turns import shared
from app.turns.models import SharedSpeech, Turn
from media.recorder.converting import convert_all
from media.recorder.finaliser import Finaliser
from media.recorder.planning import PlanOutdated
from media.recorder.progress import Progress
from media.recorder.publication import publish
from media.store import Store
from tests.fixtures.application import Application, application
from tests.fixtures.cast import Cast, Person, assemble
from tests.fixtures.elsewhere import entered, sent_mixed, signed, wav
from tests.fixtures.kept import decide
from tests.media.recorder.test_converting import finished, settings, template

__all__ = ["settings", "template"]

VTT = """WEBVTT

00:01.000 --> 00:04.000
<v Pekka>Niin.

00:05.000 --> 00:07.000
<v Liisa>Joo.

00:08.000 --> 00:10.000
<v Pekka>Hei.
"""


async def brought(cast: Cast, *purposes: str, offset_ms: int = 0) -> str:
    """Somebody speaks from 1 to 4, 5 to 7 and 8 to 10 s, in a meeting of 15 minutes."""
    meeting_id = str((await entered(cast, [cast.alice, cast.bob])).json()["id"])
    for person in (cast.alice, cast.bob):
        await signed(cast, person, *purposes)
    answer = await sent_mixed(cast, meeting_id, wav(12, [(1, 4), (5, 7), (8, 10)]), offset_ms)
    assert answer.status_code == 200, answer.text
    return meeting_id


async def with_turns(running: Application, cast: Cast) -> Recording:
    recording = await finished(running, await brought(cast, "audio", "indexing"))
    people = {"Pekka": str(cast.bob.id), "Liisa": str(cast.alice.id)}
    form = {"form": "vtt", "content": VTT, "people": people, "file_name": "m.vtt", "offset_ms": 0}
    path = f"/api/v1/recordings/{recording.id}/turns/import"
    answer = await cast.coordinator.client.post(path, json=form)
    assert answer.json() == {"written": 3, "passed_over": 0}, answer.text
    return recording


async def turns_of(running: Application) -> list[tuple[object, int, int]]:
    async with running.context.database.reading() as db:
        found = (await db.exec(select(Turn).order_by(col(Turn.start_ms)))).all()
    return [(turn.user_id, turn.start_ms, turn.end_ms) for turn in found]


async def test_it_becomes_the_common_sound_track_and_nobody_s_own(settings: Settings) -> None:
    async with application(settings) as running:
        cast = await assemble(running)
        recording = await with_turns(running, cast)
        async with running.context.database.reading() as db:
            files = (await db.exec(select(RecordingFile))).all()
            tapes = (await db.exec(select(Tape))).all()
        store: Store = running.app.state.store
        there = await store.list(str(recording.meeting_id))
        turns = await turns_of(running)

    kinds = sorted((file.kind, file.user_id) for file in files)
    assert kinds == [(k, None) for k in (FileKind.MANIFEST, FileKind.MIXDOWN, FileKind.PEAKS)]
    consents = sorted(str(tape.consent_id) for tape in tapes)
    assert all(file.consent_ids == consents for file in files), "they rest on everybody's consent"
    assert {tape.user_id for tape in tapes} == {cast.alice.id, cast.bob.id}
    assert len({tape.path for tape in tapes}) == 1
    assert {tape.state for tape in tapes} == {TapeState.STORED}
    assert not [name for name in there if "upload" in name]
    assert recording.duration_ms == 15 * 60_000
    assert turns == [
        (cast.bob.id, 1_000, 4_000),
        (cast.alice.id, 5_000, 7_000),
        (cast.bob.id, 8_000, 10_000),
    ]


async def test_it_may_last_longer_than_the_meeting_was_said_to(settings: Settings) -> None:
    async with application(settings) as running:
        cast = await assemble(running)
        late_ms = 15 * 60_000 - 5_000
        recording = await finished(running, await brought(cast, "audio", offset_ms=late_ms))
    assert recording.duration_ms == pytest.approx(late_ms + 10_000, abs=100)


async def test_who_withdraws_takes_the_file_along_and_their_own_turns_only(
    settings: Settings,
) -> None:
    async with application(settings) as running:
        cast = await assemble(running)
        recording = await with_turns(running, cast)
        async with running.context.database.transaction() as db:
            await decide(db, cast, cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)
        store: Store = running.app.state.store
        await erase_withdrawn(running.context.database, store)
        async with running.context.database.reading() as db:
            files = (await db.exec(select(RecordingFile))).all()
            tapes = (await db.exec(select(Tape))).all()
            erasures = (await db.exec(select(Erasure))).all()
            state = (await db.get_one(Recording, recording.id)).state
        there = await store.list(str(recording.meeting_id))
        turns = await turns_of(running)
        seen = await cast.researcher.client.get(f"/api/v1/recordings/{recording.id}/turns")
        page = await cast.researcher.client.get(f"/api/v1/recordings/{recording.id}/workbench")
        await attest_all(running.context.database, store, running.context.keys)
        async with running.context.database.reading() as db:
            (attested,) = (await db.exec(select(Erasure))).all()

    assert (files, there) == ([], [])
    assert {tape.state for tape in tapes} == {TapeState.ERASED}
    assert state == "ready", "what alice said stays to be studied"
    assert turns == [(cast.alice.id, 5_000, 7_000)]
    assert [t["start_ms"] for t in seen.json()["items"]] == [5_000]
    assert page.status_code == 200
    (erasure,) = erasures
    assert (erasure.user_id, erasure.deleted_turns) == (cast.bob.id, 2)
    assert erasure.deleted_objects
    assert erasure.destroyed_keys
    assert attested.receipt


async def test_who_withdraws_after_another_takes_the_rest(settings: Settings) -> None:
    async with application(settings) as running:
        cast = await assemble(running)
        await with_turns(running, cast)
        store: Store = running.app.state.store
        for person in (cast.bob, cast.alice):
            async with running.context.database.transaction() as db:
                await decide(db, cast, person, Purpose.AUDIO, Decision.WITHDRAWN)
            await erase_withdrawn(running.context.database, store)
        turns = await turns_of(running)
        async with running.context.database.reading() as db:
            erased = {each.user_id for each in (await db.exec(select(Erasure))).all()}

    assert turns == []
    assert erased == {cast.alice.id, cast.bob.id}


def signed_in(running: Application, person: Person) -> dict[str, str]:
    """For pages, which ask for a cookie."""
    token = running.context.tokens.access(Access(person.id, False, "fi"))
    return {"cookie": f"{ACCESS_COOKIE}={token}"}


async def heard(cast: Cast, recording: Recording) -> list[list[int]]:
    path = f"/api/v1/recordings/{recording.id}/workbench"
    found: list[list[int]] = (await cast.researcher.client.get(path)).json()["heard"]
    return found


async def test_somebody_is_heard_and_is_nobody_s_turn(settings: Settings) -> None:
    async with application(settings) as running:
        cast = await assemble(running)
        recording = await finished(running, await brought(cast, "audio", "indexing"))
        spans = await heard(cast, recording)
        turns = await turns_of(running)
        async with running.context.database.transaction() as db:
            await decide(db, cast, cast.carol, Purpose.INDEXING, Decision.REFUSED)
        still = await heard(cast, recording)
        async with running.context.database.transaction() as db:
            await decide(db, cast, cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)
        none = await heard(cast, recording)
        store: Store = running.app.state.store
        await erase_withdrawn(running.context.database, store)
        async with running.context.database.reading() as db:
            kept = (await db.exec(select(SharedSpeech))).all()

    for (start, end), (first, last) in zip(spans, [(1, 4), (5, 7), (8, 10)], strict=True):
        assert start == pytest.approx(first * 1_000, abs=150)
        assert end == pytest.approx(last * 1_000, abs=200)
    assert turns == []
    assert still == spans, "carol was not there"
    assert (none, kept) == ([], [])


async def test_nobody_counts_as_silent_before_the_speakers_are_told_apart(
    settings: Settings,
) -> None:
    async with application(settings) as running:
        cast = await assemble(running)
        recording = await finished(running, await brought(cast, "audio", "indexing"))
        client, meeting = cast.researcher.client, recording.meeting_id
        figures = f"/api/v1/meetings/{meeting}/analysis"
        before = await client.get(figures)
        cookie = signed_in(running, cast.researcher)
        page = await client.get(f"/meetings/{meeting}/analysis", headers=cookie)
        series = await client.get(f"/groups/{cast.group_id}/analysis", headers=cookie)
        first = await named(cast, recording, cast.bob, 1_000, 4_000)
        half = await client.get(figures)
        again = await client.get(f"/groups/{cast.group_id}/analysis", headers=cookie)
        second = await named(cast, recording, cast.bob, 8_000, 10_000)
        dismissed = await client.post(
            f"/api/v1/recordings/{recording.id}/dismissed-speech",
            json=dict(zip(("start_ms", "end_ms"), (await heard(cast, recording))[1], strict=True)),
        )
        after = await client.get(figures)

    assert before.status_code == 409
    assert before.json()["type"].endswith("not_told_apart")
    assert "erotettu" in page.text
    assert f"/recordings/{recording.id}/workbench" in page.text
    assert f"/meetings/{meeting}/analysis" not in series.text, "nor in the series"
    assert [each.status_code for each in (first, second, dismissed)] == [201, 201, 201]
    assert half.status_code == 409, "alice may be the one who is heard in the rest"
    assert half.json()["type"].endswith("not_told_apart")
    assert f"/meetings/{meeting}/analysis" not in again.text
    assert after.status_code == 200
    assert {row["pseudonym"]: row["turns"] for row in after.json()["people"]} == {"F1": 0, "J1": 2}


async def test_who_has_no_turns_is_not_silent_once_the_rest_is_forgotten(
    settings: Settings,
) -> None:
    """As when it is over its time for one who may be heard in it: nobody can say any longer whether
    alice spoke."""
    async with application(settings) as running:
        cast = await assemble(running)
        recording = await finished(running, await brought(cast, "audio", "indexing"))
        await named(cast, recording, cast.bob, 1_000, 4_000)
        async with running.context.database.transaction() as db:
            await shared.forget(db, recording.id)
        path = f"/api/v1/meetings/{recording.meeting_id}/analysis"
        found = (await cast.researcher.client.get(path)).json()

    assert {row["pseudonym"] for row in found["people"]} == {"J1"}
    assert (found["coverage"]["left_out"], found["coverage"]["attendance_known"]) == (1, False)


async def named(
    cast: Cast, recording: Recording, person: Person, start_ms: int, end_ms: int
) -> httpx.Response:
    """A turn of what was heard."""
    turn = {"name": "create", "given": str(uuid4()), "user_id": str(person.id)}
    operation = turn | {"start_ms": start_ms, "end_ms": end_ms, "is_backchannel": False}
    edit = {"id": str(uuid4()), "operation": operation}
    return await cast.researcher.client.post(f"/api/v1/recordings/{recording.id}/edits", json=edit)


async def test_no_video_is_made_of_sound_alone(settings: Settings) -> None:
    async with application(settings) as running:
        cast = await assemble(running)
        recording = await finished(running, await brought(cast, "audio"))
        client, path = cast.coordinator.client, f"recordings/{recording.id}"
        asked = await client.post(f"/api/v1/{path}/composite")
        page = await client.get(f"/{path}", headers=signed_in(running, cast.coordinator))

    assert asked.status_code == 409
    assert asked.json()["type"].endswith("composite_no_picture")
    assert page.status_code == 200
    assert 'id="composite"' not in page.text


async def test_nothing_is_listened_to_unless_everybody_may_be_studied(settings: Settings) -> None:
    async with application(settings) as running:
        cast = await assemble(running)
        meeting_id = str((await entered(cast, [cast.alice, cast.bob])).json()["id"])
        await signed(cast, cast.alice, "audio")
        await signed(cast, cast.bob, "audio", "indexing")
        await sent_mixed(cast, meeting_id, wav(12, [(1, 4)]))
        recording = await finished(running, meeting_id)
        assert await heard(cast, recording) == []


async def test_turns_from_elsewhere_come_in_place_of_what_was_heard(settings: Settings) -> None:
    async with application(settings) as running:
        cast = await assemble(running)
        recording = await with_turns(running, cast)
        assert await heard(cast, recording) == []


async def test_withdrawn_before_it_was_converted_it_is_gone(settings: Settings) -> None:
    async with application(settings) as running:
        cast = await assemble(running)
        meeting_id = await brought(cast, "audio")
        async with running.context.database.transaction() as db:
            await decide(db, cast, cast.alice, Purpose.AUDIO, Decision.WITHDRAWN)
        store: Store = running.app.state.store
        await erase_withdrawn(running.context.database, store)
        await convert_all(running.context, store)
        async with running.context.database.reading() as db:
            (before,) = (await db.exec(select(Recording))).all()
        plan = await Finaliser(running.context, store).plan(str(before.id))
        async with running.context.database.reading() as db:
            recording = await db.get_one(Recording, before.id)
        there = await store.list(meeting_id)
    assert plan is None
    assert (recording.state, there) == ("erased", [])


async def test_who_will_not_be_studied_meanwhile_does_not_make_it_fail(settings: Settings) -> None:
    async with application(settings) as running:
        cast = await assemble(running)
        meeting_id = await brought(cast, "audio", "indexing")
        context, store = running.context, running.app.state.store
        await convert_all(context, store)
        async with context.database.reading() as db:
            recording = (await db.exec(select(Recording))).one()
        finaliser, run, progress = Finaliser(context, store), "early", Progress(0, 1, 1)
        plan = await finaliser.plan(str(recording.id))
        assert plan is not None
        length = plan.stopped_ms
        read = [v for u in plan.users for v in await finaliser.verify(plan, run, u, progress)]
        files = await finaliser.mixdown(plan, run, [], length, progress)
        anybody = await finaliser.listen_to_all(plan, run, length, progress)
        assert anybody is not None
        async with context.database.transaction() as db:
            await decide(db, cast, cast.bob, Purpose.INDEXING, Decision.WITHDRAWN)

        with pytest.raises(PlanOutdated):
            await publish(finaliser, plan, run, (files, []), read, {}, length, anybody)
        await finaliser.clear(plan, run)

        finished_so = await finished(running, meeting_id)
        spans = await heard(cast, recording)
    assert (finished_so.state, spans) == ("ready", [])
