"""What a room tells its owner. Facts, in the past tense; each is delivered once."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SpeakerChanged:
    participant: str | None


@dataclass(frozen=True)
class PublicationRemoved:
    """A participant left with it. Those that `publish` removed are in its result instead."""

    publication: str


@dataclass(frozen=True)
class LayersWanted:
    """So many layers of it, from the smallest, are looked at or recorded; its sender may stop the
    others."""

    publication: str
    layers: int


@dataclass(frozen=True)
class PicturesResting:
    """What of these this participant's path cannot carry now, though its screen shows them."""

    participant: str
    publications: frozenset[str]


@dataclass(frozen=True)
class TransportLost:
    """The network or the browser ended a peer connection of this participant."""

    participant: str


@dataclass(frozen=True)
class TapeFailed:
    """Nothing more is written of this publication; the disk said `reason`."""

    publication: str
    reason: str


RoomEvent = (
    SpeakerChanged
    | PublicationRemoved
    | LayersWanted
    | PicturesResting
    | TransportLost
    | TapeFailed
)
