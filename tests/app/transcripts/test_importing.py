"""A transcript is imported over what a machine and people wrote before."""

from collections.abc import Iterable
from typing import Any

from app.consent.models import Decision, Purpose
from app.transcripts import service
from app.transcripts.service import Said
from tests.app.transcripts.test_endpoints import imported, lines
from tests.fixtures.kept import Kept

BOTH = ((900, 3_100, "hyvää iltaa kaikille"), (6_100, 7_000, "ääni sata kuuluu"))
"""What a machine hears of bob where the file has him, at 1–3 and 6–7 s."""
ELSEWHERE = (9_000, 11_000, "siinä se")


async def machine(kept: Kept, *heard: tuple[int, int, str]) -> None:
    said = [Said(kept.cast.bob.id, *each) for each in heard]
    async with kept.context.database.transaction() as db:
        await service.write_anew(
            db, kept.recording, kept.meeting, kept.cast.bob.id, said, model="m"
        )


async def taken_in(kept: Kept, **fields: Any) -> tuple[int, int, int]:
    """Written, standing, replaced."""
    done = (await imported(kept, **fields)).json()
    return done["written"], done["standing"], done["replaced"]


def sources(found: Iterable[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(line["start_ms"], line["source"]) for line in found]


async def corrected(kept: Kept, line: dict[str, Any], **changes: Any) -> None:
    body = {name: line[name] for name in ("user_id", "start_ms", "end_ms", "text", "version")}
    path = f"{kept.path}/transcript/{line['line_id']}"
    answer = await kept.cast.researcher.client.put(path, json={**body, **changes})
    assert answer.status_code == 200


async def test_a_machines_lines_give_way_to_the_files(kept: Kept) -> None:
    await machine(kept, *BOTH, ELSEWHERE)
    assert await taken_in(kept) == (2, 0, 2)
    found = await lines(kept)
    assert sources(found) == [(1_000, "imported"), (6_000, "imported"), (9_000, "machine")]


async def test_it_does_not_matter_which_came_first(kept: Kept) -> None:
    assert await taken_in(kept) == (2, 0, 0)
    await machine(kept, *BOTH, ELSEWHERE)
    found = await lines(kept)
    assert sources(found) == [(1_000, "imported"), (6_000, "imported"), (9_000, "machine")]


async def test_what_people_touched_stays_and_is_not_doubled(kept: Kept) -> None:
    """The first is corrected; the second is taken out, which leaves room for the file's."""
    await machine(kept, *BOTH)
    first, second = await lines(kept)
    await corrected(kept, first, text="Hyvää iltaa!")
    await corrected(kept, second, text="")
    assert await taken_in(kept) == (1, 1, 0)
    found = await lines(kept)
    assert sources(found) == [(900, "human"), (6_000, "imported")]
    assert found[0]["text"] == "Hyvää iltaa!"


async def test_the_same_file_twice_is_there_once(kept: Kept) -> None:
    await taken_in(kept)
    once = await lines(kept)
    assert await taken_in(kept) == (0, 2, 0)
    assert await lines(kept) == once


async def test_nothing_gives_way_to_lines_that_are_not_written(kept: Kept) -> None:
    """Whose they are is nobody's to say, or no consent covers them."""
    await machine(kept, *BOTH)
    nobody = {"Bob": None, "Alice": None}
    assert await taken_in(kept, people=nobody) == (0, 0, 0)
    others = {"Bob": str(kept.cast.alice.id), "Alice": None}
    assert await taken_in(kept, people=others) == (0, 0, 0)
    assert [line["source"] for line in await lines(kept)] == ["machine", "machine"]


async def test_what_may_no_longer_be_read_stands_in_nobodys_way(kept: Kept) -> None:
    await taken_in(kept)
    await kept.decide(kept.cast.bob, Purpose.TRANSCRIPT, Decision.WITHDRAWN)
    await kept.decide(kept.cast.bob, Purpose.TRANSCRIPT, Decision.GRANTED)
    assert await taken_in(kept) == (2, 0, 0)
