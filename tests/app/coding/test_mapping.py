"""A codebook edited after coding: what it touches, and what a mapping makes of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from app.blinding.models import AssignmentState
from app.codebooks import service as codebooks
from app.codebooks.document import Axis, CodebookDocument, Prose
from app.coding.models import Adjudication, CodebookMapping, Coding
from app.kit.audit import AuditEntry, Deed
from app.kit.ids import new_id
from tests.app.coding.test_comparing import both, decide
from tests.fixtures.coded import API, Coded, problem_of

Change = Callable[[Axis, Axis], None]


def mappings(work: Coded) -> str:
    return f"{API}/codebooks/{work.version.codebook_id}/mappings"


async def edit(work: Coded, change: Change) -> CodebookDocument:
    """`change` gets the axes theme and function; the result is published."""
    document = work.document
    change(document.axes[0], document.axes[1])
    actor = work.kept.cast.coordinator.actor
    async with work.kept.context.database.transaction() as db:
        draft = await codebooks.save(db, actor, work.version.codebook_id, document, 0)
        await codebooks.publish(db, actor, work.version.codebook_id, draft.revision)
    return document


async def offered(work: Coded) -> dict[str, Any]:
    (offer,) = (await work.second.client.get(mappings(work))).json()
    return dict(offer)


async def carry(work: Coded, **to: str | None) -> Any:
    """Label of a theme → label of what its codings become, of theme or function."""
    offer = await offered(work)
    labels = {code.label: str(code.id) for _, code in work.document.codes()}
    moves = [
        {"code_id": labels[code], "to_code_id": labels[target] if target else None}
        for code, target in to.items()
    ]
    body = {"from_version_id": offer["from_version_id"], "to_version_id": offer["to_version_id"]}
    return await work.second.client.post(mappings(work), json=body | {"moves": moves})


async def standing(work: Coded, assignment: UUID) -> dict[tuple[UUID, str], list[str]]:
    """(turn, axis) → labels, the leading first."""
    names = {code.id: (axis.label, code.label) for axis, code in work.document.codes()}
    found: dict[tuple[UUID, str], list[str]] = {}
    rows = [row for row in await work.codings() if row.assignment_id == assignment]
    for row in sorted(rows, key=lambda row: not row.is_primary):
        if row.ended_at is None:
            axes = {axis.id: axis.label for axis in work.document.axes}
            found.setdefault((row.turn_id, axes[row.axis_id]), []).append(names[row.code_id][1])
    return found


def remove(label: str) -> Change:
    def change(theme: Axis, function: Axis) -> None:
        theme.codes = [code for code in theme.codes if code.label != label]

    return change


def redefine(theme: Axis, function: Axis) -> None:
    theme.codes[6].definition = Prose(fi="Toisin kuin ennen")
    assert theme.codes[6].label == "values"


async def test_nothing_is_touched_by_names_colours_and_codes_that_nobody_gave(
    work: Coded,
) -> None:
    mine = await work.assign(work.first)
    await work.code_all(work.first, mine, ["values"])

    def change(theme: Axis, function: Axis) -> None:
        theme.codes[6].name.fi, theme.codes[6].colour = "Arvopohja", "#000000"
        theme.codes = [code for code in theme.codes if code.label != "life"]

    await edit(work, change)
    assert (await offered(work))["touched"] == []
    before = await standing(work, mine)
    assert (await carry(work)).status_code == 201
    assert await standing(work, mine) == before
    assert (await work.first.client.get(mappings(work))).json() == []
    newest = (await work.assignment(mine)).version_id
    assert newest != work.version.id


async def test_a_removed_code_becomes_another_and_the_original_is_kept(work: Coded) -> None:
    mine = await work.assign(work.first)
    await work.code_all(work.first, mine, ["values", "life"])
    await edit(work, remove("life"))
    (touched,) = (await offered(work))["touched"]
    assert (touched["kind"], touched["codings"]) == ("removed", 7)

    assert (await carry(work, life="strain")).status_code == 201
    rows = await work.rows(Coding)
    (mapping,) = await work.rows(CodebookMapping)
    ended = [row for row in rows if row.ended_at is not None]
    made = [row for row in rows if row.made_by_mapping == mapping.id]
    assert {row.code_id for row in ended} == {work.code("theme", "life")[1]}
    assert {row.code_id for row in made} == {work.code("theme", "strain")[1]}
    assert [row.ended_by_mapping for row in ended] == [mapping.id] * 7
    originals = {row.turn_id: row.decided_at for row in ended}
    assert {row.turn_id: row.decided_at for row in made} == originals
    assert (await work.assignment(mine)).state == AssignmentState.DONE
    log = [row for row in await work.rows(AuditEntry) if row.deed == Deed.CODINGS_MAPPED]
    assert [entry.details for entry in log] == [{"assignments": 1}]


async def test_a_redefined_code_may_stay_as_it_is_or_be_coded_again(work: Coded) -> None:
    mine = await work.assign(work.first)
    await work.code_all(work.first, mine, ["values"])
    await edit(work, redefine)
    (touched,) = (await offered(work))["touched"]
    assert touched["kind"] == "redefined"
    assert (await carry(work, values="values")).status_code == 201
    assert len(await work.codings()) == 16
    assert (await work.assignment(mine)).state == AssignmentState.DONE


async def test_what_is_to_be_coded_again_opens_the_assignment_again(work: Coded) -> None:
    mine = await work.assign(work.first)
    await work.code_all(work.first, mine, ["values"])
    await work.put(work.first, mine, work.turns[0], "valence", "neutral")
    await edit(work, redefine)
    assert (await carry(work, values=None)).status_code == 201
    left = await standing(work, mine)
    assert {axis for _, axis in left} == {"function"}
    assert (await work.assignment(mine)).state == AssignmentState.OPEN


async def test_where_the_leading_code_left_the_others_are_coded_again_too(work: Coded) -> None:
    mine, turn = await work.assign(work.first), work.turns[0]
    await work.put(work.first, mine, turn, "theme", "life", "values")
    await work.put(work.first, mine, work.turns[1], "theme", "values", "life")
    await edit(work, remove("life"))
    assert (await carry(work, life=None)).status_code == 201
    assert await standing(work, mine) == {(work.turns[1].id, "theme"): ["values"]}


async def test_a_code_that_moved_goes_along_and_a_single_axis_keeps_what_it_had(
    work: Coded,
) -> None:
    mine = await work.assign(work.first)
    await work.put(work.first, mine, work.turns[0], "theme", "technology")
    await work.put(work.first, mine, work.turns[1], "theme", "technology")
    await work.put(work.first, mine, work.turns[1], "function", "opinion")

    def move(theme: Axis, function: Axis) -> None:
        moved = next(code for code in theme.codes if code.label == "technology")
        theme.codes.remove(moved)
        moved.key = "u"
        function.codes.append(moved)

    await edit(work, move)
    (touched,) = (await offered(work))["touched"]
    assert touched["kind"] == "moved"
    assert (await carry(work, technology="technology")).status_code == 201
    assert await standing(work, mine) == {
        (work.turns[0].id, "function"): ["technology"],
        (work.turns[1].id, "function"): ["opinion"],
    }


async def test_what_becomes_a_code_that_stands_already_is_not_there_twice(work: Coded) -> None:
    mine = await work.assign(work.first)
    await work.put(work.first, mine, work.turns[0], "theme", "life", "values", "strain")
    await edit(work, remove("life"))
    assert (await carry(work, life="strain")).status_code == 201
    rows = [row for row in await work.codings() if row.ended_at is None]
    labels = await standing(work, mine)
    assert sum(row.is_primary for row in rows) == 1
    assert labels == {(work.turns[0].id, "theme"): ["strain", "values"]}


async def test_both_coders_and_what_was_decided_are_carried_alike(work: Coded) -> None:
    await both(work)
    await decide(work, 2, "life", "strain", reason="kuultiin uudelleen")
    await edit(work, remove("life"))
    assert (await carry(work, life="community")).status_code == 201
    rows = [row for row in await work.rows(Adjudication) if row.ended_at is None]
    community = work.code("theme", "community")[1]
    assert {row.code_id: row.is_primary for row in rows} == {
        community: True,
        work.code("theme", "strain")[1]: False,
    }
    newest = {(await work.assignment(row.assignment_id)).version_id for row in await work.codings()}
    assert newest == {row.version_id for row in rows}
    assert len(newest) == 1


@pytest.mark.parametrize("moves", [{}, {"life": "life"}, {"life": "strain", "values": "strain"}])
async def test_a_mapping_names_each_touched_code_and_a_code_that_is_there(
    moves: dict[str, str], work: Coded
) -> None:
    mine = await work.assign(work.first)
    await work.code_all(work.first, mine, ["life"])
    await edit(work, remove("life"))
    answer = await carry(work, **moves)
    assert problem_of(answer) == (422, "coding_mapping")
    assert (await work.assignment(mine)).version_id == work.version.id


async def test_only_a_coordinator_applies_it_and_only_between_versions_that_are(
    work: Coded,
) -> None:
    await work.assign(work.first)
    await edit(work, redefine)
    offer = await offered(work)
    body = {"from_version_id": offer["from_version_id"], "to_version_id": offer["to_version_id"]}
    body |= {"moves": []}  # type: ignore[dict-item]
    answer = await work.first.client.post(mappings(work), json=body)
    assert answer.status_code == 403
    nowhere = body | {"to_version_id": str(new_id())}
    assert (await work.second.client.post(mappings(work), json=nowhere)).status_code == 404


async def test_what_is_coded_after_it_opened_again_is_left_out_of_agreement(work: Coded) -> None:
    """Eight turns, themes alike but for the third: 7 of 8. Its code is removed, the second coder
    has seen the differences and now codes as the first did: not 8 of 8, but 7 of 7."""
    _, two = await both(work)
    client = work.second.client
    path = f"{API}/codebook-versions/{{}}/agreement"

    async def theme(version: object) -> tuple[int, int, float]:
        found = (await client.get(path.format(version))).json()
        whole = (row for row in found["coefficients"] if row["code"] is None)
        (percent,) = (
            row["value"]
            for row in whole
            if (row["axis"], row["coefficient"]) == ("theme", "percent")
        )
        return found["turns"], found["recoded"], percent

    assert await theme(work.version.id) == (8, 0, 7 / 8)
    first = (await work.assignment(two)).finished_at
    await edit(work, remove("life"))
    assert (await carry(work, life=None)).status_code == 201
    newest = (await work.assignment(two)).version_id
    again = {"version_id": str(newest)}
    answer = await work.put(work.second, two, work.turns[2], "theme", "values", **again)
    assert answer.status_code == 204, answer.text
    finished = await client.post(f"{API}/coding-assignments/{two}/finish")
    assert finished.json()["state"] == "done"
    assert (await work.assignment(two)).finished_at == first, "when it first was"

    assert await theme(newest) == (7, 1, 1.0)
    page = await client.get(f"{API}/codebook-versions/{newest}/agreement/coefficients.csv")
    assert page.status_code == 200


async def test_agreement_says_of_which_turns_a_mapping_made_codes_alike(work: Coded) -> None:
    """They differ about the third of eight; the two codes become one, and nothing differs."""
    _, two = await both(work)
    await edit(work, remove("life"))
    assert (await carry(work, life="values")).status_code == 201
    newest = (await work.assignment(two)).version_id
    client = work.second.client
    found = (await client.get(f"{API}/codebook-versions/{newest}/agreement")).json()
    rows = {(row["axis"], row["coefficient"]): row for row in found["coefficients"][::-1]}
    theme = rows["theme", "percent"]
    assert (theme["value"], theme["mapped"], theme["turns"]) == (1.0, 1, 8)
    assert (found["mapped"], rows["function", "percent"]["mapped"]) == (1, 0)


async def test_a_clock_that_is_slow_makes_nothing_blind(work: Coded) -> None:
    """What was opened again is given a reference, dated before that."""
    _, two = await both(work)
    await edit(work, remove("life"))
    await carry(work, life=None)
    held = await work.assignment(two)
    early = {"version_id": str(held.version_id), "decided_at": "2020-01-01T00:00:00Z"}
    answer = await work.put(work.second, two, work.turns[2], "valence", "neutral", **early)
    assert answer.status_code == 204, answer.text
    (row,) = [r for r in await work.codings() if r.axis_id == work.code("valence", "neutral")[0]]
    assert held.finished_at
    assert row.decided_at >= held.finished_at


async def test_who_codes_with_a_version_is_not_told_how_others_coded(work: Coded) -> None:
    """The first codes everything as values; the second, who is not done, sees every changed code
    alike, and may still say what becomes of them."""
    one = await work.assign(work.first)
    await work.assign(work.second)
    await work.code_all(work.first, one, ["values"])

    def change(theme: Axis, function: Axis) -> None:
        redefine(theme, function)
        remove("life")(theme, function)

    await edit(work, change)
    (blind,) = (await work.second.client.get(mappings(work))).json()
    labels = {str(code.id): code.label for _, code in work.document.codes()}
    touched = {labels[each["code_id"]]: each["codings"] for each in blind["touched"]}
    assert touched == {"values": None, "life": None}
    (open_,) = (await work.kept.cast.administrator.client.get(mappings(work))).json()
    assert [(labels[t["code_id"]], t["codings"]) for t in open_["touched"]] == [("values", 8)]

    assert (await carry(work, values="values", life=None)).status_code == 201
