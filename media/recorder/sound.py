"""The Opus frames of one tape, on the common clock: read in columns, because there are so many."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from media.audio.opus import duration_s
from media.recorder.frame import NOTHING_SENT, FrameRows
from media.recorder.frames import Counts
from media.recorder.ordering import ordered
from media.recorder.rows import RowReader
from media.recorder.timeline import Mapping, captured

LOST = "network"
"""Packets that were sent did not arrive."""


def opus_frames(
    chunks: Iterable[bytes], mappings: Sequence[Mapping], counts: Counts
) -> Iterator[FrameRows]:
    """`counts` is filled while the frames are taken. `chunks`: opened ones of the tape."""
    last = (-1, 0)
    for rows in captured(ordered(RowReader().batches(chunks), counts.losses), mappings):
        if not len(rows):
            continue
        follows = np.diff(rows.sequence, prepend=last[1]) == 1
        follows |= np.diff(rows.stretch, prepend=last[0]) != 0
        last = (int(rows.stretch[-1]), int(rows.sequence[-1]))
        data = list(rows.payloads())
        lengths = np.array([duration_s(payload) for payload in data])
        holes = [NOTHING_SENT if whole else LOST for whole in follows.tolist()]
        found = FrameRows(rows.at_s, data, np.ones(len(data), bool), lengths, holes=holes)
        sound = np.flatnonzero(lengths)
        counts.frames += len(sound)
        if len(sound):
            yield found if len(sound) == len(found) else found.take(sound)
