"""Transcripts over HTTP: who may, what is kept, what a withdrawal hides."""

from typing import Any

import pytest

from app.consent.models import Decision, Purpose
from app.kit.settings import TranscribeSettings
from tests.fixtures.kept import Kept

VTT = """WEBVTT

00:00:01.000 --> 00:00:03.000
<v Bob>Hyvää iltaa kaikille.

00:00:04.000 --> 00:00:05.000
<v Alice>Iltaa.

00:00:06.000 --> 00:00:07.000
<v Bob>ÄÄNI 100 % kuuluu?

00:59:00.000 --> 00:59:01.000
<v Bob>Tämä on taltioinnin jälkeen.
"""
NOTHING = {"written": 0, "passed_over": 0, "standing": 0, "replaced": 0}


async def imported(kept: Kept, **fields: Any) -> Any:
    people = {"Bob": str(kept.cast.bob.id), "Alice": str(kept.cast.alice.id)}
    body = {"content": VTT, "file_name": "teams.vtt", "people": people, **fields}
    return await kept.cast.coordinator.client.post(f"{kept.path}/transcript/import", json=body)


async def lines(kept: Kept) -> list[Any]:
    answer = await kept.cast.researcher.client.get(f"{kept.path}/transcript")
    found: list[Any] = answer.json()["items"]
    return found


def line(kept: Kept, **changes: Any) -> dict[str, Any]:
    whole = {"user_id": str(kept.cast.bob.id), "start_ms": 9_000, "end_ms": 12_000}
    return {**whole, "text": "Siinä se.", **changes}


@pytest.mark.parametrize("who", ["administrator", "coordinator", "researcher", "alice", "olga"])
async def test_who_may_read_and_write(who: str, kept: Kept) -> None:
    client, path = getattr(kept.cast, who).client, f"{kept.path}/transcript"
    allowed = who not in ("alice", "olga")
    for answer in (
        await client.get(path),
        await client.get(f"{path}.vtt"),
        await client.post(path, json=line(kept)),
        await client.post(f"{path}/voices", json={"content": VTT}),
        await client.get(f"/api/v1/programmes/{kept.cast.programme_id}/transcripts?words=se"),
    ):
        wanted = (200, 201) if allowed else (403, 404)
        assert answer.status_code in wanted
    assert (await kept.cast.mallory.client.get(path)).status_code == 404


async def test_an_import_takes_what_consent_covers_and_says_what_it_left_out(kept: Kept) -> None:
    path = f"{kept.path}/transcript/voices"
    voices = (await kept.cast.coordinator.client.post(path, json={"content": VTT})).json()
    assert [(v["name"], v["lines"], v["first_ms"]) for v in voices] == [
        ("Bob", 3, 1_000),
        ("Alice", 1, 4_000),
    ]

    done = (await imported(kept, offset_ms=500)).json()

    assert done == {
        **NOTHING,
        "written": 2,
        "passed_over": 2,
    }  # alice did not agree; one lies outside
    found = await lines(kept)
    assert [(f["pseudonym"], f["start_ms"], f["source"], f["model"]) for f in found] == [
        ("J1", 1_500, "imported", "teams.vtt"),
        ("J1", 6_500, "imported", "teams.vtt"),
    ]


async def test_a_voice_must_be_assigned_and_the_file_be_webvtt(kept: Kept) -> None:
    some = await imported(kept, people={"Bob": None})
    assert (some.status_code, some.json()["field"]) == (422, "people")
    other = await imported(kept, content="1\n00:00:01,000 --> 00:00:02,000\nSRT")
    assert (other.status_code, other.json()["field"]) == (422, "content")
    nobody = await imported(kept, people={"Bob": None, "Alice": None})
    assert nobody.json() == {**NOTHING, "passed_over": 4}


async def test_an_edit_keeps_every_version_and_overwrites_nobody(kept: Kept) -> None:
    client, path = kept.cast.researcher.client, f"{kept.path}/transcript"
    await imported(kept)
    first = (await lines(kept))[0]
    place = f"{path}/{first['line_id']}"
    changed = line(kept, text="Hyvää iltaa, kaikki.", version=1)

    assert (await client.put(place, json=changed)).status_code == 200
    late = await client.put(place, json=line(kept, text="Toinen", version=1))

    assert late.status_code == 409
    assert late.json()["type"].endswith("line_changed")
    versions = (await client.get(f"{place}/versions")).json()
    assert [(v["version"], v["text"], v["source"]) for v in versions] == [
        (2, "Hyvää iltaa, kaikki.", "human"),
        (1, "Hyvää iltaa kaikille.", "imported"),
    ]
    taken_out = await client.put(place, json=line(kept, text="", version=2))
    assert taken_out.status_code == 200
    assert first["line_id"] not in [each["line_id"] for each in await lines(kept)]
    back = await client.put(place, json=line(kept, text="Takaisin", version=3))
    assert back.status_code == 200
    assert "Takaisin" in [each["text"] for each in await lines(kept)]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"user_id": "alice"}, 409, "no_transcript_consent"),
        ({"user_id": "carol"}, 409, "no_transcript_consent"),
        ({"end_ms": 60_001}, 422, "not_in_the_recording"),
        ({"end_ms": 9_000}, 422, "not_in_the_recording"),
        ({"text": ""}, 422, "invalid"),
    ],
)
async def test_what_may_not_be_written_is_not(
    changes: dict[str, Any], status: int, code: str, kept: Kept
) -> None:
    if "user_id" in changes:
        changes = {"user_id": str(getattr(kept.cast, changes["user_id"]).id)}
    answer = await kept.cast.researcher.client.post(
        f"{kept.path}/transcript", json=line(kept, **changes)
    )
    assert answer.status_code == status
    assert answer.json()["type"].endswith(code)
    assert await lines(kept) == []


