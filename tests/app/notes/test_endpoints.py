"""Notes over HTTP: who writes them, who reads them, and that nobody else learns of them."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.kit.db import now
from app.kit.permissions import Action, Role, may
from app.meetings.models import Meeting, MeetingState
from app.notes.forms import WEEK_MS
from app.recordings.models import OffRecordSpan
from tests.fixtures.noted import OPENED_AGO, RECORDED_AGO, Noted, refused

SLACK_MS = 3_000
"""A request takes a while; the tests' machine is shared."""


async def test_a_note_lies_where_its_author_began_to_write_by_the_servers_clock(
    meeting: Noted,
) -> None:
    before = now()
    answer = await meeting.write(meeting.cast.olga, "Kukaan ei vastaa.", ago_s=90)
    assert answer.status_code == 201, answer.text

    note = answer.json()
    (row,) = await meeting.rows()
    assert before - timedelta(seconds=90) <= row.at <= now() - timedelta(seconds=90)
    wanted = (RECORDED_AGO.total_seconds() - 90) * 1000
    assert wanted <= note["position_ms"] < wanted + SLACK_MS
    assert (note["author"], note["pseudonym"], note["is_mine"]) == ("Olga", "H1", True)
    assert (note["kind"], note["version"], note["edited_at"]) == ("observation", 1, None)


async def test_the_same_note_twice_is_one_and_another_under_its_id_is_refused(
    meeting: Noted,
) -> None:
    olga, same = meeting.cast.olga, {"id": str(uuid4())}
    first = await meeting.write(olga, ago_s=5, **same)
    again = await meeting.write(olga, ago_s=60, **same)
    assert (again.status_code, again.json()) == (201, first.json())

    refused(await meeting.write(olga, "Muuta.", **same), 409, "idempotency_key_reused")
    refused(await meeting.write(meeting.cast.alice, **same), 409, "idempotency_key_reused")
    assert len(await meeting.rows()) == 1


@pytest.mark.parametrize("role", list(Role))
async def test_who_may_write_writes_and_nobody_else(role: Role, meeting: Noted) -> None:
    answer = await meeting.write(meeting.cast.with_role(role))
    if may([role], Action.WRITE_NOTES):
        assert answer.status_code == 201
    else:
        refused(answer, 403, "not_allowed")
    assert len(await meeting.rows()) == (answer.status_code == 201)


@pytest.mark.parametrize("role", list(Role))
async def test_the_research_team_reads_all_and_the_others_their_own(
    role: Role, meeting: Noted
) -> None:
    await meeting.write(meeting.cast.olga, "Olgan", ago_s=60)
    await meeting.write(meeting.cast.alice, "Alicen", ago_s=30)
    expected = {Role.FACILITATOR: ["Alicen"], Role.OBSERVER: ["Olgan"]}
    person = meeting.cast.with_role(role)
    if role == Role.MEMBER:
        refused(await person.client.get(meeting.path), 403, "not_allowed")
        assert ("read_notes", "refused", "member") in await meeting.log()
    else:
        assert await meeting.seen(person) == expected.get(role, ["Olgan", "Alicen"])
        looked = ("read_notes", "done", str(role)) in await meeting.log(about=meeting.meeting.id)
        assert looked is (role not in expected)  # one's own are no look at others'


async def test_to_an_outsider_there_is_no_meeting_with_notes(meeting: Noted) -> None:
    made = (await meeting.write(meeting.cast.olga)).json()
    mallory = meeting.cast.mallory.client
    for path in (meeting.path, f"/api/v1/meetings/{uuid4()}/notes"):
        refused(await mallory.get(path), 404, "not_found")
        refused(await mallory.delete(f"{path}/{made['id']}"), 404, "not_found")
    refused(await meeting.cast.nobody.get(meeting.path), 401, "not_signed_in")
    assert len(await meeting.rows()) == 1


async def test_ones_own_note_is_edited_and_keeps_its_moment(meeting: Noted) -> None:
    olga = meeting.cast.olga.client
    made = (await meeting.write(meeting.cast.olga, ago_s=30)).json()
    place = f"{meeting.path}/{made['id']}"
    form = {"kind": "technical", "text": "Helmi ei kuullut.", "version": 1}

    edited = (await olga.put(place, json=form)).json()

    assert (edited["at"], edited["text"], edited["version"]) == (made["at"], form["text"], 2)
    assert edited["kind"] == "technical"
    assert edited["edited_at"] is not None
    refused(await olga.put(place, json=form | {"text": "Vanha"}), 409, "note_changed")
    assert await meeting.seen(meeting.cast.olga) == ["Helmi ei kuullut."]
    assert [deed for deed, *_ in await meeting.log(about=UUID(made["id"]))] == [
        "note_written",
        "note_edited",
    ]


