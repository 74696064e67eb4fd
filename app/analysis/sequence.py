"""Who speaks after whom. Pure.

Everything here is over the turns that took the floor (`floor.handovers`): a number per turn, the
speaker. Nothing in a recording says to whom something was said, so nothing here claims to.
"""

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np

from app.analysis.table import Flags, Floats, Ints

NAN = float("nan")
CLASSES = {
    "AB-BA": "receiving",
    "AB-B0": "receiving",
    "AB-BY": "receiving",
    "A0-X0": "claiming",
    "A0-XA": "claiming",
    "A0-XY": "claiming",
    "AB-X0": "usurping",
    "AB-XA": "usurping",
    "AB-XB": "usurping",
    "AB-XY": "usurping",
    "A0-AY": "continuing",
    "AB-A0": "continuing",
    "AB-AY": "continuing",
}
"""The 13 participation shifts and their four families (Gibson 2003, Social Forces 81:1335)."""


def without_repeats(chain: Ints) -> Ints:
    """The order of speakers, with turns of the same one in a row as one."""
    return chain[np.concatenate([[True], chain[1:] != chain[:-1]])] if len(chain) else chain


def followings(chain: Ints, size: int) -> Ints:
    """Who-follows-whom: row the earlier speaker, column the next; the diagonal is going on after
    a pause (zoomGroupStats: `turnTaking`)."""
    found: Ints = followings_of(chain[None, :], size)[0]
    return found


def followings_of(orders: Ints, size: int) -> Ints:
    """The same of each row: a matrix each."""
    cells = size * size
    pairs = orders[:, :-1] * size + orders[:, 1:] + cells * np.arange(len(orders))[:, None]
    counts: Ints = np.bincount(pairs.ravel(), minlength=cells * len(orders))
    return counts.reshape(len(orders), size, size)


def among(matrix: Ints, left_out: Flags) -> Ints:
    """With nothing to or from these: changes straight from one of the others to another."""
    kept = ~left_out
    return matrix * (kept[:, None] & kept[None, :])


def off_diagonal(matrix: Ints) -> Ints:
    """Changes of speaker alone."""
    return matrix * (1 - np.eye(matrix.shape[-1], dtype=np.int64))


def row_normalised(matrix: Ints) -> Floats:
    """The share of each next speaker after a given one; zeros where nobody followed."""
    sums = matrix.sum(axis=1, keepdims=True)
    shares = np.zeros(matrix.shape)
    np.divide(matrix, sums, out=shares, where=sums > 0)
    return shares


def expected(matrix: Ints, rounds: int = 500) -> Floats:
    """Counts if who comes next did not depend on who spoke, given how often each speaks.

    Nobody follows themselves, so rows times columns over the total would promise changes that
    cannot be. This is the model of quasi-independence (Goodman 1968, JASA 63:1091): aᵢ·bⱼ off the
    diagonal with the margins observed, found by iterative proportional fitting.
    """
    observed = off_diagonal(matrix).astype(np.float64)
    rows, columns = observed.sum(axis=1), observed.sum(axis=0)
    fitted = 1.0 - np.eye(len(matrix))
    for _ in range(rounds):
        fitted *= _ratio(rows, fitted.sum(axis=1))[:, None]
        fitted *= _ratio(columns, fitted.sum(axis=0))[None, :]
        if np.allclose(fitted.sum(axis=1), rows, rtol=0, atol=1e-9):
            break
    return fitted


def _ratio(wanted: Floats, found: Floats) -> Floats:
    ratio = np.zeros(len(wanted))
    np.divide(wanted, found, out=ratio, where=found > 0)
    return ratio


def star(matrix: Ints, facilitators: Flags) -> float:
    """Share of the changes of speaker that go to or from the facilitator.

    1: a wheel, everything through its hub; 2/n: what an equal would have in a group of n. NaN
    where no facilitator is counted: one who may not be studied did not do nothing.
    """
    changes = off_diagonal(matrix)
    touched = facilitators[:, None] | facilitators[None, :]
    whole = changes.sum()
    return float(changes[touched].sum() / whole) if whole and facilitators.any() else NAN


def reciprocity(matrix: Ints) -> float:
    return float(reciprocities(matrix[None])[0])


def reciprocities(matrices: Ints) -> Floats:
    """Of each the share of changes that are answered by one in the other direction:
    Σ min(wᵢⱼ, wⱼᵢ) over Σ wᵢⱼ, i ≠ j (weighted reciprocity, Squartini et al. 2013, Scientific
    Reports 3:2729)."""
    changes = off_diagonal(matrices)
    answered = np.minimum(changes, np.swapaxes(changes, 1, 2)).sum(axis=(1, 2))
    return _share(answered, changes.sum(axis=(1, 2)))


def returns(chain: Ints, left_out: Flags | None = None) -> float:
    return float(returns_of(without_repeats(chain)[None, :], left_out)[0])


def returns_of(orders: Ints, left_out: Flags | None = None) -> Floats:
    """Of three speakers in a row, how often the third is the first again: A–B–A, not A–B–X.

    High where pairs talk and the rest listens (Parker 1988, JPSP 54:965: the broken floor). Of each
    row, in which nobody follows themselves.
    """
    back, on = threes(orders, left_out)
    return _share(back, back + on)


def threes(orders: Ints, left_out: Flags | None = None) -> tuple[Ints, Ints]:
    """How often in each row the third of three speakers is the first again, and how often another.
    Without `left_out`: of the threes in which none of them is."""
    back = orders[:, 2:] == orders[:, :-2]
    inside = np.ones(orders.shape, dtype=np.bool_) if left_out is None else ~left_out[orders]
    counted = inside[:, 2:] & inside[:, 1:-1] & inside[:, :-2]
    return (back & counted).sum(axis=1), (~back & counted).sum(axis=1)


def _share(part: Ints, whole: Ints) -> Floats:
    found = np.full(len(whole), NAN)
    np.divide(part, whole, out=found, where=whole > 0)
    return found


def answers(chain: Ints) -> list[int | None]:
    """For `shifts`, where nothing else is known: each turn is addressed to who spoke before."""
    order = without_repeats(chain).tolist()
    return [None, *order[:-1]] if order else []


BACK, ON = "AB-BA", "AB-XA"
"""The shifts that `answers` leave: the turn goes back to who spoke before, or on to another."""


def shift(code: str) -> str:
    """The name of the figure that counts these participation shifts."""
    return f"shift_{code}"


def shifts(
    speakers: Sequence[int], targets: Sequence[int | None], left_out: Flags | None = None
) -> Counter[str]:
    """Participation shifts of successive turns (Gibson 2003): A is the first speaker, B whom A
    addresses, 0 the group, X another who speaks, Y another who is addressed.

    The same speaker to the same target is the same turn, and no shift. Without `left_out`: those in
    which none of them speaks or is addressed.
    """
    merged: list[tuple[int, int | None]] = []
    for pair in zip(speakers, targets, strict=True):
        if not merged or merged[-1] != pair:
            merged.append(pair)
    away = set() if left_out is None else set(np.flatnonzero(left_out).tolist())
    return Counter(
        _shift(*one, *two)
        for one, two in itertools.pairwise(merged)
        if away.isdisjoint((*one, *two))
    )


def _shift(a: int, b: int | None, speaker: int, target: int | None) -> str:
    who = "A" if speaker == a else "B" if speaker == b else "X"
    letters = {None: "0", a: "A"} | ({b: "B"} if b is not None else {})
    to = letters.get(target, "Y")
    return f"{'A0' if b is None else 'AB'}-{who}{to}"
