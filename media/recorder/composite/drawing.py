"""A canvas of YUV 4:2:0, and what is drawn once: names, initials, frames of tiles."""

import colorsys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from media.recorder.composite.layout import Box

Plane = NDArray[np.uint8]
INK, GROUND, TILE = (245, 248, 247), (10, 20, 18), (24, 48, 43)
SPOKEN = (255, 205, 70)
"""The outline of who speaks: told from GROUND by 12:1."""
FONTS = [
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
    Path("/usr/share/fonts/dejavu/DejaVuSans.ttf"),
    Path("/usr/share/fonts/TTF/DejaVuSans.ttf"),
]
"""It knows Cyrillic, Greek and Arabic besides; without it Pillow's own font writes Latin."""


class Drawn(NamedTuple):
    """A still picture in planes."""

    y: Plane
    u: Plane
    v: Plane


class Canvas:
    def __init__(self, width: int, height: int) -> None:
        self.size = width, height
        self._whole = np.zeros((height * 3 // 2, width), np.uint8)
        flat, pixels = self._whole.reshape(-1), width * height
        self.y = flat[:pixels].reshape(height, width)
        self.u = flat[pixels : pixels * 5 // 4].reshape(height // 2, width // 2)
        self.v = flat[pixels * 5 // 4 :].reshape(height // 2, width // 2)

    def fill(self, box: Box, colour: tuple[int, int, int]) -> None:
        left, top, width, height = box
        luma, blue, red = _yuv(colour)
        self.y[top : top + height, left : left + width] = luma
        half = np.s_[top // 2 : (top + height) // 2, left // 2 : (left + width) // 2]
        self.u[half], self.v[half] = blue, red

    def paste(self, drawn: Drawn, left: int, top: int) -> None:
        high, wide = drawn.y.shape
        self.y[top : top + high, left : left + wide] = drawn.y
        half = np.s_[top // 2 : (top + high) // 2, left // 2 : (left + wide) // 2]
        self.u[half], self.v[half] = drawn.u, drawn.v

    def outline(self, box: Box, thick: int, colour: tuple[int, int, int]) -> None:
        """Around the box, outside of it."""
        left, top, width, height = box
        wide, high = width + 2 * thick, height + 2 * thick
        self.fill(Box(left - thick, top - thick, wide, thick), colour)
        self.fill(Box(left - thick, top + height, wide, thick), colour)
        self.fill(Box(left - thick, top - thick, thick, high), colour)
        self.fill(Box(left + width, top - thick, thick, high), colour)

    def frame(self) -> av.VideoFrame:
        return av.VideoFrame.from_ndarray(self._whole, format="yuv420p")


def scaled(frame: av.VideoFrame, width: int, height: int) -> Drawn:
    return _planes(frame.reformat(width=width, height=height, format="yuv420p"))


@cache
def label(name: str, width: int, height: int) -> Drawn:
    """A name on a dark strip, cut off where the tile ends."""
    font, pad = _font(round(height * 0.62)), height // 3
    text = name
    while text and font.getlength(text) > width - 2 * pad:
        text = text[:-2].rstrip() + "…" if len(text) > 2 else ""
    wide = min(int(font.getlength(text)) + 2 * pad, width) // 2 * 2
    image = Image.new("RGB", (max(wide, 2), height), GROUND)
    ImageDraw.Draw(image).text((pad, height / 2), text, INK, font, anchor="lm")
    return _drawn(image)


@cache
def avatar(name: str, hue: int, width: int, height: int) -> Drawn:
    """Who has no picture: the initials in the colour of the person."""
    image = Image.new("RGB", (width, height), TILE)
    drawing, radius = ImageDraw.Draw(image), height * 0.28
    middle = width / 2, height / 2
    red, green, blue = colorsys.hls_to_rgb((hue - 1) / 12, 0.36, 0.5)
    colour = (round(255 * red), round(255 * green), round(255 * blue))
    drawing.circle(middle, radius, colour)
    drawing.text(middle, initials(name), INK, _font(round(radius * 0.8)), anchor="mm")
    return _drawn(image)


def initials(name: str) -> str:
    """Of the first and the last word, as the pages show them."""
    words = name.split()
    ends = dict.fromkeys((words[0], words[-1])) if words else {}
    return "".join(word[0] for word in ends).upper()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for path in FONTS:
        if path.exists():
            return ImageFont.truetype(path, size)
    return ImageFont.load_default(size)


def _drawn(image: Image.Image) -> Drawn:
    return _planes(
        av.VideoFrame.from_ndarray(np.asarray(image), format="rgb24").reformat(format="yuv420p")
    )


def _planes(frame: av.VideoFrame) -> Drawn:
    width, height = frame.width, frame.height
    flat, pixels = frame.to_ndarray().astype(np.uint8, copy=False).reshape(-1), width * height
    half = height // 2, width // 2
    u, v = flat[pixels : pixels * 5 // 4], flat[pixels * 5 // 4 :]
    return Drawn(flat[:pixels].reshape(height, width), u.reshape(half), v.reshape(half))


@cache
def _yuv(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    drawn = _drawn(Image.new("RGB", (2, 2), colour))
    return int(drawn.y[0, 0]), int(drawn.u[0, 0]), int(drawn.v[0, 0])
