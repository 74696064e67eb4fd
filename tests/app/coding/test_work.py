"""A coder's own work, and that it stays the coder's own until everybody is done."""

import io
import json
import zipfile
from datetime import timedelta

import httpx
import pytest

from app.coding.models import Coding, CodingMemo
from app.consent.models import Decision, Purpose
from app.kit.db import now
from app.kit.ids import new_id
from tests.fixtures.coded import API, LATER, Coded, problem_of

OWN = f"{API}/coding-assignments"


async def seen(work: Coded, assignment: object) -> dict[str, object]:
    answer = await work.first.client.get(f"{OWN}/{assignment}")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


async def test_a_coder_sees_pseudonyms_and_no_ids_of_people(work: Coded) -> None:
    mine = await work.assign(work.first)
    text = json.dumps(await seen(work, mine))
    cast = work.kept.cast
    for person in (cast.alice, cast.bob, cast.carol):
        assert str(person.id) not in text
        assert person.user.name not in text
    assert '"J1"' in text
    assert '"F1"' in text


async def test_back_channels_are_heard_beside_and_not_coded(work: Coded) -> None:
    found = await seen(work, mine := await work.assign(work.first))
    shown = [(t["is_mine"], t["is_backchannel"]) for t in found["turns"]]  # type: ignore[attr-defined]
    assert shown.count((True, False)) == 8
    assert shown.count((False, True)) == 2
    beside = next(t for t in found["turns"] if not t["is_mine"])  # type: ignore[attr-defined]
    turn = work.turns[0].model_copy(update={"id": beside["id"]})
    assert (await work.put(work.first, mine, turn, "theme", "values")).status_code == 404


@pytest.mark.parametrize("who", ["coordinator", "administrator", "alice", "bob", "mallory"])
async def test_nobody_but_the_coder_sees_or_touches_a_coders_work(who: str, work: Coded) -> None:
    mine = await work.assign(work.first)
    await work.code_all(work.first, mine, ["values"], finish=False)
    other = getattr(work.kept.cast, who)
    answers: list[httpx.Response] = [
        await other.client.get(f"{OWN}/{mine}"),
        await other.client.post(f"{OWN}/{mine}/finish"),
        await work.put(other, mine, work.turns[0], "theme", "other"),
        await other.client.put(
            f"{OWN}/{mine}/turns/{work.turns[0].id}/memo",
            json={"body": "x", "decided_at": now().isoformat()},
        ),
    ]
    assert {answer.status_code for answer in answers} == {404}


async def test_two_coders_never_see_each_other_before_both_are_done(work: Coded) -> None:
    """Nor through the programme's list, an export, a file of turns, or the comparison."""
    one, two = await work.assign(work.first), await work.assign(work.second)
    await work.code_all(work.first, one, ["leadership"])
    for turn in work.turns:
        path = f"{OWN}/{one}/turns/{turn.id}/memo"
        body = {"body": "kirjoitin tästä", "decided_at": now().isoformat()}
        assert (await work.first.client.put(path, json=body)).status_code == 409, "it is closed"
    client, recording = work.second.client, work.kept.recording.id
    away = f"{API}/recordings/{recording}/codings/{work.version.id}/differences"
    listed = await client.get(f"{API}/programmes/{work.kept.cast.programme_id}/coding-assignments")
    assert listed.status_code == 200
    refused = await client.get(away)
    assert problem_of(refused) == (409, "still_coding")
    decisions = (await client.get(f"{OWN}/{two}")).json()["decisions"]
    assert decisions == []
    eaf = f"{API}/recordings/{recording}/turns/eaf"
    assert b"theme_coder" not in (await client.get(eaf)).content
    files = await exported(work)
    assert "theme_coder" not in files["turns.csv"].decode()
    assert json.loads(files["manifest.json"])["codes"]["withheld_from_coder"] is True
    assert "koodaat itse tätä taltiointia" in files["README.txt"].decode()

    await work.code_all(work.second, two, ["values"])
    assert (await client.get(away)).status_code == 200
    assert b"theme_coder1" in (await client.get(eaf)).content
    assert "theme_coder1" in (await exported(work))["turns.csv"].decode()


async def exported(work: Coded) -> dict[str, bytes]:
    """As the coordinator takes it, who is the second coder."""
    client = work.second.client
    answer = await client.get(f"{API}/meetings/{work.kept.meeting.id}/export")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_a_decision_replaces_what_stood_and_the_old_one_is_kept(work: Coded) -> None:
    mine, turn = await work.assign(work.first), work.turns[0]
    await work.put(work.first, mine, turn, "theme", "values", "strain", confidence=2)
    await work.put(work.first, mine, turn, "theme", "strain")
    rows = await work.codings()
    values, strain = work.code("theme", "values")[1], work.code("theme", "strain")[1]
    told = sorted((row.code_id, row.is_primary, row.ended_at is None) for row in rows)
    assert told == sorted([(values, True, False), (strain, False, False), (strain, True, True)])
    (decision,) = (await seen(work, mine))["decisions"]  # type: ignore[misc]
    assert decision["code_ids"] == [str(strain)]  # type: ignore[index]

    await work.put(work.first, mine, turn, "theme")
    assert (await seen(work, mine))["decisions"] == []
    assert len(await work.codings()) == 3


