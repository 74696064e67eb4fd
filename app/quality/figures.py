"""How well one person's connections worked over a stretch of time. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import TypeVar

ENOUGH_PACKETS = 100
"""A share of fewer is no share: one lost packet of ten is not 10 %. Lower: a quiet microphone looks
like a bad line. Higher: one who sends little is never judged."""

N = TypeVar("N", int, float)


@dataclass(frozen=True)
class Figures:
    """None: nobody could tell, the browser least of all. *Lost*: on the way, also what came when it
    was asked for again; *missing*: never came."""

    seconds: float
    rtt_ms: float | None = None
    """To the node and back."""
    uplink_packets: int = 0
    """That should have come to the node."""
    uplink_lost: int = 0
    uplink_missing: int = 0
    uplink_jitter_ms: float | None = None
    uplink_bps: float | None = None
    """That came."""
    uplink_estimate_bps: float | None = None
    """What the path is believed to carry."""
    uplink_layers: int = 0
    """Sizes of the camera's picture that are sent; 1 also for a picture without layers."""
    uplink_limited: str | None = None
    """What keeps the camera's picture from being better: `none`, `cpu`, `bandwidth`, `other`."""
    downlink_packets: int = 0
    downlink_lost: int = 0
    downlink_missing: float | None = None
    """Share that never came, wherever it was lost."""
    downlink_jitter_ms: float | None = None
    downlink_estimate_bps: float | None = None
    pictures: int = 0
    """That are given to this person."""
    pictures_resting: int = 0
    """That the screen has room for and the path has not."""
    picture_layer: float | None = None
    """Mean size of what is given; 0 is the smallest, 180 lines."""
    concealed: float | None = None
    """Share of the sound that was made up because it did not come in time."""
    freezes: int | None = None
    frozen_ms: float | None = None
    """Of the camera picture that stood still for longest."""
    frames_per_s: float | None = None
    """Of the camera pictures, on average."""

    @property
    def uplink_loss(self) -> float | None:
        return share(self.uplink_lost, self.uplink_packets)

    @property
    def downlink_loss(self) -> float | None:
        return share(self.downlink_lost, self.downlink_packets)


def share(part: int, whole: int) -> float | None:
    return part / whole if whole >= ENOUGH_PACKETS else None


def together(parts: Sequence[Figures]) -> Figures:
    """Of stretches that follow one another, at least one, those of all of them."""
    limits = [p.uplink_limited for p in parts if p.uplink_limited]
    limited = next((each for each in limits if each != "none"), limits[0] if limits else None)
    return Figures(
        seconds=sum(p.seconds for p in parts),
        rtt_ms=_middle(p.rtt_ms for p in parts),
        uplink_packets=sum(p.uplink_packets for p in parts),
        uplink_lost=sum(p.uplink_lost for p in parts),
        uplink_missing=sum(p.uplink_missing for p in parts),
        uplink_jitter_ms=_middle(p.uplink_jitter_ms for p in parts),
        uplink_bps=_mean(p.uplink_bps for p in parts),
        uplink_estimate_bps=_mean(p.uplink_estimate_bps for p in parts),
        uplink_layers=max(p.uplink_layers for p in parts),
        uplink_limited=limited,
        downlink_packets=sum(p.downlink_packets for p in parts),
        downlink_lost=sum(p.downlink_lost for p in parts),
        downlink_missing=_mean(p.downlink_missing for p in parts),
        downlink_jitter_ms=_middle(p.downlink_jitter_ms for p in parts),
        downlink_estimate_bps=_mean(p.downlink_estimate_bps for p in parts),
        pictures=max(p.pictures for p in parts),
        pictures_resting=max(p.pictures_resting for p in parts),
        picture_layer=_mean(p.picture_layer for p in parts),
        concealed=_mean(p.concealed for p in parts),
        freezes=_total(p.freezes for p in parts),
        frozen_ms=_total(p.frozen_ms for p in parts),
        frames_per_s=_mean(p.frames_per_s for p in parts),
    )


@dataclass(frozen=True)
class Summary:
    """Of one person over a whole meeting: how it was mostly, and how bad it was at worst."""

    seconds: float
    uplink_loss: float | None
    uplink_loss_worst: float | None
    downlink_loss: float | None
    downlink_loss_worst: float | None
    rtt_ms: float | None
    rtt_ms_worst: float | None
    frozen_s: float | None


def summary(stretches: Sequence[Figures]) -> Summary:
    """Medians and the worst of the stretches, of which there is at least one."""
    up = [s.uplink_loss for s in stretches]
    down = [s.downlink_loss for s in stretches]
    rtt = [s.rtt_ms for s in stretches]
    frozen = [s.frozen_ms for s in stretches if s.frozen_ms is not None]
    return Summary(
        seconds=sum(s.seconds for s in stretches),
        uplink_loss=_middle(up),
        uplink_loss_worst=_worst(up),
        downlink_loss=_middle(down),
        downlink_loss_worst=_worst(down),
        rtt_ms=_middle(rtt),
        rtt_ms_worst=_worst(rtt),
        frozen_s=sum(frozen) / 1000 if frozen else None,
    )


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _middle(values: Iterable[float | None]) -> float | None:
    known = _known(values)
    return median(known) if known else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = _known(values)
    return fmean(known) if known else None


def _worst(values: Iterable[float | None]) -> float | None:
    return max(_known(values), default=None)


def _total(values: Iterable[N | None]) -> N | None:
    known = [value for value in values if value is not None]
    return sum(known[1:], known[0]) if known else None
