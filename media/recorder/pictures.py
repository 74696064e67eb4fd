"""Packets of a picture source → whole pictures that a decoder can show, without decoding them.

What differs from codec to codec is behind `PictureCodec`; what is the same for all is here: a
picture is used if every packet of it is there and everything that it builds on.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, Protocol

import numpy as np

from media.recorder.packets import RtpPacket
from media.recorder.rows import Flags, Seconds, Whole

TOGETHER = 500
"""Pictures put into columns at a time. Lower: more overhead. Higher: more memory."""


class Part(NamedTuple):
    """What one packet says of the picture it belongs to."""

    data: bytes
    """As its codec's `join` takes it."""
    starts: bool | None
    """A picture begins with this packet. None: the packet alone does not tell."""
    ends: bool = False
    """It ends here, whatever the marker says."""
    base: int | None = None
    """TL0PICIDX: the number of the base layer's picture, if the sender has temporal layers."""
    layer: int = 0
    """0: the base layer, on which the others build."""
    is_spare: bool = False
    """Of a larger size of the same picture, which is left out."""


class PictureCodec(Protocol):
    """One per tape: it may remember what came before."""

    name: str
    """As the tracks of a recording tell it, and FFmpeg."""

    def read(self, payload: bytes) -> Part:
        """Raises ValueError or IndexError for what is no payload of this codec."""

    def join(self, parts: Sequence[bytes]) -> bytes:
        """The picture as the muxer takes it; empty when nothing in it can be shown. Raises
        ValueError or IndexError."""

    def size(self, picture: bytes) -> tuple[int, int] | None:
        """Width and height of a key frame, None of any other. Never raises."""


class Picture(NamedTuple):
    at_s: float
    stretch: int
    """Of its first packet, like the time."""
    follows: bool
    """Nothing is missing between it and the picture before."""
    base: int | None
    layer: int
    data: bytes


class PictureRows(NamedTuple):
    """Pictures in columns, at least one."""

    at_s: Seconds
    stretch: Whole
    follows: Flags
    base: Whole
    """-1: none."""
    layer: Whole
    data: Sequence[bytes]

    @classmethod
    def of(cls, pictures: Sequence[Picture]) -> "PictureRows":
        at_s, stretch, follows, bases, layer, data = zip(*pictures, strict=True)
        base = np.array([-1 if each is None else each for each in bases])
        return cls(
            np.array(at_s), np.array(stretch), np.array(follows), base, np.array(layer), data
        )

    def singly(self) -> Iterator[Picture]:
        columns = (self.at_s, self.stretch, self.follows, self.base, self.layer)
        each = zip(*(column.tolist() for column in columns), self.data, strict=True)
        for at_s, stretch, follows, base, layer, data in each:
            yield Picture(at_s, stretch, follows, None if base < 0 else base, layer, data)


def in_columns(pictures: Iterable[Picture]) -> Iterator[PictureRows]:
    left = iter(pictures)
    while some := list(islice(left, TOGETHER)):
        yield PictureRows.of(some)


class Chain:
    """Whether everything that a picture builds on is there.

    After a hole the chain begins again with a key frame; or, where the sender has temporal layers
    (and therefore pictures that do not lean on every one before), with the next base picture if
    the numbers show that no base picture was in the hole.
    """

    def __init__(self) -> None:
        self._stretch = -1
        self._whole = False
        self._base: int | None = None

    def carried(self, rows: PictureRows, keys: Flags) -> Flags:
        """Of each picture, the next ones, whether it can be shown; `keys`: which are key frames."""
        begun, stretch = bool(keys[0]), int(rows.stretch[0])
        goes_on = begun or (self._whole and stretch == self._stretch)
        if goes_on and rows.stretch[-1] == stretch and np.all(rows.follows | keys):
            self._stretch, self._whole = stretch, True
            bases = rows.base[rows.layer == 0]
            if len(bases):
                self._base = None if bases[-1] < 0 else int(bases[-1])
            return np.ones(len(keys), bool)
        each = zip(rows.singly(), keys.tolist(), strict=True)
        return np.array([self.carries(one, is_keyframe=key) for one, key in each], bool)

    def carries(self, picture: Picture, *, is_keyframe: bool) -> bool:
        if is_keyframe:
            self._stretch, self._whole = picture.stretch, True
        elif picture.stretch != self._stretch:
            return False
        else:
            self._whole = (self._whole and picture.follows) or self._is_next_base(picture)
        if self._whole and picture.layer == 0:
            self._base = picture.base
        return self._whole

    def _is_next_base(self, picture: Picture) -> bool:
        if picture.layer or picture.base is None or self._base is None:
            return False
        return picture.base == (self._base + 1) % 256


