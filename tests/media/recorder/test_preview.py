"""The sheet of small pictures: which it shows where, and that it is a picture."""

import io
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from app.recordings.models import Source
from app.recordings.previews import MOST, STEP_MS, Sheet, sheet_of
from media.recorder.frame import Frame, in_columns
from media.recorder.preview import GROUND, chosen, sheet
from media.recorder.tapes import LocalTape, PersonTapes
from tests.fixtures.packetisers import CODECS, pictures, send
from tests.fixtures.senders import ORIGIN_NS, Network, Sender, order, write_tape


@pytest.mark.parametrize(
    ("minutes", "step_s", "count"), [(0, 10, 1), (1, 10, 6), (50, 10, 300), (51, 20, 153)]
)
def test_a_sheet_has_a_bound(minutes: int, step_s: int, count: int) -> None:
    layout = sheet_of(minutes * 60_000)

    assert (layout.step_ms, layout.count) == (step_s * 1000, count)
    assert layout.count <= MOST
    assert layout.rows * layout.columns >= layout.count


def frames(times: Sequence[tuple[float, bool]]) -> list[Frame]:
    return [Frame(at, str(at).encode(), key, 0.0, codec="vp8") for at, key in times]


@pytest.mark.parametrize(
    ("times", "shown"),
    [
        ([(0.1, True), (4, True), (11, False)], [(0, b"0.1"), (1, b"4")]),  # the last before
        ([(1, False), (12, True), (13, True)], [(1, b"12")]),  # nothing before the first
        ([(1, True), (31, False), (39, True)], [(0, b"1"), (3, b"39")]),  # the camera was off
        ([(1, True), (99, True)], [(0, b"1"), (3, b"99")]),  # what lies beyond the end
        ([], []),
    ],
)
def test_a_stretch_shows_a_key_frame_of_its_own_or_the_last_one(
    times: list[tuple[float, bool]], shown: list[tuple[int, bytes]]
) -> None:
    found = [
        (place, frame.data) for place, frame in chosen(in_columns(frames(times)), Sheet(STEP_MS, 4))
    ]

    assert found == shown


@pytest.mark.parametrize("codec", sorted(CODECS))
def test_every_codec_becomes_small_pictures(tmp_path: Path, codec: str) -> None:
    sent = send(Sender(), codec, pictures(codec, 60), 20.0)
    write_tape(order(tmp_path / "c", "camera"), CODECS[codec], Network().arrivals(sent))
    tape = LocalTape(uuid4(), Source.CAMERA, tmp_path / "c", bytes(32))

    made = sheet(PersonTapes([tape], ORIGIN_NS), 40_000, lambda _: None)

    assert made is not None
    image = Image.open(io.BytesIO(made))
    assert image.size == (20 * 160, 90)
    off, on = image.crop((0, 0, 160, 90)), image.crop((320, 0, 480, 90))
    corner = off.getpixel((80, 45))
    assert isinstance(corner, tuple)
    assert all(abs(a - b) < 6 for a, b in zip(corner, GROUND, strict=True))
    assert max(on.convert("L").getextrema()) > 200  # the white bar


def test_a_camera_that_showed_nothing_has_no_sheet() -> None:
    assert sheet(PersonTapes([], ORIGIN_NS), 40_000, lambda _: None) is None
