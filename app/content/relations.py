"""Which codes go together, and which follow which. Pure.

Counts are told of all groups together; what would be expected is worked out in each group by
itself, and summed. Else all that a group speaks much of would go together, and follow (see
`effects`).
"""

from dataclasses import dataclass

import numpy as np

from app.agreement.ratings import ratio
from app.analysis.table import Flags, Floats, Ints
from app.content.table import NO_CODE, Coded


@dataclass(frozen=True)
class Together:
    """Two sets of codes on the same turns; rows × columns."""

    counts: Floats
    expected: Floats
    """If the two were independent in each group: Σ nᵢ·nⱼ/N over groups."""
    jaccard: Floats
    """Turns with both over turns with either (Jaccard 1901); NaN where there is neither."""


def together(one: Flags, other: Flags, group: Ints) -> Together:
    """Of turns that have a code in both sets: units × codes, twice the same for one axis. `group`:
    of each unit."""
    both = one.any(axis=1) & other.any(axis=1)
    a, b = one[both].astype(np.float64), other[both].astype(np.float64)
    counts, n_a, n_b = a.T @ b, a.sum(axis=0), b.sum(axis=0)
    either = n_a[:, None] + n_b[None, :] - counts
    own = (group[both] == np.unique(group[both])[:, None]).astype(np.float64)
    by_chance = (own @ a).T @ ((own @ b) / own.sum(axis=1)[:, None])
    return Together(counts, by_chance, ratio(counts, either))


def successions(coded: Coded) -> Floats:
    """By group: how often a turn led by the row's code is followed by one led by the column's.

    Lag one, within a meeting. A turn without a code breaks the chain: what stands on both sides of
    it did not follow.
    """
    before, after = coded.leading[:-1], coded.leading[1:]
    chained = (coded.meeting[:-1] == coded.meeting[1:]) & (before != NO_CODE) & (after != NO_CODE)
    counts = np.zeros((coded.groups, coded.codes, coded.codes))
    np.add.at(counts, (coded.group[:-1][chained], before[chained], after[chained]), 1.0)
    return counts


def expected(counts: Floats) -> Floats:
    """By group, if what follows did not depend on what went before: rows times columns over the
    total. Unlike speakers, a code may well follow itself."""
    rows, columns = counts.sum(axis=-1), counts.sum(axis=-2)
    total = rows.sum(axis=-1)[..., None, None]
    product = rows[..., :, None] * columns[..., None, :]
    found = np.zeros(product.shape)
    np.divide(product, total, out=found, where=total > 0)
    return found


def crossed(counts: Floats) -> tuple[Floats, Floats]:
    """Of each cell a against the rest of its group's table, [[a, b], [c, d]]: ad/n and bc/n."""
    total = counts.sum(axis=(-2, -1))[..., None, None]
    a = counts
    b = counts.sum(axis=-1)[..., :, None] - a
    c = counts.sum(axis=-2)[..., None, :] - a
    n = np.maximum(total, 1)
    return a * (total - a - b - c) / n, b * c / n
