"""Packets in columns, put into the order in which they were sent."""

from collections.abc import Iterable, Iterator

import numpy as np

from media.recorder.packets import WAIT_S, Losses
from media.recorder.rows import Batch, Rows, Whole


def ordered(batches: Iterable[Batch], losses: Losses) -> Iterator[Rows]:
    """By number within each stretch, each once. Who comes later than `WAIT_S` is left out."""
    left: Rows | None = None
    after = (-1, 0)  # stretch and number of the last one given
    for batch in batches:
        rows = batch.rows if left is None else _joined(left, batch.rows)
        if not len(rows):
            continue
        ready, left = _until(rows, float(rows.at_s[-1]) - WAIT_S)
        ready, after = _given(ready, after, losses)
        yield ready
    if left is not None:
        order = _order(left)
        yield _given(left if order is None else left.take(order), after, losses)[0]


def _until(rows: Rows, arrival_s: float) -> tuple[Rows, Rows | None]:
    """Those up to the last one that arrived before, in their order, and all that follow on it
    without a hole into which another could still come. The rest stays as it came."""
    order = _order(rows)
    at_s, sequence, stretch = (
        column if order is None else column[order]
        for column in (rows.at_s, rows.sequence, rows.stretch)
    )
    early = np.flatnonzero(at_s <= arrival_s)
    count = int(early[-1]) + 1 if len(early) else 0
    if 0 < count < len(rows):
        holes = np.diff(sequence[count - 1 :]) > 1
        holes |= np.diff(stretch[count - 1 :]) != 0
        count = count + int(np.argmax(holes)) if holes.any() else len(rows)
    if count == len(rows):
        return rows if order is None else rows.take(order), None
    if order is None:
        return rows.take(slice(count)), rows.take(slice(count, None))
    return rows.take(order[:count]), rows.take(np.sort(order[count:]))


def _order(rows: Rows) -> Whole | None:
    """By stretch and number; None: as they are, which is nearly always so."""
    stretches, numbers = np.diff(rows.stretch), np.diff(rows.sequence)
    if np.all((stretches > 0) | ((stretches == 0) & (numbers >= 0))):
        return None
    return np.lexsort((rows.sequence, rows.stretch))


def _given(rows: Rows, after: tuple[int, int], losses: Losses) -> tuple[Rows, tuple[int, int]]:
    """`rows` in their order. Left out is who comes again, or after the last one that was given."""
    if not len(rows):
        return rows, after
    steps = np.diff(rows.sequence, prepend=after[1])
    turns = np.diff(rows.stretch, prepend=after[0])
    late = (rows.stretch < after[0]) | ((rows.stretch == after[0]) & (rows.sequence <= after[1]))
    late |= (turns == 0) & (steps == 0)
    if late.any():
        losses.repeated += int(np.count_nonzero(late))
        return _given(rows.take(~late), after, losses)
    losses.lost += int(np.sum(steps[turns == 0] - 1))
    return rows, (int(rows.stretch[-1]), int(rows.sequence[-1]))


def _joined(first: Rows, second: Rows) -> Rows:
    begin = int(first.begin.min())
    kept = first.plain[begin : int(first.end.max())]
    shift = len(kept)
    return Rows(
        kept + second.plain,
        np.concatenate((first.at_s, second.at_s)),
        np.concatenate((first.sequence, second.sequence)),
        np.concatenate((first.timestamp, second.timestamp)),
        np.concatenate((first.stretch, second.stretch)),
        np.concatenate((first.marker, second.marker)),
        np.concatenate((first.begin - begin, second.begin + shift)),
        np.concatenate((first.end - begin, second.end + shift)),
    )
