"""One piece of a composite, rendered in a process of its own that gives way to all others.

It is told how far to give way as its argument, and what to do on its standard input; it tells how
far it is on standard error, a number from 0 to 1 a line, and gives the piece, a WebM without sound,
on standard output. It writes nothing to the disk and knows no database. When its parent is gone, so
is the pipe, and it ends.
"""

import bisect
import io
import os
import sys
from collections.abc import Callable
from fractions import Fraction

import av
from av.video.stream import VideoStream

from media.recorder.composite.drawing import GROUND, SPOKEN, Canvas, avatar, label, scaled
from media.recorder.composite.job import Job, Source
from media.recorder.composite.layout import GAP, Box, fitted, with_screens
from media.recorder.composite.moving import Moving

BITRATE = 1_000_000
"""Bits a second. Lower: faces smear. Higher: 90 minutes take more than 700 MB."""
KEYFRAME_S = 5
"""Lower: larger. Higher: a jump in a player takes longer."""
OPTIONS = {"deadline": "realtime", "cpu-used": "6", "lag-in-frames": "0", "static-thresh": "100"}
Shown = dict[int, object]


class Wall:
    """The picture as it is now. Only what changed is drawn again."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._canvas = Canvas(job.width, job.height)
        self._moving: dict[int, Moving] = {}
        self._arranged: tuple[object, ...] = ()
        self._people: tuple[Box, ...] = ()
        self._screens: dict[int, Box] = {}
        self._drawn: Shown = {}
        self._spoken = -1
        self._sources = [
            (tile, source) for tile, each in enumerate(job.tiles) for source in each.sources
        ]

    def at(self, at_s: float) -> av.VideoFrame:
        frames = {
            number: frame
            for number, (_, source) in enumerate(self._sources)
            if (frame := self._picture(number, source, at_s)) is not None
        }
        screens = [number for number in frames if self._sources[number][1].is_screen]
        self._arrange(screens)
        cameras = {
            self._sources[number][0]: frame
            for number, frame in frames.items()
            if number not in screens
        }
        for tile, box in enumerate(self._people):
            self._draw(tile, box, cameras.get(tile))
        for number, box in self._screens.items():
            self._draw(-1 - number, box, frames[number])
        self._point_at(self._leader(at_s))
        return self._canvas.frame()

    def _picture(self, number: int, source: Source, at_s: float) -> av.VideoFrame | None:
        if at_s < source.starts_s:
            return None
        if number not in self._moving:
            self._moving[number] = Moving(source, at_s)
        return self._moving[number].at(at_s)

    def _arrange(self, screens: list[int]) -> None:
        arranged = tuple(screens)
        if arranged == self._arranged and self._drawn:
            return
        width, height = self._canvas.size
        whole = Box(0, 0, width, height)
        self._canvas.fill(whole, GROUND)
        self._people, boxes = with_screens(len(self._job.tiles), len(screens), whole)
        self._screens = dict(zip(screens, boxes, strict=True))
        self._arranged, self._drawn, self._spoken = arranged, {}, -1

    def _draw(self, key: int, box: Box, frame: av.VideoFrame | None) -> None:
        if key in self._drawn and self._drawn[key] is frame:
            return
        tile = self._job.tiles[key if key >= 0 else self._sources[-1 - key][0]]
        if frame is None:
            self._canvas.paste(
                avatar(tile.name, tile.hue, box.width, box.height), box.left, box.top
            )
        else:
            inside = fitted(frame.width, frame.height, box)
            if inside[2:] != box[2:]:
                self._canvas.fill(box, GROUND)
            picture = scaled(frame, inside.width, inside.height)
            self._canvas.paste(picture, inside.left, inside.top)
        high = max(min(box.height // 8, 30) // 2 * 2, 14)
        name = label(tile.name, box.width, high)
        self._canvas.paste(name, box.left, box.top + box.height - high)
        self._drawn[key] = frame

    def _leader(self, at_s: float) -> int:
        place = bisect.bisect_right(self._job.floor, (at_s, len(self._job.tiles)))
        return self._job.floor[place - 1][1] if place else -1

    def _point_at(self, tile: int) -> None:
        if tile == self._spoken:
            return
        for which, colour in ((self._spoken, GROUND), (tile, SPOKEN)):
            if which >= 0:
                self._canvas.outline(self._people[which], GAP // 2, colour)
        self._spoken = tile


def render(job: Job, progress: Callable[[float], None]) -> bytes:
    out, wall = io.BytesIO(), Wall(job)
    with av.open(out, "w", format="webm", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libvpx", rate=job.rate, options=OPTIONS)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = job.width, job.height, "yuv420p"
        stream.bit_rate, stream.gop_size = BITRATE, KEYFRAME_S * job.rate
        stream.codec_context.thread_count = 1
        first, last = round(job.start_s * job.rate), round(job.end_s * job.rate)
        for number in range(first, last):
            frame = wall.at(number / job.rate)
            frame.pts, frame.time_base = number - first, Fraction(1, job.rate)
            container.mux(stream.encode(frame))
            if not number % job.rate:
                progress((number - first) / (last - first))
        container.mux(stream.encode(None))
    return out.getvalue()


def main() -> None:
    os.nice(int(sys.argv[1]))
    job = Job.from_json(sys.stdin.buffer.read())

    def told(share: float) -> None:
        sys.stderr.write(f"{share:.3f}\n")
        sys.stderr.flush()

    sys.stdout.buffer.write(render(job, told))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
