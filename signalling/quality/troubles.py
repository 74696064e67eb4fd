"""When it is said aloud that a connection works badly, and when no more. Pure.

A number that crosses a line for a moment is no trouble: one begins only when it lasts, and ends
only when it has stayed away. Otherwise a notice would come and go, and nobody would believe it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from signalling.messages import RoleName, TroubleName, TroubleState
from signalling.quality.merging import HALTS, Seen

BEGINS_AFTER = 2
"""Looks in which it is bad. Lower: a passing lift is announced. Higher: the observer wonders for
longer what is the matter."""
ENDS_AFTER = 3
"""Looks in a row in which it is good. Lower: the notice flickers. Higher: someone is still said to
have trouble who has moved to the router."""
NEW_WEIGHT = 0.4
"""Of the last look in the amount that is shown. Lower: it lags behind. Higher: it jumps."""
SEES_EVERYONE: frozenset[RoleName] = frozenset({"facilitator", "observer"})


@dataclass(frozen=True)
class Line:
    """From where on it is bad, and below what it is good again."""

    begins: float
    ends: float
    unit: float = 0.0
    """What is shown is the amount in these; 0: no amount is shown."""
    news: int = 1
    """What is shown changes when it is off by so much. Lower: a screen reader never rests. Higher:
    an old number stands."""


LINES: Mapping[TroubleName, Line] = {
    "sends_lossy": Line(0.06, 0.03, unit=0.01, news=3),
    "receives_lossy": Line(0.06, 0.03, unit=0.01, news=3),
    "line_slow": Line(1, 1),
    "pictures_halt": Line(HALTS, HALTS / 4),
    "answers_late": Line(400, 300, unit=1, news=100),
}
"""Losses: up to 5 % is repaired unnoticed; lower alarms for nothing, higher lets people suffer in
silence. A round trip above 400 ms makes people talk into each other; lower names every satellite
and mobile line, higher only those who have given up by then."""


@dataclass
class _Held:
    bad: int = 0
    good: int = 0
    standing: bool = False
    level: float = 0.0
    shown: int | None = None

    def settle(self, level: float | None, line: Line) -> bool:
        """Whether it stands. None: nobody could tell, which begins nothing and may end it."""
        if level is not None and level >= (line.ends if self.standing else line.begins):
            fresh = not self.bad
            self.level = level if fresh else self.level + NEW_WEIGHT * (level - self.level)
            self.bad, self.good = self.bad + 1, 0
            self.standing = self.standing or self.bad >= BEGINS_AFTER
        else:
            self.good += 1
            if level is not None and not self.standing:
                self.bad = 0
            if self.good >= ENDS_AFTER:
                self.bad, self.standing, self.shown = 0, False, None
        if self.standing and line.unit:
            amount = round(self.level / line.unit)
            if self.shown is None or abs(amount - self.shown) >= line.news:
                self.shown = amount
        return self.standing


class Troubles:
    """Of everyone in one meeting."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, TroubleName], _Held] = {}

    def settle(self, seen: Mapping[str, Seen]) -> list[TroubleState]:
        """What stands after this look; call it for every look, with everyone who is there."""
        held, standing = {}, []
        for participant in sorted(seen):
            for trouble, level in levels(seen[participant]).items():
                key = participant, trouble
                held[key] = one = self._held.get(key) or _Held()
                if one.settle(level, LINES[trouble]):
                    standing.append(
                        TroubleState(participant=participant, trouble=trouble, amount=one.shown)
                    )
        self._held = held
        return standing


def levels(seen: Seen) -> dict[TroubleName, float | None]:
    """How bad each is in one look, as `LINES` measures it."""
    figures = seen.figures
    return {
        "sends_lossy": figures.uplink_loss,
        "receives_lossy": figures.downlink_loss,
        "line_slow": float(figures.pictures_resting),
        "pictures_halt": seen.halted,
        "answers_late": figures.rtt_ms,
    }


def told_to(participant: str, role: RoleName, troubles: list[TroubleState]) -> list[TroubleState]:
    """The facilitator and observers hear of everyone, others of themselves: nobody's line is the
    talk of the group."""
    if role in SEES_EVERYONE:
        return troubles
    return [trouble for trouble in troubles if trouble.participant == participant]