@pytest.mark.parametrize("purpose", [Purpose.AUDIO, Purpose.TRANSCRIPT])
async def test_a_withdrawal_hides_words_everywhere_at_once(purpose: Purpose, kept: Kept) -> None:
    await imported(kept)
    bobs = (await lines(kept))[0]
    await kept.decide(kept.cast.bob, purpose, Decision.WITHDRAWN)

    client = kept.cast.researcher.client
    assert await lines(kept) == []
    assert "iltaa" not in (await client.get(f"{kept.path}/transcript.vtt")).text
    search = f"/api/v1/programmes/{kept.cast.programme_id}/transcripts"
    assert (await client.get(search, params={"words": "iltaa"})).json()["items"] == []
    place = f"{kept.path}/transcript/{bobs['line_id']}"
    assert (await client.get(f"{place}/versions")).status_code == 404
    edit = await client.put(place, json=line(kept, version=1))
    assert edit.status_code == 404


async def test_granting_again_does_not_bring_back_what_was_withdrawn(kept: Kept) -> None:
    await imported(kept)
    await kept.decide(kept.cast.bob, Purpose.TRANSCRIPT, Decision.WITHDRAWN)
    await kept.decide(kept.cast.bob, Purpose.TRANSCRIPT, Decision.GRANTED)

    assert await lines(kept) == []
    assert (await imported(kept)).json()["written"] == 2


async def test_who_keeps_what_there_was_is_written_down_no_further(kept: Kept) -> None:
    await imported(kept)
    await kept.decide(kept.cast.bob, Purpose.TRANSCRIPT, Decision.WITHDRAWN, keeps_earlier=True)

    assert len(await lines(kept)) == 2


async def test_words_are_found_in_any_case_and_as_they_stand(kept: Kept) -> None:
    await imported(kept)
    client = kept.cast.researcher.client
    search = f"/api/v1/programmes/{kept.cast.programme_id}/transcripts"

    async def found(words: str) -> list[int]:
        answer = await client.get(search, params={"words": words})
        return [hit["start_ms"] for hit in answer.json()["items"]]

    assert await found("ääni") == [6_000]
    assert await found("HYVÄÄ  iltaa") == [1_000]
    assert await found("100 %") == [6_000]
    assert await found("1_0 %") == []  # no wildcard
    assert (await client.get(search, params={"words": ""})).status_code == 422


async def test_the_download_names_nobody(kept: Kept) -> None:
    await imported(kept)
    answer = await kept.cast.researcher.client.get(f"{kept.path}/transcript.vtt")

    assert answer.headers["content-type"] == "text/vtt; charset=utf-8"
    assert "<v J1>Hyvää iltaa kaikille." in answer.text
    assert "Bob" not in answer.text


async def test_without_a_model_a_machine_is_refused_and_the_reason_said(kept: Kept) -> None:
    answer = await kept.cast.researcher.client.post(f"{kept.path}/transcript/machine")

    assert answer.status_code == 409
    assert answer.json()["type"].endswith("transcript_no_model")
    gone = await kept.cast.researcher.client.get(f"{kept.path}/transcript/machine")
    assert gone.status_code == 404


async def test_a_machine_is_asked_once_and_called_off(kept: Kept) -> None:
    kept.context.settings.__dict__["transcribe"] = TranscribeSettings(
        model=kept.context.settings.data
    )
    client, path = kept.cast.researcher.client, f"{kept.path}/transcript/machine"

    first, second = await client.post(path), await client.post(path)
    called_off = await client.delete(path)
    again = await client.delete(path)

    assert (first.status_code, second.status_code) == (202, 202)
    assert (first.json()["state"], called_off.json()["state"]) == ("waiting", "cancelled")
    assert again.status_code == 409
    assert (await kept.cast.alice.client.post(path)).status_code == 403
    await kept.decide(kept.cast.bob, Purpose.TRANSCRIPT, Decision.WITHDRAWN)
    assert (await client.post(path)).json()["type"].endswith("transcript_nobody")


async def test_the_log_tells_who_did_what_and_not_a_word(kept: Kept) -> None:
    await imported(kept)
    client = kept.cast.researcher.client
    await lines(kept)
    await client.get(
        f"/api/v1/programmes/{kept.cast.programme_id}/transcripts", params={"words": "iltaa"}
    )
    await client.post(f"{kept.path}/transcript", json=line(kept))

    where = {"programme_id": str(kept.cast.programme_id), "limit": 200}
    log = await kept.cast.coordinator.client.get("/api/v1/audit", params=where)
    told = [(entry["deed"], entry["details"]) for entry in log.json()["items"]]
    for deed, details in (
        ("transcript_imported", {"lines": 2}),
        ("read_transcript", {}),
        ("searched", {}),
        ("transcript_edited", {"lines": 1}),
    ):
        assert (deed, details) in told
    assert "iltaa" not in log.text
