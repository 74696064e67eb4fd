"""What became of all meetings of a crash matrix together."""

from collections import Counter
from dataclasses import dataclass, field
from statistics import median

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
        for source, losses_s in found.losses_s.items():
            for at_end_s, earlier_s in zip(losses_s, found.earlier_s[source], strict=True):
                self.verdict.lost(source, at_end_s, earlier_s)
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
            *(
                f"{source}: {len(losses)} stretches, lost {median(losses) * 1000:.0f} ms in the "
                f"middle, {max(losses) * 1000:.0f} ms at worst, "
                f"{max(self.verdict.earlier_s[source]) * 1000:.0f} ms at worst before the kill"
                for source, losses in self.verdict.losses_s.items()
            ),
            f"most that one stretch lacks in all: {self.worst_s * 1000:.0f} ms",
            f"ended without a kill and started again: {dict(self.by_itself) or 'none'}",
            *self.verdict.complaints,
        ]
        return "\n".join(lines)
