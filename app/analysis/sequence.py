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
    pairs = chain[:-1] * size + chain[1:]
    return np.bincount(pairs, minlength=size * size).reshape(size, size)


def off_diagonal(matrix: Ints) -> Ints:
    """Changes of speaker alone."""
    return matrix * (1 - np.eye(len(matrix), dtype=np.int64))


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
    """Share of changes that are answered by one in the other direction: Σ min(wᵢⱼ, wⱼᵢ) over Σ wᵢⱼ,
    i ≠ j (weighted reciprocity, Squartini et al. 2013, Scientific Reports 3:2729)."""
    changes = off_diagonal(matrix)
    whole = changes.sum()
    return float(np.minimum(changes, changes.T).sum() / whole) if whole else NAN


def returns(chain: Ints, left_out: Flags | None = None) -> float:
    """Of three speakers in a row, how often the third is the first again: A–B–A, not A–B–X.

    High where pairs talk and the rest listens (Parker 1988, JPSP 54:965: the broken floor). Without
    `left_out`: of the threes in which none of them is.
    """
    order = without_repeats(chain)
    back = order[2:] == order[:-2]
    if left_out is not None:
        inside = ~left_out[order]
        back = back[inside[2:] & inside[1:-1] & inside[:-2]]
    return float(back.mean()) if len(back) else NAN


def answers(chain: Ints) -> list[int | None]:
    """For `shifts`, where nothing else is known: each turn is addressed to who spoke before."""
    order = without_repeats(chain).tolist()
    return [None, *order[:-1]] if order else []


def shifts(speakers: Sequence[int], targets: Sequence[int | None]) -> Counter[str]:
    """Participation shifts of successive turns (Gibson 2003): A is the first speaker, B whom A
    addresses, 0 the group, X another who speaks, Y another who is addressed.

    The same speaker to the same target is the same turn, and no shift.
    """
    merged: list[tuple[int, int | None]] = []
    for pair in zip(speakers, targets, strict=True):
        if not merged or merged[-1] != pair:
            merged.append(pair)
    return Counter(_shift(*one, *two) for one, two in itertools.pairwise(merged))


def _shift(a: int, b: int | None, speaker: int, target: int | None) -> str:
    who = "A" if speaker == a else "B" if speaker == b else "X"
    letters = {None: "0", a: "A"} | ({b: "B"} if b is not None else {})
    to = letters.get(target, "Y")
    return f"{'A0' if b is None else 'AB'}-{who}{to}"
