"""Figures of groups of different size and of meetings of different length, made comparable. Pure.

Without anybody doing anything otherwise, the largest of n shares falls with n, as do the part of n
people's changes that one has, and returns of which there is one chance in n − 1; and whatever is
counted grows with time. So each stands over what it would be if all were alike, or by the hour.
"""

import numpy as np

from app.analysis.sequence import BACK, ON, shift
from app.analysis.table import Floats, Talk

NAN = float("nan")
HOUR_MS = 3_600_000
COUNTED = {
    **{name: name for name in ("changes", "interruptions", "succeeded", "dual_starts")},
    **{"turned_back": shift(BACK), "third_came_in": shift(ON)},
}
"""What is told by the hour, and the figure that counts it."""


def scales(
    counted: int, people: int, recorded_ms: int, overlap: float
) -> dict[str, tuple[str, float]]:
    """By its name: of which figure it is made, and times what. `counted`: whom balance is about;
    `people`: who may come next, the one who speaks included; `overlap`: what it would be if nobody
    heeded anybody. By the hour recorded, also where it is without the facilitator."""
    hours = recorded_ms / HOUR_MS
    return {
        "overlap_to_chance": ("overlap", 1 / overlap if overlap else NAN),
        "largest_share_to_even": ("largest_share", counted),
        "returns_to_even": ("returns", people - 1),
        **{
            f"{name}_per_hour": (figure, 1 / hours if hours else NAN)
            for name, figure in COUNTED.items()
        },
    }


def star_by_chance(table: Talk) -> float:
    """The facilitator's part in the changes of speaker if the next were any other, in proportion to
    time present: what `null.stars` draws, worked out.

    The chain goes from i to j with wⱼ/(1 − wᵢ), and is in i for wᵢ(1 − wᵢ) of the time: a change
    between i and j is as frequent as wᵢ·wⱼ. So the part without the facilitator is Σ wᵢ·wⱼ over
    pairs of the others, over that of all pairs; 2/n is left where n people stayed as long."""
    present = table.present_ms.astype(np.float64)
    everyone, others = _pairs(present), _pairs(present[~table.facilitators])
    return 1 - others / everyone if everyone else NAN


def _pairs(weights: Floats) -> float:
    """Σ wᵢ·wⱼ, i ≠ j."""
    return float(weights.sum() ** 2 - (weights**2).sum())
