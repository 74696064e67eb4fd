"""Who may assign what to whom, and what is drawn for double coding."""

from typing import Any

import httpx
import pytest

from app.blinding.models import CodingAssignment
from app.coding import drawing
from app.coding.models import Coder, CodingDraw
from app.kit.audit import AuditEntry, Deed
from app.kit.ids import new_id
from app.programmes.models import ProgrammeRole, ProgrammeStaff
from tests.app.coding.test_comparing import both
from tests.fixtures.cast import Person
from tests.fixtures.coded import API, Coded, problem_of


def form(work: Coded, **more: Any) -> dict[str, Any]:
    return {
        "recording_ids": [str(work.kept.recording.id)],
        "coder_id": str(work.first.id),
        "version_id": str(work.version.id),
    } | more


async def post(work: Coded, who: str, path: str, body: dict[str, Any]) -> httpx.Response:
    client: httpx.AsyncClient = getattr(work.kept.cast, who).client
    return await client.post(f"{API}/{path}", json=body)


@pytest.mark.parametrize(
    ("who", "status"), [("researcher", 403), ("alice", 403), ("bob", 403), ("mallory", 404)]
)
async def test_only_a_coordinator_assigns(who: str, status: int, work: Coded) -> None:
    answer = await post(work, who, "coding-assignments", form(work))
    assert answer.status_code == status
    drawn = {"version_id": str(work.version.id), "coder_id": str(work.first.id), "share": 0.2}
    answer = await post(work, who, "coding-draws", drawn)
    assert answer.status_code == (403 if who == "researcher" else 404)


async def test_only_the_team_codes_and_each_recording_once(work: Coded) -> None:
    outside = form(work, coder_id=str(work.kept.cast.bob.id))
    answer = await post(work, "coordinator", "coding-assignments", outside)
    assert problem_of(answer) == (422, "not_a_coder")
    await work.assign(work.first)
    again = await post(work, "coordinator", "coding-assignments", form(work))
    assert problem_of(again) == (409, "coding_assigned_already")
    nowhere = form(work, recording_ids=[str(new_id())])
    assert (await post(work, "coordinator", "coding-assignments", nowhere)).status_code == 404


async def test_coders_are_numbered_for_good_and_it_is_in_the_log(work: Coded) -> None:
    await work.assign(work.first)
    second = await work.assign(work.second)
    await work.kept.cast.coordinator.client.delete(f"{API}/coding-assignments/{second}")
    await work.assign(work.second)
    numbers = {row.user_id: row.number for row in await work.rows(Coder)}
    assert numbers == {work.first.id: 1, work.second.id: 2}
    log = [row for row in await work.rows(AuditEntry) if row.deed == Deed.CODING_ASSIGNED]
    assert [entry.subject_id for entry in log] == [work.first.id, work.second.id, work.second.id]


async def test_a_second_coder_makes_both_double_and_taking_it_back_single(work: Coded) -> None:
    one, two = await work.assign(work.first), await work.assign(work.second)
    assert [(await work.assignment(each)).is_double for each in (one, two)] == [True, True]
    client = work.kept.cast.coordinator.client
    assert (await client.delete(f"{API}/coding-assignments/{two}")).status_code == 204
    assert not (await work.assignment(one)).is_double


async def test_what_was_begun_is_not_taken_back(work: Coded) -> None:
    mine = await work.assign(work.first)
    await work.put(work.first, mine, work.turns[0], "theme", "values")
    answer = await work.kept.cast.coordinator.client.delete(f"{API}/coding-assignments/{mine}")
    assert problem_of(answer) == (409, "in_use")


