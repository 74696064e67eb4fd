"""The pictures of one file, asked for by time."""

from collections.abc import Iterator

import av
from av.error import FFmpegError

from media.recorder.composite.job import Source
from media.unsealed import Unsealed

FROZEN_S = 3.0
"""A picture that stands for longer is shown no more. Lower: a slow screen share flickers. Higher:
someone who turned the camera off stays on the wall."""

EARLY_S = 1 / 30
"""A picture may be shown so much before its time: half a picture of ours, so that neither side is
favoured, and the first picture of a file is in the first of the video."""


class Moving:
    """Asked with times that only grow, from `start_s` on."""

    def __init__(self, source: Source, start_s: float) -> None:
        self._source = source
        self._frames = self._decoded(start_s)
        self._now: tuple[float, av.VideoFrame] | None = None
        self._next = next(self._frames, None)

    def at(self, at_s: float) -> av.VideoFrame | None:
        """The picture shown then; None: the camera is off. The same object while it stands."""
        while self._next is not None and self._next[0] <= at_s + EARLY_S:
            self._now, self._next = self._next, next(self._frames, None)
        if self._now is None or at_s > self._source.ends_s + FROZEN_S:
            return None
        stands = not self._source.is_screen and at_s - self._now[0] > FROZEN_S
        return None if stands else self._now[1]

    def _decoded(self, start_s: float) -> Iterator[tuple[float, av.VideoFrame]]:
        """Begins at the key frame before, so that there is a picture at the first moment."""
        source = self._source
        try:
            with av.open(Unsealed(source.path, source.data_key), "r") as container:
                stream = container.streams.video[0]
                stream.codec_context.thread_count = 1
                if start_s > source.starts_s:
                    container.seek(round((start_s - source.zero_s) * 1e6))
                for packet in container.demux(stream):
                    try:
                        for frame in packet.decode():
                            yield (frame.time or 0.0) + source.zero_s, frame
                    except FFmpegError:
                        continue  # what a player would pass over
        except FFmpegError:
            return
