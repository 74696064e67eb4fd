"""What the relay knows of how well each participant's two connections work. Changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from media.relay.downlink import Downlink
from media.relay.publication import Publication
from media.relay.room import Room


@dataclass(frozen=True)
class Sent:
    """One source, as it came since the last look."""

    publication: str
    source: str
    expected: int
    """Packets of all its layers."""
    lost: int
    """Of these on the way; most of them came when they were asked for again."""
    missing: int
    """Of these, never came."""
    jitter_ms: float | None
    """RFC 3550 A.8, of the layer in which it is largest; None: nothing came."""
    layers: tuple[float, ...]
    """Bits per second of each layer, from the smallest; 0: it is not sent at present."""

    @property
    def bps(self) -> float:
        return sum(self.layers)


@dataclass(frozen=True)
class Received:
    """What one participant is given."""

    expected: int = 0
    """Packets of whose fate it told since the last look, repairs and probes included; 0 also of one
    who gives no transport-wide feedback."""
    lost: int = 0
    rtt_ms: float | None = None
    estimate_bps: float | None = None
    """What its path is believed to carry; None: it does not tell of arrivals."""
    given: Mapping[str, int] = field(default_factory=dict)
    """Publication → layer, from the smallest 0: the pictures that are sent to it now."""
    resting: frozenset[str] = frozenset()
    """Pictures that its screen has room for and its path has not."""


@dataclass(frozen=True)
class Quality:
    sent: tuple[Sent, ...] = ()
    received: Received = field(default_factory=Received)


class Look:
    """One reader's looks at one room. Each tells of the time since the one before."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._told: dict[str, tuple[int, int]] = {}

    def take(self, now: float) -> dict[str, Quality]:
        """By participant. `now`: monotonic seconds."""
        sent: dict[str, list[Sent]] = {name: [] for name in self._room.participants}
        for publication in self._room.publications.values():
            sent.setdefault(publication.participant, []).append(_sent(publication, now))
        told, self._told = self._told, {}
        received = {
            name: self._received(name, person.downlink, told.get(name, (0, 0)), now)
            for name, person in self._room.participants.items()
            if person.downlink is not None
        }
        return {
            name: Quality(tuple(sources), received.get(name, Received()))
            for name, sources in sent.items()
        }

    def _received(
        self, name: str, downlink: Downlink, before: tuple[int, int], now: float
    ) -> Received:
        bandwidth, rtt_s = downlink.bandwidth, downlink.reports.rtt_s
        self._told[name] = counts = bandwidth.told, bandwidth.estimate.lost
        if counts[0] < before[0] or counts[1] < before[1]:
            before = (0, 0)  # another peer connection
        return Received(
            expected=counts[0] - before[0],
            lost=counts[1] - before[1],
            rtt_ms=None if rtt_s is None else rtt_s * 1000,
            estimate_bps=bandwidth.estimate.bps if bandwidth.trusted else None,
            given={
                publication.id: subscription.wanted.layer
                for publication, subscription in downlink.pictures
                if subscription.wanted is not None and _is_sent(publication, now)
            },
            resting=downlink.resting,
        )


def _is_sent(publication: Publication, now: float) -> bool:
    return not publication.muted and any(layer.meter.live(now) for layer in publication.layers)


def _sent(publication: Publication, now: float) -> Sent:
    tallied = [layer.tally.take() for layer in publication.layers]
    numbers = [layer.reception.numbers for layer in publication.layers]
    came = [n for n, t in zip(numbers, tallied, strict=True) if t.expected > t.missing]
    return Sent(
        publication.id,
        publication.source,
        sum(each.expected for each in tallied),
        sum(each.lost for each in tallied),
        sum(each.missing for each in tallied),
        max((n.jitter / n.clock_rate * 1000 for n in came), default=None),
        tuple(layer.meter.bps if layer.meter.live(now) else 0.0 for layer in publication.layers),
    )
