"""Entering a meeting held elsewhere: who was there, what was signed, what is taken in."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from app.consent import ledger
from app.consent import service as consent
from app.consent.models import Decision, Purpose
from app.kit.db import now
from app.kit.settings import WebSettings
from app.meetings.models import Attendance
from app.recordings import provenance
from app.recordings.models import Recording, RecordingState, Tape, TapeState
from app.turns import service as turns
from app.turns.detection import TurnRules
from media.store import Store
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.elsewhere import entered, sent, sent_mixed, signed, wav
from tests.fixtures.kept import Kept, keep

SOUND = wav(2, [(0.5, 1.5)])


@pytest.mark.parametrize("who", ["administrator", "coordinator", "researcher", "alice", "bob"])
async def test_who_may_bring_in(who: str, cast: Cast) -> None:
    client = getattr(cast, who).client
    body = {"starts_at": (now() - timedelta(days=1)).isoformat(), "duration_min": 60, "present": []}
    answer = await client.post(f"/api/v1/groups/{cast.group_id}/imports", json=body)
    assert answer.status_code == (201 if who in ("administrator", "coordinator") else 403)
    stranger = await cast.mallory.client.post(f"/api/v1/groups/{cast.group_id}/imports", json=body)
    assert stranger.status_code == 404


async def test_everybody_who_was_there_counts_and_silent_ones_too(
    running: Application, cast: Cast
) -> None:
    meeting = (await entered(cast, [cast.alice, cast.bob, cast.carol])).json()

    assert (meeting["state"], meeting["ordinal"]) == ("ended", 1)
    async with running.context.database.reading() as db:
        stays = (await db.exec(select(Attendance))).all()
    assert {stay.user_id for stay in stays} == {cast.alice.id, cast.bob.id, cast.carol.id}
    assert all(s.left_at and s.left_at - s.joined_at == timedelta(minutes=15) for s in stays)


async def test_what_was_held_earlier_comes_earlier_whenever_it_is_entered(cast: Cast) -> None:
    made = [
        (await entered(cast, [cast.bob], starts_at=now() - timedelta(days=days))).json()
        for days in (2, 9, 5)
    ]
    answers = [await cast.coordinator.client.get(f"/api/v1/meetings/{one['id']}") for one in made]
    assert [answer.json()["ordinal"] for answer in answers] == [3, 1, 2]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"starts_at": now() + timedelta(days=1)}, "import_in_future"),
        ({"starts_at": now() - timedelta(days=400)}, "import_too_old"),
        ({"present": ["01234567-89ab-7def-8123-456789abcdef"]}, "import_not_a_member"),
    ],
)
async def test_what_cannot_have_been_is_refused(
    changes: dict[str, Any], code: str, cast: Cast
) -> None:
    answer = await entered(cast, [], **changes)
    assert (answer.status_code, answer.json()["type"].split(":")[-1]) == (422, code)


async def test_a_paper_is_in_the_ledger_with_its_name_and_date(
    running: Application, cast: Cast
) -> None:
    answer = await signed(cast, cast.bob, "audio", "indexing")
    assert answer.status_code == 201
    async with running.context.database.reading() as db:
        rows = await consent.chain(db, cast.group_id)

    assert ledger.verify(rows) is None
    assert {row.purpose for row in rows} == {Purpose.AUDIO, Purpose.INDEXING}
    for row in rows:
        assert (row.paper, row.decided_by) == ("Suostumuslomake 7, kaappi B", cast.coordinator.id)
        assert row.text_sha256 is None
        row.paper = "Another"
        assert ledger.digest(row) != row.hash
    receipt = (
        await cast.bob.client.get(f"/api/v1/groups/{cast.group_id}/consents/me/receipt")
    ).json()
    events = [event for each in receipt["receipt"]["purposes"] for event in each["events"]]
    assert {event["paper"] for event in events} == {"Suostumuslomake 7, kaappi B"}


async def test_a_person_s_own_later_decision_holds(cast: Cast, running: Application) -> None:
    async with running.context.database.transaction() as db:
        await consent.decide(
            db,
            user_id=cast.bob.id,
            group_id=cast.group_id,
            meeting_id=None,
            purpose=Purpose.AUDIO,
            decision=Decision.WITHDRAWN,
            text_version=1,
            text_language="fi",
            decided_by=cast.bob.id,
        )

    answer = await signed(cast, cast.bob, "audio")

    assert (answer.status_code, answer.json()["type"].split(":")[-1]) == (
        409,
        "import_decided_here",
    )


async def test_sound_is_taken_in_under_a_consent_and_once(running: Application, cast: Cast) -> None:
    meeting_id = (await entered(cast, [cast.bob])).json()["id"]
    without = await sent(cast, meeting_id, cast.bob, SOUND)
    await signed(cast, cast.bob, "audio")
    first = await sent(cast, meeting_id, cast.bob, SOUND, 250)
    again = await sent(cast, meeting_id, cast.bob, SOUND)

    assert without.json()["type"].endswith("import_no_audio_consent")
    assert (first.status_code, first.json()["state"]) == (200, "uploaded")
    assert again.json()["type"].endswith("import_has_track")
    async with running.context.database.reading() as db:
        (tape,) = (await db.exec(select(Tape))).all()
        recording = await db.get_one(Recording, tape.recording_id)
    assert (tape.state, tape.size) == (TapeState.UPLOADED, len(SOUND))
    assert tape.started_at - recording.started_at == timedelta(milliseconds=250)
    assert recording.state == RecordingState.STOPPED
    store: Store = running.app.state.store
    stored = await store.read_range(tape.path, 0, await store.size(tape.path))
    assert SOUND[44:2_000] not in stored  # sealed
    assert not list((running.context.settings.data / "work").glob("upload-*"))


async def test_what_is_no_sound_or_too_large_leaves_nothing(
    running: Application, cast: Cast
) -> None:
    meeting_id = (await entered(cast, [cast.bob])).json()["id"]
    await signed(cast, cast.bob, "audio")
    nonsense = await sent(cast, meeting_id, cast.bob, b"no sound at all" * 500)
    running.context.settings.__dict__["web"] = WebSettings(import_limit_mb=1)
    large = await sent(cast, meeting_id, cast.bob, wav(12, [(1, 11)]))

    assert (nonsense.status_code, large.status_code) == (422, 413)
    async with running.context.database.reading() as db:
        assert not (await db.exec(select(Tape))).all()
    store: Store = running.app.state.store
    assert await store.list(meeting_id) == []


async def test_into_a_meeting_of_our_own_nothing_is_brought(
    running: Application, cast: Cast
) -> None:
    kept: Kept = await keep(running, cast)
    answer = await sent(cast, str(kept.meeting.id), cast.bob, SOUND)
    assert answer.json()["type"].endswith("import_recorded_here")


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].split(":")[-1]


async def test_a_mixed_file_needs_the_consent_of_everybody_who_was_there(
    running: Application, cast: Cast
) -> None:
    meeting_id = (await entered(cast, [cast.alice, cast.bob])).json()["id"]
    await signed(cast, cast.bob, "audio")
    without = await sent_mixed(cast, meeting_id, SOUND)
    await signed(cast, cast.alice, "audio", decision="refused")
    refused = await sent_mixed(cast, meeting_id, SOUND)

    assert problem(without) == problem(refused) == (409, "import_mixed_without_consent")
    store: Store = running.app.state.store
    assert await store.list(meeting_id) == []
    async with running.context.database.reading() as db:
        assert not (await db.exec(select(Recording))).all()

    await signed(cast, cast.alice, "audio")
    answer = await sent_mixed(cast, meeting_id, SOUND, 250)
    assert answer.status_code == 200, answer.text
    assert {t["user_id"] for t in answer.json()} == {str(cast.alice.id), str(cast.bob.id)}
    assert {(t["source"], t["state"]) for t in answer.json()} == {("mixed", "uploaded")}
    listed = await cast.coordinator.client.get(f"/api/v1/meetings/{meeting_id}/imports")
    assert listed.json() == answer.json()
    async with running.context.database.reading() as db:
        tapes = (await db.exec(select(Tape))).all()
        rows = {row.id: row.user_id for row in await consent.chain(db, cast.group_id)}
    assert all(rows[tape.consent_id] == tape.user_id for tape in tapes)
    assert len({(tape.path, tape.data_key_id) for tape in tapes}) == 1
    stored = await store.read_range(tapes[0].path, 0, await store.size(tapes[0].path))
    assert SOUND[44:2_000] not in stored  # sealed


async def test_a_mixed_file_comes_alone(cast: Cast) -> None:
    nobody = (await entered(cast, [])).json()["id"]
    assert problem(await sent_mixed(cast, nobody, SOUND)) == (409, "import_mixed_nobody")

    await signed(cast, cast.bob, "audio")
    await signed(cast, cast.carol, "audio")
    mixed = (await entered(cast, [cast.bob])).json()["id"]
    assert (await sent_mixed(cast, mixed, SOUND)).status_code == 200
    assert problem(await sent_mixed(cast, mixed, SOUND)) == (409, "import_has_tracks")
    assert problem(await sent(cast, mixed, cast.carol, SOUND)) == (409, "import_has_mixed")

    single = (await entered(cast, [cast.bob])).json()["id"]
    assert (await sent(cast, single, cast.bob, SOUND)).status_code == 200
    assert problem(await sent_mixed(cast, single, SOUND)) == (409, "import_has_tracks")


@pytest.mark.parametrize(
    ("who", "status"), [("researcher", 403), ("alice", 403), ("bob", 403), ("mallory", 404)]
)
async def test_who_may_not_bring_in_a_mixed_file(who: str, status: int, cast: Cast) -> None:
    meeting_id = (await entered(cast, [cast.bob])).json()["id"]
    await signed(cast, cast.bob, "audio")
    path = f"/api/v1/meetings/{meeting_id}/imports/mixed"
    answer = await getattr(cast, who).client.put(path, content=SOUND)
    assert answer.status_code == status


async def test_a_mixed_file_that_is_no_sound_leaves_nothing(
    running: Application, cast: Cast
) -> None:
    meeting_id = (await entered(cast, [cast.bob])).json()["id"]
    await signed(cast, cast.bob, "audio")
    answer = await sent_mixed(cast, meeting_id, b"no sound at all" * 500)
    assert problem(answer) == (422, "import_no_sound")
    assert await running.app.state.store.list(meeting_id) == []


RTTM = (
    "SPEAKER m 1 1.000 2.000 <NA> <NA> spk1 <NA> <NA>\n"
    "SPEAKER m 1 2.500 0.800 <NA> <NA> spk1 <NA> <NA>\n"
    "SPEAKER m 1 4.000 1.000 <NA> <NA> spk2 <NA> <NA>\n"
    "SPEAKER m 1 59.000 9.000 <NA> <NA> spk1 <NA> <NA>\n"
)


async def test_turns_from_elsewhere_come_in_place_of_ours(running: Application, cast: Cast) -> None:
    kept = await keep(running, cast)
    client, path = cast.coordinator.client, f"{kept.path}/turns"
    file = {"form": "rttm", "content": RTTM}
    names = (await client.post(f"{path}/names", json=file)).json()
    assert names == [{"name": "spk1", "turns": 3}, {"name": "spk2", "turns": 1}]

    people = {"spk1": str(cast.bob.id), "spk2": str(cast.alice.id)}
    done = await client.post(
        f"{path}/import", json={**file, "people": people, "file_name": "m.rttm", "offset_ms": 500}
    )

    assert done.json() == {"written": 2, "passed_over": 2}  # alice is not studied; one lies outside
    found = (await client.get(path)).json()
    assert [(t["pseudonym"], t["start_ms"], t["end_ms"]) for t in found["items"]] == [
        ("J1", 1_500, 3_800)  # two that overlap are one
    ]
    assert found["version"] == "imported rttm"
    assert found["parameters"] == {  # what was marked, and by which rule some are back-channels
        "file": "m.rttm",
        "offset_ms": 500,
        "backchannel_max_ms": TurnRules().backchannel_max_ms,
        "laughter": "undeclared",
        "technical_talk": "undeclared",
        "rules_version": 0,
    }
    async with running.context.database.reading() as db:
        assert await turns.is_imported(db, kept.recording.id)
    wrong = await client.post(f"{path}/names", json={**file, "form": "eaf"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "content")
    unsaid = await client.post(f"{path}/import", json={**file, "people": {"spk1": None}})
    assert (unsaid.status_code, unsaid.json()["field"]) == (422, "people")
    assert (await cast.researcher.client.post(f"{path}/names", json=file)).status_code == 403


async def test_marked_elsewhere_is_accepted_and_comes_once(
    running: Application, cast: Cast
) -> None:
    kept = await keep(running, cast)
    client, path = cast.coordinator.client, f"{kept.path}/turns"
    form = {"form": "rttm", "content": RTTM, "people": {"spk1": str(cast.bob.id), "spk2": None}}

    for name in ("first.rttm", "mended.rttm"):
        done = await client.post(f"{path}/import", json={**form, "file_name": name, "offset_ms": 0})
        assert done.status_code == 200, done.text
    found = (await client.get(path)).json()
    assert [(t["start_ms"], t["end_ms"], t["state"]) for t in found["items"]] == [
        (1_000, 3_300, "accepted")
    ]
    assert found["parameters"]["file"] == "mended.rttm"

    given = "0199a2b4-0000-7000-8000-000000000001"
    operation = {"name": "mark", "turn": found["items"][0]["id"], "is_backchannel": True}
    edit = {"id": given[:-1] + "2", "operation": {**operation, "given": given}}
    assert (await client.post(f"{kept.path}/edits", json=edit)).status_code == 201
    refused = await client.post(f"{path}/import", json={**form, "file_name": "x", "offset_ms": 0})
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("turns_edited")


async def test_what_was_agreed_to_on_paper_is_found_to_be_allowed(
    running: Application, cast: Cast
) -> None:
    """The meeting was before anything was entered here: what counts is when the file came in."""
    await signed(cast, cast.bob, "audio")
    meeting = (await entered(cast, [cast.bob])).json()
    assert (await sent(cast, meeting["id"], cast.bob, SOUND)).status_code == 200
    await signed(cast, cast.alice, "audio")
    both = (await entered(cast, [cast.alice, cast.bob])).json()
    assert (await sent_mixed(cast, both["id"], SOUND)).status_code == 200

    async with running.context.database.reading() as db:
        found = await provenance.examine(db, cast.group_id)

    assert found.counted["tapes"] == 3
    assert found.is_good
