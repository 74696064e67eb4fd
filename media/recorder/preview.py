"""Small pictures of one person's camera, on one sheet: what it showed, stretch by stretch.

Only key frames are decoded. Browsers send them seldom, when a receiver asks; a stretch without one
shows the last before it, as long as the camera was on.
"""

import io
from collections.abc import Callable, Iterable, Iterator

import av
import numpy as np
from av.error import FFmpegError
from PIL import Image

from app.recordings.models import Source
from app.recordings.previews import Sheet, sheet_of
from media.recorder.frame import Frame, FrameRows
from media.recorder.frames import Counts
from media.recorder.tapes import PersonTapes

GROUND = (16, 33, 30)
"""Where the camera was off: as the page's own empty tile."""
QUALITY = 70
"""Lower: faces dissolve. Higher: larger, and nobody sees the difference at this size."""
DECODERS = {"vp8": "vp8", "vp9": "vp9", "h264": "h264", "av1": "libdav1d"}


def sheet(tapes: PersonTapes, length_ms: int, progress: Callable[[float], None]) -> bytes | None:
    """JPEG; None when the camera showed nothing."""
    layout = sheet_of(length_ms)
    size = (layout.columns * layout.width, layout.rows * layout.height)
    drawn, found = Image.new("RGB", size, GROUND), False
    for place, frame in chosen(tapes.pictures(Source.CAMERA, Counts()), layout):
        picture = _decoded(frame)
        if picture is not None:
            left = place % layout.columns * layout.width
            top = place // layout.columns * layout.height
            drawn.paste(_fitted(picture, layout), (left, top))
            found = True
        progress(place * layout.step_ms / 1000)
    if not found:
        return None
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def chosen(frames: Iterable[FrameRows], layout: Sheet) -> Iterator[tuple[int, Frame]]:
    """For each stretch in which the camera was on: its first key frame, or else the last before."""
    step_s, place, key, shown = layout.step_ms / 1000, -1, None, False
    for rows in frames:
        places = np.clip((rows.at_s / step_s).astype(np.int64), 0, layout.count - 1)
        told = zip(places.tolist(), rows.is_keyframe.tolist(), strict=True)
        for number, (here, is_keyframe) in enumerate(told):
            if here != place:
                if key is not None and not shown:
                    yield place, key
                place, shown = here, False
            if is_keyframe:
                key = rows.frame(number)
                if not shown:
                    yield place, key
                    shown = True
    if key is not None and not shown:
        yield place, key


def _decoded(frame: Frame) -> Image.Image | None:
    """None for what a decoder does not take."""
    decoder = av.CodecContext.create(DECODERS[frame.codec], "r")
    assert isinstance(decoder, av.VideoCodecContext)
    decoder.thread_count = 1
    try:
        pictures = [*decoder.decode(av.Packet(frame.data)), *decoder.decode(None)]
    except FFmpegError:
        return None
    return Image.fromarray(pictures[0].to_ndarray(format="rgb24")) if pictures else None


def _fitted(picture: Image.Image, layout: Sheet) -> Image.Image:
    """Filling its place, as the tiles of the page do: what is too wide or high is cut off."""
    scale = max(layout.width / picture.width, layout.height / picture.height)
    wide, high = round(picture.width * scale), round(picture.height * scale)
    left, top = (wide - layout.width) // 2, (high - layout.height) // 2
    cut = (left, top, left + layout.width, top + layout.height)
    return picture.resize((wide, high)).crop(cut)
