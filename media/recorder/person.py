"""One person's finished files: voice and camera in one, the shared screen in another."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import numpy as np

from app.recordings.models import FileKind, Source
from media.recorder.containers import form_of
from media.recorder.frame import FrameRows
from media.recorder.frames import Counts
from media.recorder.muxer import Extent, Muxed, mux
from media.recorder.outcome import MadeTrack
from media.recorder.placement import Gaps
from media.recorder.preview import Preview
from media.recorder.scratch import Scratch
from media.recorder.tapes import PersonTapes

Progress = Callable[[float], None]
PICTURED = {FileKind.PERSON: Source.CAMERA, FileKind.SCREEN: Source.SCREEN}
FROZEN_S = 2.0
"""Report pictures that stand still for longer. Lower: a slow screen share is full of gaps."""


class PersonFiles:
    """Writes one person's files into scratch files and says what is in them."""

    def __init__(self, user_id: UUID, tapes: PersonTapes, preview: Preview | None = None) -> None:
        self._user_id = user_id
        self._tapes = tapes
        self._preview = preview

    def codecs(self, kind: FileKind) -> list[str]:
        """Of the pictures, in the order of their first tapes: each becomes a file of its own, since
        a file holds one codec. The voice is in the first."""
        found = self._tapes.codecs(PICTURED[kind])
        return found or ["vp8"] * (kind == FileKind.PERSON)

    def write(
        self, kind: FileKind, out: Scratch, path: str, progress: Progress, codec: str = ""
    ) -> tuple[MadeTrack, ...]:
        """The tracks of the file; none when there is nothing to write. `kind`: PERSON or SCREEN.
        `codec`: one of `codecs`, the first when it is not named."""
        sounds, pictures, gaps = Counts(), Counts(), Gaps()
        still: list[tuple[float, float, str]] = []
        source = PICTURED[kind]
        audio: Iterator[FrameRows] = iter(())
        first = next(iter(self.codecs(kind)), "vp8")
        codec = codec or first
        if kind == FileKind.PERSON and codec == first:
            audio = self._tapes.sound(gaps, sounds)
        video = _watched(self._tapes.pictures(source, pictures, codec), still)
        if self._preview is not None and source == Source.CAMERA:
            video = self._preview.watched(video)
        muxed = mux(out, audio, video, progress, form_of(codec))
        if muxed is None:
            return ()
        tracks = []
        if muxed.audio is not None:
            details = _details(muxed, sounds, gaps.found, self._error_ms(Source.MICROPHONE))
            details |= {
                "filled_ms": round(gaps.concealed_s * 1000),
                "overlapping_frames": gaps.overlapping,
            }
            tracks.append(self._track(Source.MICROPHONE, path, "opus", muxed.audio, details))
        if muxed.video is not None:
            details = _details(muxed, pictures, still, self._error_ms(source))
            details |= {
                "incomplete_frames": pictures.incomplete,
                "undecodable_frames": pictures.undecodable,
                "width": pictures.width,
                "height": pictures.height,
            }
            tracks.append(self._track(source, path, codec, muxed.video, details))
        return tuple(tracks)

    def _error_ms(self, source: Source) -> float:
        return self._tapes.alignment_error_ms(source)

    def _track(
        self, source: Source, path: str, codec: str, extent: Extent, details: dict[str, Any]
    ) -> MadeTrack:
        start = round(extent.start_s * 1000)
        duration = round(extent.end_s * 1000) - start
        return MadeTrack(self._user_id, source, path, codec, start, duration, details)


def _details(
    muxed: Muxed, counts: Counts, gaps: list[tuple[float, float, str]], error_ms: float
) -> dict[str, Any]:
    return {
        "file_start_ms": round(muxed.zero_s * 1000),
        "frames": counts.frames,
        "lost_packets": counts.losses.lost,
        "repeated_packets": counts.losses.repeated,
        "gaps": [
            {"start_ms": round(start * 1000), "end_ms": round(end * 1000), "reason": reason}
            for start, end, reason in gaps
        ],
        "alignment_error_ms": error_ms,
    }


def _watched(
    frames: Iterator[FrameRows], still: list[tuple[float, float, str]]
) -> Iterator[FrameRows]:
    """The same frames; where the picture stands still for long is noted."""
    last: float | None = None
    for rows in frames:
        before = np.append(rows.at_s[0] if last is None else last, rows.at_s[:-1])
        for place in np.flatnonzero(rows.at_s - before > FROZEN_S).tolist():
            still.append((float(before[place]), float(rows.at_s[place]), rows.hole(place)))
        last = float(rows.at_s[-1])
        yield rows
