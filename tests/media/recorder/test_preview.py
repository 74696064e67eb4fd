"""The sheet of small pictures: which it shows where, and that it is a picture."""

import io
from fractions import Fraction
from pathlib import Path
from uuid import uuid4

import av
import numpy as np
import pytest
from PIL import Image

from app.recordings.models import FileKind, Source
from app.recordings.previews import Sheet, sheet_of
from media.recorder.frame import Frame, FrameRows
from media.recorder.person import PersonFiles
from media.recorder.preview import GROUND, Preview
from media.recorder.scratch import Scratch
from media.recorder.tapes import LocalTape, PersonTapes
from tests.fixtures.packetisers import CODECS, pictures, send
from tests.fixtures.senders import ORIGIN_NS, Network, Sender, order, write_tape


@pytest.mark.parametrize(
    ("seconds", "count", "step_s"),
    [(0, 1, 60), (60, 1, 60), (61, 2, 60), (3600, 60, 60), (3601, 31, 120), (7200, 60, 120)],
)
def test_a_sheet_has_a_picture_for_every_minute_or_for_some(
    seconds: int, count: int, step_s: int
) -> None:
    layout = sheet_of(seconds * 1000)

    assert (layout.count, layout.step_ms) == (count, step_s * 1000)
    assert layout.rows * layout.columns >= layout.count


def grey(shade: int) -> bytes:
    """A key frame of VP8 of one shade."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 64, 36, "yuv420p"
    encoder.time_base = Fraction(1, 30)
    picture = av.VideoFrame.from_ndarray(np.full((36, 64, 3), shade, np.uint8), format="rgb24")
    made = [*encoder.encode(picture.reformat(format="yuv420p")), *encoder.encode(None)]
    return bytes(made[0])


def drawn(preview: Preview, count: int) -> list[int | None]:
    """The shade of each place on the sheet; None: as the ground, all of them where nothing is."""
    made = preview.jpeg()
    if made is None:
        return [None] * count
    image = Image.open(io.BytesIO(made))
    found: list[int | None] = []
    for place in range(count):
        red, _, blue = (int(each) for each in np.asarray(image)[45, 160 * place + 80])
        found.append(red if abs(red - blue) < 8 else None)
    return found


OFF = None


@pytest.mark.parametrize(
    ("times", "shown"),
    [
        ([(0.1, 60), (4, 90), (11, 0)], [60, 90, OFF, OFF]),  # the last before
        ([(1, 0), (12, 60), (13, 90)], [OFF, 60, OFF, OFF]),  # nothing before the first
        ([(1, 60), (31, 0), (39, 90)], [60, OFF, OFF, 90]),  # the camera was off
        ([(1, 60), (11, 0), (21, 0)], [60, 60, 60, OFF]),  # the same again and again
        ([(1, 60), (99, 90)], [60, OFF, OFF, 90]),  # what lies beyond the end
        ([(-2, 60), (5, 0)], [60, OFF, OFF, OFF]),  # before the recording's start
        ([(1, -1), (2, 0), (11, 90)], [OFF, 90, OFF, OFF]),  # no decoder takes the first
        ([], [OFF, OFF, OFF, OFF]),
    ],
)
@pytest.mark.parametrize("together", [1, 100])
def test_a_stretch_shows_a_key_frame_of_its_own_or_the_last_one(
    times: list[tuple[float, int]], shown: list[int | None], together: int
) -> None:
    """(time, shade) of key frames; shade 0: a frame that is none, -1: a torn one."""
    keys = {shade: grey(shade) for _, shade in times if shade > 0} | {-1: b"torn"}
    frames = [Frame(at, keys.get(shade, b""), shade != 0, 0.0, codec="vp8") for at, shade in times]
    rows = [FrameRows.of(frames[at : at + together]) for at in range(0, len(frames), together)]
    preview = Preview(Sheet(4, 10_000))

    passed = list(preview.watched(iter(rows)))

    assert passed == rows
    for found, wanted in zip(drawn(preview, 4), shown, strict=True):
        assert (found is None) == (wanted is None)
        assert wanted is None or abs((found or 0) - wanted) < 6


@pytest.mark.parametrize("codec", sorted(CODECS))
def test_every_codec_becomes_small_pictures(tmp_path: Path, codec: str) -> None:
    sent = send(Sender(), codec, pictures(codec, 60), 70.0)
    write_tape(order(tmp_path / "c", "camera"), CODECS[codec], Network().arrivals(sent))
    tape = LocalTape(uuid4(), Source.CAMERA, tmp_path / "c", bytes(32))

    preview = Preview(sheet_of(120_000))
    writer = PersonFiles(uuid4(), PersonTapes([tape], ORIGIN_NS), preview)

    with Scratch(tmp_path) as out:
        writer.write(FileKind.PERSON, out, "path", lambda _: None, codec)
    made = preview.jpeg()

    assert made is not None
    image = Image.open(io.BytesIO(made))
    assert image.size == (20 * 160, 90)
    off, on = image.crop((0, 0, 160, 90)), image.crop((160, 0, 320, 90))
    corner = off.getpixel((80, 45))
    assert isinstance(corner, tuple)
    assert all(abs(a - b) < 6 for a, b in zip(corner, GROUND, strict=True))
    assert np.asarray(on.convert("L")).max() > 200  # the white bar


def test_a_camera_that_showed_nothing_has_no_sheet() -> None:
    assert Preview(sheet_of(40_000)).jpeg() is None