@pytest.mark.parametrize(
    ("role", "edits", "removes"),
    [
        (Role.ADMINISTRATOR, 403, 204),
        (Role.COORDINATOR, 403, 204),
        (Role.RESEARCHER, 403, 403),
        (Role.FACILITATOR, 404, 404),
        (Role.MEMBER, 403, 403),
    ],
)
async def test_anothers_note_is_edited_by_nobody_and_taken_out_by_those_who_answer_for_it(
    role: Role, edits: int, removes: int, meeting: Noted
) -> None:
    made = (await meeting.write(meeting.cast.olga)).json()
    place = f"{meeting.path}/{made['id']}"
    client = meeting.cast.with_role(role).client
    form = {"kind": "observation", "text": "Toisin.", "version": 1}
    assert (await client.put(place, json=form)).status_code == edits
    assert [row.text for row in await meeting.rows()] == [made["text"]]
    assert (await client.delete(place)).status_code == removes
    assert len(await meeting.rows()) == (removes != 204)


async def test_a_note_that_was_taken_out_is_gone(meeting: Noted) -> None:
    olga = meeting.cast.olga.client
    made = (await meeting.write(meeting.cast.olga)).json()
    place = f"{meeting.path}/{made['id']}"
    assert (await olga.delete(place)).status_code == 204
    refused(await olga.delete(place), 404, "not_found")
    assert await meeting.rows() == []
    assert (await meeting.log(about=UUID(made["id"])))[-1] == ("note_removed", "done", "observer")


async def test_a_note_begun_outside_the_meeting_is_refused(meeting: Noted) -> None:
    olga = meeting.cast.olga
    early = OPENED_AGO.total_seconds() + 5
    refused(await meeting.write(olga, ago_s=early), 422, "note_outside_meeting", "ago_ms")

    await meeting.end(now() - timedelta(minutes=5))
    refused(await meeting.write(olga, ago_s=60), 422, "note_outside_meeting", "ago_ms")
    late = await meeting.write(olga, "Puhelimesta myöhemmin", ago_s=360)
    assert late.status_code == 201
    assert [row.text for row in await meeting.rows()] == ["Puhelimesta myöhemmin"]


async def test_before_a_meeting_there_is_nothing_to_note(meeting: Noted) -> None:
    await meeting.change(meeting.meeting, state=MeetingState.SCHEDULED, opened_at=None)
    answer = await meeting.write(meeting.cast.olga)
    refused(answer, 422, "note_outside_meeting", "ago_ms")
    assert await meeting.rows() == []


async def test_nothing_is_noted_off_the_record(meeting: Noted) -> None:
    moment = now()
    span = OffRecordSpan(
        recording_id=meeting.recording.id,
        started_at=moment - timedelta(minutes=4),
        ended_at=moment - timedelta(minutes=2),
    )
    async with meeting.context.database.transaction() as db:
        db.add(span)
    olga = meeting.cast.olga
    refused(await meeting.write(olga, "salaa", ago_s=180), 409, "note_off_record")
    assert (await meeting.write(olga, "ennen", ago_s=245)).status_code == 201
    assert (await meeting.write(olga, "jälkeen", ago_s=115)).status_code == 201

    await meeting.change(span, ended_at=None)  # it goes on
    refused(await meeting.write(olga, "yhä", ago_s=1), 409, "note_off_record")
    assert [row.text for row in await meeting.rows()] == ["ennen", "jälkeen"]


async def test_without_a_recording_there_is_no_place_on_a_time_line(meeting: Noted) -> None:
    other = Meeting(
        group_id=meeting.cast.group_id,
        ordinal=3,
        starts_at=now(),
        state=MeetingState.OPEN,
        opened_at=now() - timedelta(minutes=1),
    )
    async with meeting.context.database.transaction() as db:
        db.add(other)
    form = {"id": str(uuid4()), "text": "Alku venyi.", "ago_ms": 1000}
    path = f"/api/v1/meetings/{other.id}/notes"
    answer = await meeting.cast.olga.client.post(path, json=form)
    assert answer.status_code == 201
    assert answer.json()["position_ms"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": "   "},
        {"text": "x" * 2_001},
        {"text": "nul \0 nul"},
        {"kind": "opinion"},
        {"ago_ms": -1},
        {"ago_ms": WEEK_MS + 1},
        {"id": "1"},
        {"author_id": str(uuid4())},
        {"at": "2026-01-01T00:00:00Z"},
    ],
)
async def test_what_is_no_note_changes_nothing(wrong: dict[str, Any], meeting: Noted) -> None:
    form = {"id": str(uuid4()), "text": "Hyvä", "ago_ms": 0} | wrong
    answer = await meeting.cast.olga.client.post(meeting.path, json=form)
    assert answer.status_code == 422
    assert await meeting.rows() == []


async def test_one_who_comes_from_the_programme_stands_without_a_pseudonym(
    meeting: Noted,
) -> None:
    made = (await meeting.write(meeting.cast.coordinator)).json()
    assert (made["author"], made["pseudonym"]) == ("Coordinator", "staff")
