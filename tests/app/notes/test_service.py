"""Whoever still codes a recording is kept blind of what others noted about it."""

from datetime import timedelta
from typing import Any

import pytest

from tests.fixtures.application import Application
from tests.fixtures.cast import Cast, Person
from tests.fixtures.coded import Coded, coded
from tests.fixtures.kept import keep
from tests.fixtures.noted import jot


@pytest.fixture
async def work(running: Application, cast: Cast) -> Coded:
    made = await coded(await keep(running, cast))
    kept = made.kept
    at = kept.recording.started_at + timedelta(seconds=7, milliseconds=250)
    await jot(kept.context, kept.meeting, cast.olga, "Jännite laukeaa.", at)
    return made


async def seen(work: Coded, person: Person) -> dict[str, Any]:
    answer = await person.client.get(f"/api/v1/meetings/{work.kept.meeting.id}/notes")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_note_of_a_finished_recording_lies_on_its_time_line(work: Coded) -> None:
    found = await seen(work, work.kept.cast.researcher)
    assert [item["position_ms"] for item in found["items"]] == [7_250]
    assert found["is_withheld"] is False


async def test_a_coder_sees_others_notes_when_the_coding_is_finished(work: Coded) -> None:
    first, second = work.first, work.second
    assignment = await work.assign(first)

    found = await seen(work, first)
    assert (found["items"], found["is_withheld"]) == ([], True)
    found = await seen(work, second)
    assert (len(found["items"]), found["is_withheld"]) == (1, False)

    await work.code_all(first, assignment, ["values"])
    found = await seen(work, first)
    assert (len(found["items"]), found["is_withheld"]) == (1, False)


async def test_a_coder_sees_their_own_all_along(work: Coded) -> None:
    coder, kept = work.second, work.kept
    await jot(kept.context, kept.meeting, coder, "Omani.", kept.recording.started_at)
    await work.assign(coder)
    found = await seen(work, coder)
    assert [item["text"] for item in found["items"]] == ["Omani."]
    assert found["is_withheld"] is True
