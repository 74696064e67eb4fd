"""An export holds up nobody who withdraws, and nothing of theirs goes out after they did."""

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consent.models import Decision, Purpose
from app.exports import register
from app.exports.agreed import agreed
from app.exports.assembling import TRIES, Assembled, Overtaken, Wanted, out_of
from app.exports.bundle import made
from app.exports.models import Audience
from app.groups.models import Group
from app.kit.db import now
from app.recordings.models import FileKind
from tests.fixtures.kept import Kept


class Slow:
    """Puts together who may be quoted; meanwhile so many decide, each on a page of their own."""

    def __init__(self, kept: Kept, deciding: int) -> None:
        self._kept, self._deciding = kept, deciding
        self.began = 0

    async def __call__(self, db: AsyncSession) -> Assembled:
        self.began += 1
        allowed = await agreed(db, self._kept.cast.group_id, Audience.RESEARCH)
        if self.began <= self._deciding:
            decision = Decision.WITHDRAWN if self.began % 2 else Decision.GRANTED
            await self._kept.decide(self._kept.cast.bob, Purpose.QUOTATION, decision)
        entry = made("quotable", ",".join(allowed.quotable()).encode())
        bob = self._kept.cast.bob.id
        return Assembled([entry], [(self._kept.recording.id, allowed.of([bob], words=True))])

    async def out(self) -> list[bytes | None]:
        kept = self._kept
        async with kept.context.database.reading() as db:
            group = await db.get_one(Group, kept.cast.group_id)
        wanted = Wanted(group, None, "slow.zip", Audience.RESEARCH, {})
        entries = await out_of(kept.context, kept.cast.coordinator.actor, wanted, self)
        assert [each.path for each in entries] == ["quotable", "SHA256SUMS"]
        return [each.content for each in entries]

    async def registered(self) -> list[register.Registered]:
        async with self._kept.context.database.reading() as db:
            return await register.of_group(db, self._kept.cast.group_id)


async def test_a_withdrawal_does_not_wait_for_an_export_and_is_in_it(kept: Kept) -> None:
    slow, asked = Slow(kept, deciding=1), now()

    quotable, _ = await slow.out()

    assert (slow.began, quotable) == (2, b"")
    ((record, contents),) = await slow.registered()
    assert [(each.user_id, each.purposes) for each in contents] == [(kept.cast.bob.id, [])]
    assert asked < record.exported_at


async def test_undisturbed_it_is_put_together_once(kept: Kept) -> None:
    slow = Slow(kept, deciding=0)

    assert (await slow.out())[0] != b""

    assert slow.began == 1
    ((_, contents),) = await slow.registered()
    assert [each.purposes for each in contents] == [["quotation"]]


async def test_where_people_go_on_deciding_nothing_goes_out(kept: Kept) -> None:
    slow = Slow(kept, deciding=TRIES)

    with pytest.raises(Overtaken):
        await slow.out()

    assert (slow.began, await slow.registered()) == (TRIES, [])


async def test_what_is_erased_meanwhile_is_not_in_it(kept: Kept) -> None:
    """Its time was over, which is in no ledger."""
    file = await kept.file(FileKind.MANIFEST)

    class Erasing(Slow):
        async def __call__(self, db: AsyncSession) -> Assembled:
            found = await super().__call__(db)
            if self.began == 1:
                async with kept.context.database.transaction() as writing:
                    await writing.delete(await writing.get_one(type(file), file.id))
            return found

    erasing = Erasing(kept, deciding=0)
    await erasing.out()

    assert erasing.began == 2
