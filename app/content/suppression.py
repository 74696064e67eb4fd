"""What may be shown to others than the research team: no cell that could single someone out. Pure.

A cell of one to four turns is hidden (`FEWEST`). Sums are shown, so one hidden cell in a row or a
column could be worked out from the others: then a second is hidden with it, the smallest that is
left and that suits, until every row and column hides none or at least two.
"""

import numpy as np

from app.analysis.table import Flags, Ints

FEWEST = 5
"""Lower: somebody may be recognised by what they alone spoke of. Higher: little is left to show."""


def hidden(counts: Ints) -> Flags:
    """Of a table whose row and column sums are shown: which cells are not."""
    hide = (counts > 0) & (counts < FEWEST)
    while (cell := _needed(hide, counts) or _turned(_needed(hide.T, counts.T))) is not None:
        hide[cell] = True
    return hide


def _needed(hide: Flags, counts: Ints) -> tuple[int, int] | None:
    """What must be hidden too for the first row that hides one cell: the smallest, and rather one
    whose column hides one cell as well, so that both are done."""
    alone = hide.sum(axis=0) == 1
    for row in np.flatnonzero(hide.sum(axis=1) == 1):
        open_ = np.flatnonzero(~hide[row])
        if len(open_):
            chosen = min(open_, key=lambda column: (not alone[column], counts[row, column]))
            return int(row), int(chosen)
    return None


def _turned(cell: tuple[int, int] | None) -> tuple[int, int] | None:
    return cell and (cell[1], cell[0])
