"""What became of all meetings of a crash matrix together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.soak.losses import Stretch
from tests.soak.verdict import MOST_LOST_S, Verdict


@dataclass
class Report:
    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    deeds: Counter[str] = field(default_factory=Counter)
    meetings: int = 0
    verdict: Verdict = field(default_factory=Verdict)
    by_itself: Counter[str] = field(default_factory=Counter)
    took_s: float = 0.0

    def add(self, found: Verdict) -> None:
        self.meetings += 1
        for source, own in found.stretches.items():
            self.verdict.stretches.setdefault(source, []).extend(own)
        self.verdict.lines += found.lines
        self.verdict.complaints += found.complaints
        self.verdict.torn += found.torn
        self.verdict.tapes += found.tapes

    @property
    def worst_s(self) -> float:
        return self.verdict.worst_s

    @property
    def is_good(self) -> bool:
        return self.worst_s <= MOST_LOST_S and not self.verdict.complaints

    def __str__(self) -> str:
        kills = ", ".join(f"{count} of {kind}" for kind, count in sorted(self.kills.items()))
        lines = [
            f"seed {self.seed}: {sum(self.kills.values())} kills ({kills}) in {self.meetings} "
            f"meetings, {self.took_s:.0f} s",
            ", ".join(f"{count} times {name}" for name, count in sorted(self.deeds.items()))
            or "nobody took anything back",
            f"{self.verdict.tapes} tapes, {self.verdict.torn} of them torn; "
            f"{self.verdict.lines} chat lines",
            *(_figures(source, own) for source, own in self.verdict.stretches.items() if own),
            f"most that one stretch lacks in all: {_ms(self.worst_s)}",
            f"ended without a kill and started again: {dict(self.by_itself) or 'none'}",
            *self.verdict.complaints,
        ]
        return "\n".join(lines)


def _figures(source: str, own: Sequence[Stretch]) -> str:
    at_end = [one.at_end_s for one in own]
    return (
        f"{source}: {len(own)} stretches, lost {_ms(median(at_end))} in the middle, "
        f"{_ms(max(at_end))} at worst, {_ms(max(one.earlier_s for one in own))} at worst before "
        f"the kill; at worst {_ms(max(one.unseen_s for one in own))} before a first key frame"
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