async def test_drawn_turns_are_kept_with_their_seed_and_are_all_there_is_to_code(
    work: Coded,
) -> None:
    await work.assign(work.first)
    body = {
        "version_id": str(work.version.id),
        "coder_id": str(work.second.id),
        "unit": "turn",
        "share": 0.3,
        "seed": 7,
    }
    drawn = await post(work, "coordinator", "coding-draws", body)
    assert drawn.status_code == 201, drawn.text
    everything = [str(turn.id) for turn in work.turns]
    assert drawn.json()["chosen"] == drawing.draw(everything, 0.3, 7)
    assert len(drawn.json()["chosen"]) == 3, "⌈0.3 · 8⌉"
    (row,) = await work.rows(CodingDraw)
    assert (row.seed, sorted(row.population)) == (7, sorted(everything))

    path = f"{API}/programmes/{work.kept.cast.programme_id}/coding-assignments"
    lines = (await work.second.client.get(path)).json()
    second = next(line for line in lines if line["coder_id"] == str(work.second.id))
    assert (second["turn_count"], second["is_double"], second["draw_id"]) == (3, True, str(row.id))
    seen = (await work.second.client.get(f"{API}/coding-assignments/{second['id']}")).json()
    mine = [turn["id"] for turn in seen["turns"] if turn["is_mine"]]
    assert sorted(mine) == sorted(row.chosen)


async def test_drawn_recordings_are_whole_and_a_seed_is_made_where_none_is_given(
    work: Coded,
) -> None:
    await work.assign(work.first)
    body = {"version_id": str(work.version.id), "coder_id": str(work.second.id), "share": 0.1}
    drawn = (await post(work, "coordinator", "coding-draws", body)).json()
    assert drawn["chosen"] == [str(work.kept.recording.id)]
    assert isinstance(drawn["seed"], int)
    again = await post(work, "coordinator", "coding-draws", body)
    assert problem_of(again) == (409, "nothing_to_draw")


@pytest.mark.parametrize("share", [0, -0.1, 1.01, "nan"])
async def test_no_share_but_one_of_the_whole(share: Any, work: Coded) -> None:
    body = {"version_id": str(work.version.id), "coder_id": str(work.second.id), "share": share}
    assert (await post(work, "coordinator", "coding-draws", body)).status_code == 422


async def finished(work: Coded) -> None:
    await work.code_all(work.first, await work.assign(work.first), ["values"])


async def refused(work: Coded, person: Person) -> tuple[int, str]:
    client = work.kept.cast.coordinator.client
    body = form(work) | {"coder_id": str(person.id)}
    answer = await client.post(f"{API}/coding-assignments", json=body)
    return problem_of(answer) if answer.is_error else (answer.status_code, "")


async def test_who_has_read_codes_is_not_assigned_or_drawn(work: Coded) -> None:
    """The first coder's codes stand in the turns as a file; the plain table of turns has none."""
    await finished(work)
    reader = work.kept.cast.coordinator
    await reader.client.get(f"{work.kept.path}/turns.csv")
    drawing = {"version_id": str(work.version.id), "coder_id": str(reader.id), "share": 1}
    read = await reader.client.get(f"{work.kept.path}/turns/xlsx")
    assert read.status_code == 200

    assert await refused(work, reader) == (409, "coding_seen")
    drawn = await reader.client.post(f"{API}/coding-draws", json=drawing)
    assert problem_of(drawn) == (409, "coding_seen")
    assert len(await work.rows(CodingAssignment)) == 1


async def test_what_was_read_before_anybody_was_done_hides_nothing(work: Coded) -> None:
    mine = await work.assign(work.first)
    reader = work.kept.cast.coordinator
    for file in ("turns.csv", "turns/xlsx"):
        assert (await reader.client.get(f"{work.kept.path}/{file}")).status_code == 200
    await work.code_all(work.first, mine, ["values"])
    assert await refused(work, reader) == (201, "")


async def test_who_has_compared_or_decided_is_not_assigned(work: Coded) -> None:
    await both(work)
    away = f"{API}/recordings/{work.kept.recording.id}/codings/{work.version.id}/differences"
    administrator = work.kept.cast.administrator
    async with work.kept.context.database.transaction() as db:
        programme, role = work.kept.cast.programme_id, ProgrammeRole.RESEARCHER
        db.add(ProgrammeStaff(programme_id=programme, user_id=administrator.id, role=role))
    assert (await administrator.client.get(away)).status_code == 200
    assert await refused(work, administrator) == (409, "coding_seen")
