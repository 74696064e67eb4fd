"""What the tapes lack of the truth: piece by piece, by the names of its packets.

Moments do not tell: a packet is often on its tape before its sender comes to note that it left.
Matched by their moments such pieces shift by one, and a stretch of which nothing is lost seems to
lack a picture, 100 ms, somewhere before its end.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from media.rtp import vp8
from tests.soak.truth import Name, Sent, Truth, name_of

MARKER = 0x80
"""Of the second byte: with this packet a picture ends."""


@dataclass
class OnTape:
    """Of one source, on all its tapes."""

    packets: set[Name] = field(default_factory=set)
    pieces: int = 0
    """Packets of a voice, or pictures that end."""
    unseen: set[Name] = field(default_factory=set)
    """Before the first key frame of their tape: the pictures that they build on are on none."""

    def add(self, tape: Iterable[bytes], *, pictures: bool) -> None:
        """`tape`: its packets, in their order."""
        begun = not pictures
        for packet in tape:
            name = name_of(packet)
            self.packets.add(name)
            self.pieces += not pictures or bool(packet[1] & MARKER)
            begun = begun or vp8.read(packet).begins_keyframe
            if not begun:
                self.unseen.add(name)


class Stretch(NamedTuple):
    """While the node said that a source is written."""

    at_end_s: float
    """What lacks after the last that is there: a kill takes it."""
    earlier_s: float
    """What lacks before that."""
    unseen_s: float
    """What is there and can be shown to nobody."""
    kept: list[float]
    """When what is there was due."""


def stretches(truth: Truth, tapes: OnTape) -> Iterator[Stretch]:
    for start, end in truth.recorded:
        sent = [one for one in truth.sent if start <= one.at <= end]
        kept = [one for one in sent if tapes.packets.issuperset(one.packets)]
        last = [one for one in sent if not kept or one.at > kept[-1].at]
        # What lacks counts whole, and yet for no more than the time since it was sent.
        at_end_s = min(len(last) * truth.period_s, end - last[0].at) if last else 0.0
        earlier_s = (len(sent) - len(kept) - len(last)) * truth.period_s
        unseen_s = sum(_is_unseen(one, tapes) for one in kept) * truth.period_s
        yield Stretch(at_end_s, earlier_s, unseen_s, [one.due for one in kept])


def _is_unseen(one: Sent, tapes: OnTape) -> bool:
    return not tapes.unseen.isdisjoint(one.packets)
