"""What may be shown to others than the research team: no cell that could single someone out. Pure.

Of content. A cell is a code in one row of a breakdown (by role, by group, …). It is hidden where
fewer than `FEWEST` people speak in it, nobody included. One cell missing from a breakdown would be
the total less the others, and a few could be bounded, so a code's breakdown is shown whole or not
at all. Three more ways lead to what is hidden, and each is closed:

- the same row of other codes: every turn has one code of an axis that takes one, so that all codes
  of a row may add up to a number known from another axis. The codes hidden in a breakdown are two
  or more, and in each row `FEWEST` people speak with one of them;
- another breakdown of the same code: where a group alone makes up a meeting of the series, or the
  other way round, the one says the other, and both are hidden;
- parts of the programme: tables for others are of the whole of it (see `service.Scope`).

What remains hidden is undetermined for whoever solves all that is shown as linear equations: the
test does so.

Of answers (`app.linkage`): `hidden`, by counts of people whose sum is shown, of all groups
together.
"""

import numpy as np

from app.analysis.table import Flags, Ints

FEWEST = 5
"""Lower: somebody may be recognised by what they alone spoke of. Higher: little is left to show."""


def hidden_codes(there: Flags, besides: Flags) -> Flags:
    """Which codes are not shown in a breakdown. `there`: rows × codes × people, who speaks in each
    cell. `besides`: codes that are hidden in any case."""
    people = there.sum(axis=2)
    hide: Flags = besides | (people < FEWEST).any(axis=0)
    while hide.any() and not hide.all() and _give_away(there, hide):
        left = np.flatnonzero(~hide)
        hide[left[people[:, left].sum(axis=0).argmin()]] = True
    return hide


def _give_away(there: Flags, hide: Flags) -> bool:
    """Whether what these codes have in a row, taken together, says too much of one of them."""
    together = there[:, hide].any(axis=1).sum(axis=1)
    return bool(hide.sum() < 2 or (together < FEWEST).any())


def says(meets: Flags) -> bool:
    """Whether a row is the sum of columns that belong to no other. `meets`: which rows and columns
    of two breakdowns have meetings in common; each has some."""
    own = meets & (meets.sum(axis=0) == 1)
    return bool((own == meets).all(axis=1).any())


def hidden(counts: Ints) -> Flags:
    """Of answers that all people's number is shown beside: which are not. Of one to four people;
    then the smallest that is left, until the number of those hidden no longer follows from the
    rest, or nearly (see `follows`)."""
    hide: Flags = (counts > 0) & (counts < FEWEST)
    while hide.any() and not hide.all() and follows(counts[hide]):
        left = np.flatnonzero(~hide)
        hide[left[counts[left].argmin()]] = True
    return hide


def follows(counts: Ints) -> bool:
    """Whether of hidden answers one is known, to one person or so, to whoever knows their sum and
    that each was given. Fewer than `FEWEST` people are too few in any case."""
    together = counts.sum()
    return bool(len(counts) < 2 or together < FEWEST or together - len(counts) < 2)
