"""The tapes of one person, read together: one alignment, and the frames of each source."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import numpy as np

from app.recordings.models import Source
from media.recorder.frame import FrameRows
from media.recorder.frames import PICTURES, Counts, frames
from media.recorder.ordering import ordered
from media.recorder.outcome import Interruption
from media.recorder.placement import Gaps, without_holes
from media.recorder.rows import RowReader
from media.recorder.scanning import Scan, scan
from media.recorder.sound import opus_frames
from media.recorder.timeline import Mapping, align
from media.tape.format import NotATape
from media.tape.reader import Ending, TapeReader

TORN = str(Ending.TORN)
UNREADABLE = "unreadable"
"""It does not even begin as a tape does."""
DAMAGED = (str(Ending.DAMAGED), UNREADABLE)
"""The disk, or somebody, changed it since."""
OPUS = "audio/opus"
NOT_MUXED = "not_muxed"
"""Its codec has no place in our files. The tape is kept, and the manifest says so."""
NODE_STOPPED = "node_stopped"
"""The node was killed in the middle of its tape."""
NOT_RECORDED = "not_recorded"
"""The recording or the consent paused, or the person was away."""

APART_S = 0.002
"""Pictures are so far apart at least. Lower: milliseconds, which files count, may be the same for
two. Higher: those that came too late for their places take longer to catch up."""


@dataclass(frozen=True)
class LocalTape:
    """A tape of which a copy lies on this machine."""

    id: UUID
    source: Source
    path: Path
    data_key: bytes = field(repr=False)


@dataclass(frozen=True)
class Reading:
    """One tape after its first reading. `scan` is None when it has no readable header."""

    tape: LocalTape
    codec: str
    starts_s: float
    scan: Scan | None
    ending: str
    cut_bytes: int


class PersonTapes:
    """Reads every tape once at the start, for its times; `origin_ns` is the common clock's 0."""

    def __init__(
        self,
        tapes: Sequence[LocalTape],
        origin_ns: int,
        interruptions: Sequence[Interruption] = (),
    ) -> None:
        self._interruptions = interruptions
        readings = [_read(tape, origin_ns) for tape in tapes]
        self.readings = [_without_points(reading) for reading in readings]
        usable = [
            (kept, read.scan)
            for kept, read in zip(self.readings, readings, strict=True)
            if read.scan is not None
        ]
        alignment = align([found for _, found in usable])
        self._errors = {
            reading.tape.id: error
            for (reading, _), error in zip(usable, alignment.errors_ms, strict=True)
        }
        self._usable: list[tuple[Reading, Sequence[Mapping]]] = sorted(
            ((r, m) for (r, _), m in zip(usable, alignment.mappings, strict=True)),
            key=lambda item: item[0].starts_s,
        )

    def sound(
        self, gaps: Gaps, counts: Counts, source: Source = Source.MICROPHONE
    ) -> Iterator[FrameRows]:
        """The microphone, or a mixed file, without holes."""
        return without_holes(self._frames(source, counts), gaps)

    def pictures(self, source: Source, counts: Counts, codec: str = "") -> Iterator[FrameRows]:
        """Camera or screen, in the order of time; of this codec, if one is named. None is left out
        whose time has passed, where a clock was put right: those after it build on it."""
        last = float("-inf")
        for rows in self._frames(source, counts, codec):
            if np.any(np.diff(rows.at_s, prepend=last) < APART_S):
                turns = APART_S * np.arange(len(rows) + 1)
                earliest = np.append(last, rows.at_s) - turns
                rows = replace(rows, at_s=(np.maximum.accumulate(earliest) + turns)[1:])
            last = float(rows.at_s[-1])
            yield rows

    def alignment_error_ms(self, source: Source) -> float:
        """How far the source's times may be off, by what its packets show."""
        own = [r.tape.id for r, _ in self._usable if r.tape.source == source]
        return max((self._errors[tape] for tape in own), default=0.0)

    def has(self, source: Source) -> bool:
        return any(reading.tape.source == source for reading, _ in self._usable)

    def codecs(self, source: Source) -> list[str]:
        """The names of a source's codecs, in the order of their first tapes."""
        found = [_name(r.codec) for r, _ in self._usable if r.tape.source == source]
        return list(dict.fromkeys(found))

    def _frames(self, source: Source, counts: Counts, codec: str = "") -> Iterator[FrameRows]:
        before: Reading | None = None
        for reading, mappings in self._usable:
            if reading.tape.source != source or codec not in ("", _name(reading.codec)):
                continue
            tape = TapeReader(reading.tape.path, reading.tape.data_key)
            if reading.codec.lower() == OPUS:
                found = opus_frames(tape.opened(), mappings, counts)
            else:
                rows = ordered(RowReader().batches(tape.opened()), counts.losses)
                found = frames(rows, reading.codec, mappings, counts)
            if before is not None:
                found = _after(self._between(before, reading), found)
            yield from found
            before = reading

    def _between(self, before: Reading, reading: Reading) -> str:
        """Why there is nothing between these two tapes of a source."""
        for one in self._interruptions:
            if before.starts_s <= one.start_ms / 1000 <= reading.starts_s:
                return one.reason
        return NODE_STOPPED if before.ending == TORN else NOT_RECORDED


def _without_points(reading: Reading) -> Reading:
    """As it is kept: of two hours the points are some megabytes, and done with when aligned."""
    scan = reading.scan and replace(reading.scan, stretches=())
    return replace(reading, scan=scan)


def _name(mime_type: str) -> str:
    """As the tracks of a recording tell it: `vp8`."""
    return mime_type.lower().partition("/")[2]


def _after(hole: str, found: Iterator[FrameRows]) -> Iterator[FrameRows]:
    """The first of a tape says why time is missing since the tape before it."""
    for rows in found:
        yield rows.after(hole)
        break
    yield from found


def _read(tape: LocalTape, origin_ns: int) -> Reading:
    try:
        reader = TapeReader(tape.path, tape.data_key)
    except NotATape:
        return Reading(tape, "", 0.0, None, UNREADABLE, tape.path.stat().st_size)
    starts = (reader.header.started_ns - origin_ns) / 1e9
    codec = reader.header.codec
    if codec.mime_type.lower() not in (OPUS, *PICTURES):
        return Reading(tape, codec.mime_type, starts, None, NOT_MUXED, 0)
    found = scan(reader.opened(), codec.clock_rate, starts)
    return Reading(tape, codec.mime_type, starts, found, str(reader.ending), reader.cut_bytes)
