"""WebM with its index in front, written in one pass: VP8 or VP9 pictures and mono Opus sound.

Written here because of what finalising costs: FFmpeg takes as long for the objects around a frame
as all the rest of the way from tape to file, and puts an index in front by writing the whole file
once more. Here clusters are written as they fill, the head is made when all is known, and `Scratch`
puts it before them. Elements: RFC 9559; what WebM has of them: webmproject.org/docs/container.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media.audio.opus import LOOKAHEAD, RATE
from media.recorder.merging import Blocks
from media.recorder.scratch import Scratch

CLUSTER_MS = 5_000
"""A cluster without a key picture begins so long after the one before. Lower: more overhead.
Higher: a jump in a file of sound alone reads more; 32 s is the most that its times can tell."""
CLUSTER_BYTES = 4 << 20
"""Or when it holds so much, for it is in memory until it is written."""

EBML, SEGMENT, CLUSTER = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75"
INFO, TRACKS, CUES = b"\x15\x49\xa9\x66", b"\x16\x54\xae\x6b", b"\x1c\x53\xbb\x6b"
_BLOCK = np.dtype(
    [("name", "u1"), ("size", ">u4"), ("track", "u1"), ("since", ">i2"), ("flags", "u1")]
)
"""What stands before the data of a block, packed."""
_PLAIN = np.dtype(f"V{_BLOCK.itemsize}")
_KEY = 0x80
_LONG_SIZE = 1 << 28
"""Marks a size of four bytes."""
_PRE_ROLL_NS = 80_000_000
"""A decoder of Opus is given so much before the place it is to play (RFC 7845 §4.6)."""


@dataclass(frozen=True)
class Pictures:
    codec: str
    """`vp8` or `vp9`."""
    width: int
    height: int


class WebmWriter:
    """Blocks in the order of time; `end` puts the head before them."""

    def __init__(self, out: Scratch, *, sound: bool, pictures: Pictures | None) -> None:
        self._out = out
        self._sound = sound
        self._pictures = pictures
        self._blocks: list[bytes] = []
        self._size = 0
        self._begins_ms = -CLUSTER_MS
        self._cued = 1 if pictures is not None else 0
        self._cues: list[tuple[int, int]] = []

    def add(self, blocks: Blocks) -> None:
        """Their times count from 0 on.

        Players take `LOOKAHEAD` off the times of sound (CodecDelay), by which it comes out of a
        decoder later than it went into the encoder: so both stand at the same time here.
        """
        at_ms = np.rint(blocks.at_s * 1000).astype(np.int64)
        lengths = np.fromiter(map(len, blocks.data), np.int64, len(blocks))
        cued = (blocks.kind == self._cued) & blocks.is_keyframe
        turns = np.flatnonzero(cued & (blocks.kind == 1))  # where a cluster must begin
        filled = np.cumsum(lengths)
        heads = np.zeros(len(blocks), _BLOCK)
        heads["name"], heads["size"] = 0xA3, _LONG_SIZE | lengths + 4
        heads["track"], heads["flags"] = 0x81 + blocks.kind, _KEY * blocks.is_keyframe
        begin, turn = 0, 0
        while begin < len(blocks):
            is_turn = turn < len(turns) and turns[turn] == begin
            if is_turn or self._is_full(int(at_ms[begin])):
                self._flush()
                self._begins_ms = int(at_ms[begin])
                if cued[begin]:
                    self._cues.append((self._begins_ms, self._out.tell()))
            turn += is_turn
            room = CLUSTER_BYTES - self._size + filled[begin] - lengths[begin]
            ends = [np.searchsorted(filled, room) + 1, len(blocks), *turns[turn : turn + 1]]
            end = int(min(*ends, np.searchsorted(at_ms, self._begins_ms + CLUSTER_MS)))
            heads["since"][begin:end] = at_ms[begin:end] - self._begins_ms
            self._hold(heads[begin:end], blocks.data[begin:end])
            self._size += int(lengths[begin:end].sum())
            begin = end

    def end(self, at_s: float) -> None:
        """How long the file lasts. Puts the head before the blocks."""
        self._flush()
        self._out.begin_with(self._head(self._out.tell(), at_s * 1000))

    def _is_full(self, at_ms: int) -> bool:
        return at_ms - self._begins_ms >= CLUSTER_MS or self._size >= CLUSTER_BYTES

    def _hold(self, heads: NDArray[np.void], data: Sequence[bytes]) -> None:
        """Each block's head before its data."""
        together = [b""] * (2 * len(data))
        together[::2] = heads.view(_PLAIN).tolist()
        together[1::2] = data
        self._blocks += together

    def _flush(self) -> None:
        if self._blocks:
            begins = _element(b"\xe7", _number(self._begins_ms))
            self._out.write(_element(CLUSTER, begins, *self._blocks))
            self._blocks, self._size = [], 0

    def _head(self, clusters: int, lasts_ms: float) -> bytes:
        """All before the clusters, which are so many bytes. Places are counted from the segment's
        first byte and always written with eight, so that the head's size is known before them."""
        info, tracks = _info(lasts_ms), self._tracks()
        seek_bytes = len(_seek(0, 0, 0))
        before = seek_bytes + len(info) + len(tracks)
        shift = before + len(self._index(0))
        index = self._index(shift)
        seek = _seek(seek_bytes, seek_bytes + len(info), before)
        body = seek + info + tracks + index
        size = struct.pack(">Q", 1 << 56 | len(body) + clusters)
        return _ebml() + SEGMENT + size + body

    def _tracks(self) -> bytes:
        tracks = []
        if self._sound:
            sound = _element(b"\xb5", struct.pack(">d", RATE)) + _element(b"\x9f", b"\x01")
            delay = _element(b"\x56\xaa", _number(LOOKAHEAD * 1_000_000_000 // RATE))
            head = _element(b"\x63\xa2", _opus_head()) + delay
            roll = _element(b"\x56\xbb", _number(_PRE_ROLL_NS))
            tracks.append(_track(1, 2, b"A_OPUS", head + roll + _element(b"\xe1", sound)))
        if self._pictures is not None:
            size = _element(b"\xb0", _number(self._pictures.width))
            size += _element(b"\xba", _number(self._pictures.height))
            name = b"V_" + self._pictures.codec.upper().encode()
            tracks.append(_track(2, 1, name, _element(b"\xe0", size)))
        return _element(TRACKS, *tracks)

    def _index(self, shift: int) -> bytes:
        """Of each key picture, or of each cluster of sound alone."""
        points = []
        for at_ms, place in self._cues:
            where = _element(b"\xf7", bytes([1 + self._cued]))
            where += _element(b"\xf1", _place(shift + place))
            points.append(
                _element(b"\xbb", _element(b"\xb3", _number(at_ms)), _element(b"\xb7", where))
            )
        return _element(CUES, *points)


def _ebml() -> bytes:
    said = ((0x4286, 1), (0x42F7, 1), (0x42F2, 4), (0x42F3, 8), (0x4287, 4), (0x4285, 2))
    numbers = (_element(name.to_bytes(2, "big"), bytes([value])) for name, value in said)
    return _element(EBML, *numbers, _element(b"\x42\x82", b"webm"))


def _seek(info: int, tracks: int, index: int) -> bytes:
    places = ((INFO, info), (TRACKS, tracks), (CUES, index))
    told = (_element(b"\x53\xab", name) + _element(b"\x53\xac", _place(at)) for name, at in places)
    return _element(b"\x11\x4d\x9b\x74", *(_element(b"\x4d\xbb", each) for each in told))


def _info(lasts_ms: float) -> bytes:
    return _element(
        INFO,
        _element(b"\x2a\xd7\xb1", _number(1_000_000)),  # ns of a tick
        _element(b"\x44\x89", struct.pack(">d", lasts_ms)),
        _element(b"\x4d\x80", b"eMessi"),
        _element(b"\x57\x41", b"eMessi"),
    )


def _track(number: int, kind: int, codec: bytes, rest: bytes) -> bytes:
    """`kind`: 1 pictures, 2 sound. Not laced, of no language."""
    told = ((b"\xd7", number), (b"\x73\xc5", number), (b"\x9c", 0), (b"\x83", kind))
    numbers = (_element(name, bytes([value])) for name, value in told)
    return _element(
        b"\xae", *numbers, _element(b"\x22\xb5\x9c", b"und"), _element(b"\x86", codec), rest
    )


def _opus_head() -> bytes:
    """RFC 7845 §5.1: version 1, one channel, no gain, mapping family 0."""
    return b"OpusHead" + struct.pack("<BBHIhB", 1, 1, LOOKAHEAD, RATE, 0, 0)


def _element(name: bytes, *content: bytes) -> bytes:
    data = b"".join(content)
    size = len(data)
    wide = -(-(size + 1).bit_length() // 7)  # one more, because all ones would mean "unknown"
    return name + (1 << 7 * wide | size).to_bytes(wide, "big") + data


def _number(value: int) -> bytes:
    return value.to_bytes(max(1, -(-value.bit_length() // 8)), "big")


def _place(value: int) -> bytes:
    return value.to_bytes(8, "big")
