"""The two kinds of files that people's recordings become, both with their index in front.

VP8, VP9 and AV1 go into WebM. H.264 has no place there; Matroska would take it, but Safari plays no
Matroska and Firefox only of late, while MP4 with H.264 and Opus plays in all browsers, in VLC, and
in what people have. An index in front lets a player jump into a file of hours with two requests;
at its end it would have to be looked for first.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass

import av
from av.container import InputContainer
from av.error import FFmpegError

from media.recorder.frame import Frame
from media.recorder.frames import PICTURES


@dataclass(frozen=True)
class Form:
    name: str
    """FFmpeg's, and the ending of the file."""
    media_type: str
    options: Mapping[str, str]


WEBM = Form("webm", "video/webm", {"cues_to_front": "1"})
MP4 = Form("mp4", "video/mp4", {"movflags": "+faststart"})

SIZES = {made.name: made.size for made in (make() for make in PICTURES.values())}
DELIMITED = {"h264": ("h264", b""), "av1": ("obu", b"\x12\x00")}
"""Codecs whose key frame says what stands in the file's head: how it is read, and what goes before
it."""


def form_of(codec: str) -> Form:
    return MP4 if codec == "h264" else WEBM


class NoHead(ValueError):
    """A key frame that says too little to begin a file with."""


def read_alone(frame: Frame) -> InputContainer:
    """Raises NoHead."""
    name, before = DELIMITED[frame.codec]
    try:
        found = av.open(io.BytesIO(before + frame.data), "r", format=name)
    except FFmpegError as error:
        raise NoHead(str(error)) from None
    if not found.streams.video or not found.streams.video[0].codec_context.extradata:
        found.close()
        raise NoHead("no parameters")
    return found


def can_begin(frame: Frame) -> bool:
    """Whether a file may begin with this picture."""
    if not frame.is_keyframe or frame.codec not in DELIMITED:
        return frame.is_keyframe
    try:
        read_alone(frame).close()
    except NoHead:
        return False
    return True
