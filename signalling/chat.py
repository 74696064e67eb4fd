"""What one meeting has to remember of chat lines that are to be kept. Pure."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.chat.models import ChatLine

MOST_WAITING = 2_000
"""Lines of one meeting that wait for a database that is away; what comes then is not kept, and its
writer is told. Lower: a long outage leaves a hole. Higher: memory, 16 MB of the longest lines."""
BATCH = 100
"""Lines in one transaction. Lower: more transactions after an outage. Higher: one takes longer."""


@dataclass
class Chat:
    waiting: list[ChatLine] = field(default_factory=list)
    """In the order in which they came."""
    lost: Counter[UUID] = field(default_factory=Counter)
    """Person → lines that could not be kept."""
    is_writing: bool = False
    told: set[UUID] = field(default_factory=set)
    """Those who were told that lines of theirs wait."""

    def add(self, line: ChatLine) -> bool:
        """Whether there was room for it."""
        if len(self.waiting) >= MOST_WAITING:
            self.lost[line.user_id] += 1
            return False
        self.waiting.append(line)
        return True

    def next(self) -> Sequence[ChatLine]:
        return self.waiting[:BATCH]

    def settle(self, lines: Collection[ChatLine]) -> None:
        """These wait no longer: they are written, or nothing allows them any more."""
        done = {line.id for line in lines}
        self.waiting = [line for line in self.waiting if line.id not in done]

    def give_up(self, lines: Collection[ChatLine]) -> None:
        self.lost.update(line.user_id for line in lines)
        self.settle(lines)

    def drop(self, user: UUID) -> Sequence[ChatLine]:
        """*Stop before you write*: what waited of this person is not to be kept any more."""
        dropped = [line for line in self.waiting if line.user_id == user]
        self.settle(dropped)
        return dropped

    def of(self, user: UUID) -> tuple[int, int]:
        """How many lines of this person wait, and how many are lost."""
        return sum(line.user_id == user for line in self.waiting), self.lost[user]
