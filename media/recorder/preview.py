"""Small pictures of one person's camera, on one sheet: what it showed, stretch by stretch.

Drawn while the pictures go by on their way into the person's file: reading the tape once more would
cost as much as a third of writing that file. Only key frames are decoded. Browsers send them
seldom, when a receiver asks; a stretch without one shows the last before it, as long as the camera
was on.
"""

import io
from collections.abc import Iterator

import av
import numpy as np
from av.error import FFmpegError
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray
from PIL import Image

from app.recordings.previews import Sheet
from media.recorder.frame import Frame, FrameRows

GROUND = (16, 33, 30)
"""Where the camera was off: as the page's own empty tile."""
QUALITY = 70
"""Lower: faces dissolve. Higher: larger, and nobody sees the difference at this size."""
DECODERS = {"vp8": "vp8", "vp9": "vp9", "h264": "h264", "av1": "libdav1d"}

Small = NDArray[np.uint8]
"""RGB, (height, width, 3) of a place on the sheet."""


class Preview:
    """The sheet of one camera; its pictures may come in several files, one after another."""

    def __init__(self, layout: Sheet) -> None:
        self._layout = layout
        self._scale = VideoReformatter()
        self._sheet: Small | None = None  # nothing was shown yet
        self._small: tuple[bytes, Small | None] = (b"", None)  # the last that was decoded

    def watched(self, frames: Iterator[FrameRows]) -> Iterator[FrameRows]:
        """The same frames. Of each stretch with any, its first key frame is drawn, or else the
        last before."""
        place, key, drawn = -1, None, True
        for rows in frames:
            for here, keys in self._stretches(rows):
                if here != place:
                    if not drawn and key is not None:
                        self._draw(place, key)
                    place, drawn = here, False
                if keys and not drawn:
                    self._draw(place, rows.frame(keys[0]))
                    drawn = True
                key = rows.frame(keys[-1]) if keys else key
            yield rows
        if not drawn and key is not None:
            self._draw(place, key)

    def jpeg(self) -> bytes | None:
        """None when the camera showed nothing."""
        if self._sheet is None:
            return None
        out = io.BytesIO()
        Image.fromarray(self._sheet).save(out, "JPEG", quality=QUALITY)
        return out.getvalue()

    def _stretches(self, rows: FrameRows) -> Iterator[tuple[int, list[int]]]:
        """Each that has frames, and which of them are key frames."""
        places = (rows.at_s * 1000 / self._layout.step_ms).astype(np.int64)
        places = np.clip(places, 0, self._layout.count - 1)
        for place in np.unique(places).tolist():
            yield place, np.flatnonzero(rows.is_keyframe & (places == place)).tolist()

    def _draw(self, place: int, frame: Frame) -> None:
        if frame.data is not self._small[0]:
            self._small = frame.data, self._decoded(frame)
        small = self._small[1]
        if small is None:
            return
        layout = self._layout
        if self._sheet is None:
            size = (layout.rows * layout.height, layout.columns * layout.width, 3)
            self._sheet = np.full(size, GROUND, np.uint8)
        row, column = divmod(place, layout.columns)
        top, left = row * layout.height, column * layout.width
        self._sheet[top : top + layout.height, left : left + layout.width] = small

    def _decoded(self, frame: Frame) -> Small | None:
        """Filling its place, as the tiles of the page do: what is too wide or high is cut off. None
        for what a decoder does not take."""
        decoder, layout = av.CodecContext.create(DECODERS[frame.codec], "r"), self._layout
        assert isinstance(decoder, av.VideoCodecContext)
        decoder.thread_count = 1
        try:
            pictures = [*decoder.decode(av.Packet(frame.data)), *decoder.decode(None)]
        except FFmpegError:
            return None
        if not pictures:
            return None
        picture = pictures[0]
        scale = max(layout.width / picture.width, layout.height / picture.height)
        wide, high = round(picture.width * scale), round(picture.height * scale)
        fitted = self._scale.reformat(picture, wide, high, "rgb24", interpolation="AREA")
        small = np.asarray(fitted.to_ndarray(), np.uint8)
        left, top = (wide - layout.width) // 2, (high - layout.height) // 2
        return small[top : top + layout.height, left : left + layout.width]
