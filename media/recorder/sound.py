"""The Opus frames of one tape, on the common clock: read in columns, because there are so many."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from media.audio.opus import duration_s
from media.recorder.frames import NOTHING_SENT, Counts, Frame
from media.recorder.rows import RowReader, ordered
from media.recorder.timeline import Mapping, captured

LOST = "network"
"""Packets that were sent did not arrive."""


def opus_frames(
    chunks: Iterable[bytes], mappings: Sequence[Mapping], counts: Counts
) -> Iterator[Frame]:
    """`counts` is filled while the frames are taken. `chunks`: opened ones of the tape."""
    last = (-1, 0)
    for rows in captured(ordered(RowReader().batches(chunks), counts.losses), mappings):
        if not len(rows):
            continue
        follows = np.diff(rows.sequence, prepend=last[1]) == 1
        follows |= np.diff(rows.stretch, prepend=last[0]) != 0
        last = (int(rows.stretch[-1]), int(rows.sequence[-1]))
        for at, payload, whole in zip(
            rows.at_s.tolist(), rows.payloads(), follows.tolist(), strict=True
        ):
            length = duration_s(payload)
            if length:
                counts.frames += 1
                yield Frame(at, payload, True, length, NOTHING_SENT if whole else LOST)
