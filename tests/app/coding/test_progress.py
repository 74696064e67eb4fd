"""Counts that everybody on the team sees."""

from tests.fixtures.coded import API, Coded


async def test_turns_count_when_every_required_axis_has_a_code(work: Coded) -> None:
    mine = await work.assign(work.first)
    await work.put(work.first, mine, work.turns[0], "theme", "values", "life")
    await work.put(work.first, mine, work.turns[0], "function", "opinion")
    await work.put(work.first, mine, work.turns[0], "valence", "neutral")
    await work.put(work.first, mine, work.turns[1], "theme", "values")
    await work.put(work.first, mine, work.turns[2], "function", "answer")
    path = f"{API}/programmes/{work.kept.cast.programme_id}/coding-assignments"
    (line,) = (await work.second.client.get(path)).json()
    assert (line["coded"], line["turn_count"]) == (1, 8)
    assert line["coder"] == work.first.user.name


async def test_it_is_for_the_team_only(work: Coded) -> None:
    path = f"{API}/programmes/{work.kept.cast.programme_id}/coding-assignments"
    for person in (work.kept.cast.alice, work.kept.cast.bob, work.kept.cast.mallory):
        assert (await person.client.get(path)).status_code == 404
