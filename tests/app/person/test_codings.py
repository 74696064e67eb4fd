"""What a person is told of codings, and when."""

import pytest

from app.coding.models import CodingMemo
from app.kit.db import now
from app.person import codings
from app.programmes.models import ProgrammeRole, ProgrammeStaff
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast
from tests.fixtures.coded import API, Coded, coded
from tests.fixtures.kept import keep


@pytest.fixture
async def work(running: Application, cast: Cast) -> Coded:
    return await coded(await keep(running, cast))


async def told(work: Coded) -> tuple[list[str], int, int, int]:
    """Of bob: which recordings are withheld; codings and memos of his turns; his assignments."""
    async with work.kept.context.database.reading() as db:
        found = await codings.told(db, work.kept.cast.bob.id)
    about, memos, mine = (found[n] for n in ("about_my_turns", "memos_about_my_turns", "by_me"))
    return found["withheld_while_i_code"], len(about), len(memos), len(mine)


async def test_who_codes_is_told_others_codings_of_their_own_turns_once_done(work: Coded) -> None:
    """Bob speaks in four of the eight turns, and each has two codes of the first coder's."""
    bob = work.kept.cast.bob
    one = await work.assign(work.first)
    await work.code_all(work.first, one, ["values"], finish=False)
    path = f"{API}/coding-assignments/{one}/turns/{work.turns[0].id}/memo"
    note = {"body": "epäröi", "decided_at": now().isoformat()}
    assert (await work.first.client.put(path, json=note)).is_success
    assert len(await work.rows(CodingMemo)) == 1
    assert await told(work) == ([], 8, 1, 0)

    role, programme = ProgrammeRole.RESEARCHER, work.kept.cast.programme_id
    async with work.kept.context.database.transaction() as db:
        db.add(ProgrammeStaff(programme_id=programme, user_id=bob.id, role=role))
    his = await work.assign(bob)
    assert await told(work) == ([str(work.kept.recording.id)], 0, 0, 1)

    await work.code_all(bob, his, ["life"])
    assert await told(work) == ([], 16, 1, 1), "the first's eight of his turns, and his own eight"
