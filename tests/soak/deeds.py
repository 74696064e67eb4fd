"""What people take back, and give again, while processes are killed under them.

A deed is begun before a kill, or while the database is away, and undone some time after. What comes
in between is to be found nowhere; nor what came before, if it was to be erased.
"""

import asyncio
import contextlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.consent.models import Purpose
from signalling.messages import AgreeToRecord, DecideConsent, GoOffRecord
from tests.soak.attendee import AGAIN_S, Attendee

BEGUN_WITHIN_S = 10.0
"""A node that has not come up cannot, while the database is away; then nothing is done."""
TEXT: dict[str, Any] = {"text_version": 1, "text_language": "fi"}
PURPOSE_OF = {"microphone": Purpose.AUDIO, "camera": Purpose.VIDEO}


class Deed(Protocol):
    @property
    def name(self) -> str: ...

    async def begin(self) -> None: ...

    async def end(self) -> None: ...


@dataclass
class OffTheRecord:
    people: Sequence[Attendee]
    who: Attendee
    name = "off the record"

    async def begin(self) -> None:
        await self.who.insist(GoOffRecord)
        for truth in self._truths():
            truth.forbids()

    async def end(self) -> None:
        for truth in self._truths():
            truth.allows()
        while any(one.is_off for one in self.people):
            for present in [one.present for one in self.people if one.present is not None]:
                with contextlib.suppress(Exception):  # killed, or not off the record any more
                    await present.unless_gone(present.ask(AgreeToRecord))
            await asyncio.sleep(AGAIN_S)

    def _truths(self) -> list[Any]:
        return [truth for one in self.people for truth in one.told.truths.values()]


@dataclass
class Withdrawal:
    who: Attendee
    source: str
    keeps: bool

    @property
    def name(self) -> str:
        return "withdrawn and kept" if self.keeps else "withdrawn and erased"

    def __post_init__(self) -> None:
        self._truth = self.who.told.truths[self.source]
        self._is_answered = False

    async def begin(self) -> None:
        await self._decide("withdrawn", keeps_earlier=self.keeps)
        self._truth.forbids(all_before=not self.keeps)
        self._is_answered = True

    async def end(self) -> None:
        self._truth.allows()
        if not self._is_answered and not self.keeps:
            self._truth.recorded.clear()  # it may have been heard
        await self._decide("granted", seen=2**31 - 1)  # whatever the ledger has of it by now

    async def _decide(self, decision: str, **more: Any) -> None:
        purpose = PURPOSE_OF[self.source]
        await self.who.insist(DecideConsent, purpose=purpose, decision=decision, **more, **TEXT)


def deed_of(people: Sequence[Attendee], chance: random.Random) -> Deed:
    who = chance.choice(people)
    source = chance.choice(sorted(who.told.truths))
    off: Deed = OffTheRecord(people, who)
    return chance.choice([off, Withdrawal(who, source, True), Withdrawal(who, source, False)])


async def begun(deed: Deed) -> bool:
    """Whether the node answered in time."""
    try:
        async with asyncio.timeout(BEGUN_WITHIN_S):
            await deed.begin()
    except TimeoutError:
        return False
    return True