async def test_sent_again_it_is_the_same_decision(work: Coded) -> None:
    mine, turn = await work.assign(work.first), work.turns[0]
    for _ in range(3):
        answer = await work.put(work.first, mine, turn, "theme", "values", "strain", "life")
        assert answer.status_code == 204
    reordered = await work.put(work.first, mine, turn, "theme", "values", "life", "strain")
    assert reordered.status_code == 204
    assert len(await work.codings()) == 3


async def test_what_was_decided_earlier_does_not_undo_what_was_decided_later(work: Coded) -> None:
    mine, turn = await work.assign(work.first), work.turns[0]
    await work.put(work.first, mine, turn, "theme", "values")
    earlier = (now() - timedelta(hours=1)).isoformat()
    late = await work.put(work.first, mine, turn, "theme", "life", decided_at=earlier)
    assert problem_of(late) == (409, "coding_decided_since")
    assert len(await work.codings()) == 1


async def test_a_clock_that_is_ahead_does_not_lock_its_coder_out(work: Coded) -> None:
    mine, turn = await work.assign(work.first), work.turns[0]
    ahead = (now() + timedelta(days=1)).isoformat()
    await work.put(work.first, mine, turn, "theme", "values", decided_at=ahead)
    then = await work.put(work.first, mine, turn, "theme", "life")
    assert then.status_code == 204
    assert all(row.decided_at < now() + LATER for row in await work.codings())


async def test_only_codes_of_the_axis_and_no_more_than_its_choice(work: Coded) -> None:
    mine, turn = await work.assign(work.first), work.turns[0]
    _, opinion = work.code("function", "opinion")
    _, values = work.code("theme", "values")
    for axis, codes in (
        ("theme", [str(opinion)]),
        ("theme", [str(values), str(values)]),
        ("theme", [str(new_id())]),
        ("function", [str(opinion), str(work.code("function", "answer")[1])]),
    ):
        answer = await work.put(work.first, mine, turn, axis, code_ids=codes)
        assert problem_of(answer) == (422, "not_in_codebook"), axis
    elsewhere = f"{OWN}/{mine}/turns/{turn.id}/axes/{new_id()}"
    body = {"code_ids": [], "decided_at": now().isoformat(), "version_id": str(work.version.id)}
    assert problem_of(await work.first.client.put(elsewhere, json=body)) == (422, "not_in_codebook")
    assert await work.codings() == []


async def test_a_page_with_another_version_is_told_to_reload(work: Coded) -> None:
    mine = await work.assign(work.first)
    answer = await work.put(
        work.first, mine, work.turns[0], "theme", "values", version_id=str(new_id())
    )
    assert problem_of(answer) == (409, "coding_version_changed")


async def test_a_memo_is_kept_changed_and_taken_away(work: Coded) -> None:
    mine, turn = await work.assign(work.first), work.turns[0]
    path = f"{OWN}/{mine}/turns/{turn.id}/memo"
    for body in ("Ensin näin", "sitten näin", ""):
        form = {"body": body, "decided_at": now().isoformat()}
        assert (await work.first.client.put(path, json=form)).status_code == 204
        memos = (await seen(work, mine))["memos"]
        assert memos == ({str(turn.id): body} if body else {})
    assert len(await work.rows(CodingMemo)) == 0


async def test_done_is_done_and_only_when_every_required_axis_has_a_code(work: Coded) -> None:
    mine = await work.assign(work.first)
    await work.code_all(work.first, mine, ["values"], finish=False)
    await work.put(work.first, mine, work.turns[3], "function")
    early = await work.first.client.post(f"{OWN}/{mine}/finish")
    assert problem_of(early) == (409, "coding_unfinished")
    await work.put(work.first, mine, work.turns[3], "function", "answer")
    for _ in "ab":
        done = await work.first.client.post(f"{OWN}/{mine}/finish")
        assert (done.status_code, done.json()["state"]) == (200, "done")
    closed = await work.put(work.first, mine, work.turns[3], "function", "opinion")
    assert problem_of(closed) == (409, "coding_closed")


async def test_turns_of_one_who_withdrew_are_not_shown_from_that_moment(work: Coded) -> None:
    """Before the worker has erased them."""
    mine = await work.assign(work.first)
    await work.code_all(work.first, mine, ["values"], finish=False)
    await work.kept.decide(work.kept.cast.alice, Purpose.INDEXING, Decision.WITHDRAWN)
    found = await seen(work, mine)
    assert {turn["pseudonym"] for turn in found["turns"]} == {"J1"}  # type: ignore[attr-defined]
    kept = {str(turn.id) for turn in work.turns[::2]}
    assert {d["turn_id"] for d in found["decisions"]} == kept  # type: ignore[attr-defined]
    answer = await work.put(work.first, mine, work.turns[1], "theme", "life")
    assert answer.status_code == 404
    assert len(await work.rows(Coding)) == 16, "the worker erases, not we"