class Assembly:
    """Pictures of which every packet is there: from a start to an end, without a hole."""

    def __init__(self, codec: PictureCodec) -> None:
        self.incomplete = 0
        self._codec = codec
        self._parts: list[Part] = []
        self._first: RtpPacket | None = None
        self._follows = False
        self._expected = -1  # the number after the last packet that was of use
        self._seen: RtpPacket | None = None  # the last one of any kind
        self._left_out = -1  # the timestamp of the picture that is being left out

    def pictures(self, packets: Iterable[RtpPacket]) -> Iterator[Picture]:
        for packet in packets:
            yield from self.add(packet)
        self.end()

    def add(self, packet: RtpPacket) -> Iterator[Picture]:
        if not packet.payload:  # only padding: a number without a picture
            self._skip(packet)
            return
        try:
            part = self._codec.read(packet.payload)
        except (ValueError, IndexError):
            return
        if part.is_spare:
            self._skip(packet)
            return
        yield from self._add(packet, part)

    def end(self) -> None:
        """No packet comes any more."""
        self.incomplete += self._first is not None

    @property
    def is_idle(self) -> bool:
        """Whether no picture has begun."""
        return self._first is None

    def takes(self, sequence: int, after: int) -> bool:
        """In place of `add` while it is idle: all packets of whole pictures from this number up to
        `after`, each in its place, the last of each with its marker. Whether they follow on what
        was before. For codecs of which one packet tells whether a picture begins."""
        follows = sequence == self._expected
        self._expected = after
        return follows

    def _skip(self, packet: RtpPacket) -> None:
        self._expected += packet.sequence == self._expected
        self._seen = packet

    def _add(self, packet: RtpPacket, part: Part) -> Iterator[Picture]:
        starts = self._starts(packet, part)
        self._seen = packet
        if self._first is not None:
            is_next = packet.sequence == self._expected
            if is_next and starts and packet.timestamp != self._first.timestamp:
                yield from self._finish()  # its sender set no marker
            elif not is_next:
                self._leave_out(self._first)
        if self._first is None:
            if not starts:
                self._leave_out(packet)
                return
            self._first, self._parts = packet, []
            self._follows = packet.sequence == self._expected
        self._parts.append(part)
        self._expected = packet.sequence + 1
        if packet.marker or part.ends:
            yield from self._finish()

    def _starts(self, packet: RtpPacket, part: Part) -> bool:
        if part.starts is not None:
            return part.starts
        seen = self._seen
        if seen is None or packet.sequence != seen.sequence + 1:
            return False
        return seen.marker or seen.timestamp != packet.timestamp

    def _finish(self) -> Iterator[Picture]:
        first, self._first = self._first, None
        assert first is not None
        try:
            data = self._codec.join([part.data for part in self._parts])
        except (ValueError, IndexError):
            self._expected = -1
            self._leave_out(first)
            return
        if data:
            part = self._parts[-1]
            of_last = (part.base, part.layer, data)
            yield Picture(first.at_s, first.stretch, self._follows, *of_last)
        elif not self._follows:
            self._expected = -1  # the hole before it is a hole before the next one

    def _leave_out(self, packet: RtpPacket) -> None:
        self.incomplete += packet.timestamp != self._left_out
        self._left_out, self._first = packet.timestamp, None
