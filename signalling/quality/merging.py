"""What the relay sees of a person's packets and what the person's browser tells, put together.
Pure.

Each knows what the other cannot: the relay, what a line lost before it was repaired; the browser,
what its owner saw and heard in the end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from app.quality.figures import Figures, share
from media.relay.quality import Quality
from signalling.messages import PictureReport, ReportQuality

HALTS = 0.2
"""A picture that stands still for more than this share of the time halts. Lower: every hiccup is a
trouble. Higher: a picture that stutters all the time is none."""
SENDERS_LOSS = 0.02
"""A picture that halts is not laid at its receiver's door when its sender's line loses more than
this. Lower: receivers' own troubles go unsaid. Higher: one bad line is said of everybody."""


@dataclass(frozen=True)
class Seen:
    """One person over one look."""

    figures: Figures
    halted: float | None
    """Share of the time in which a camera's picture stood still that comes whole to the node and to
    others; None: the browser has not told."""


@dataclass(frozen=True)
class Room:
    """What the merging must know of who sends what."""

    cameras: Mapping[str, str]
    """Publication → its owner."""
    steady: Mapping[str, frozenset[str]]
    """Participant → publications that were given to it in this look and in the one before. A
    picture that only now comes back stood still because it rested."""


def merge(
    seconds: float,
    relay: Mapping[str, Quality],
    told: Mapping[str, Sequence[ReportQuality]],
    room: Room,
) -> dict[str, Seen]:
    """By participant. `told`: what came of each browser during this look, oldest first."""
    pictures = {name: _pictures(told.get(name, ()), room, name) for name in relay}
    frozen = {name: _frozen(told.get(name, ()), pictures[name]) for name in relay}
    blamed = _blamed(relay, frozen, room)
    return {
        name: Seen(
            _figures(seconds, quality, told.get(name, ()), pictures[name], frozen[name]),
            _halted(frozen[name], blamed),
        )
        for name, quality in relay.items()
    }


def _pictures(told: Sequence[ReportQuality], room: Room, name: str) -> list[PictureReport]:
    """Cameras alone: a shared screen may stand still for as long as it likes."""
    wanted = room.steady.get(name, frozenset()) & room.cameras.keys()
    downlinks = [report.downlink for report in told if report.downlink is not None]
    return [each for down in downlinks for each in down.pictures if each.publication in wanted]


def _frozen(told: Sequence[ReportQuality], pictures: Sequence[PictureReport]) -> dict[str, float]:
    """Share of the time in which each picture stood still."""
    length_ms = sum(report.seconds for report in told) * 1000
    total: dict[str, float] = {}
    for picture in pictures:
        if picture.frozen_ms is not None:
            total[picture.publication] = total.get(picture.publication, 0) + picture.frozen_ms
    return {id_: min(ms / length_ms, 1.0) for id_, ms in total.items()}


def _blamed(
    relay: Mapping[str, Quality], frozen: Mapping[str, Mapping[str, float]], room: Room
) -> set[str]:
    """Pictures that halt on their sender's side: its line loses much, or they halt for most."""
    blamed = set()
    for publication, owner in room.cameras.items():
        sent = relay[owner].sent if owner in relay else ()
        loss = share(sum(s.lost for s in sent), sum(s.expected for s in sent))
        shown = [of[publication] for of in frozen.values() if publication in of]
        halting = sum(each > HALTS for each in shown)
        lossy = loss is not None and loss > SENDERS_LOSS
        if lossy or (halting >= 2 and halting * 2 > len(shown)):
            blamed.add(publication)
    return blamed


def _halted(frozen: Mapping[str, float], blamed: set[str]) -> float | None:
    """None: no browser told of any picture."""
    if not frozen:
        return None
    return max((value for id_, value in frozen.items() if id_ not in blamed), default=0.0)


def _figures(
    seconds: float,
    quality: Quality,
    told: Sequence[ReportQuality],
    pictures: Sequence[PictureReport],
    frozen: Mapping[str, float],
) -> Figures:
    sent, received = quality.sent, quality.received
    ups = [report.uplink for report in told if report.uplink]
    downs = [report.downlink for report in told if report.downlink]
    rtts = [_mean(up.rtt_ms for up in ups), _mean(down.rtt_ms for down in downs), received.rtt_ms]
    camera = [each.layers for each in sent if each.source == "camera"]
    freezes = [each.freezes for each in pictures if each.freezes is not None]
    return Figures(
        seconds=seconds,
        rtt_ms=next((rtt for rtt in rtts if rtt is not None), None),
        uplink_packets=sum(each.expected for each in sent),
        uplink_lost=sum(each.lost for each in sent),
        uplink_missing=sum(each.missing for each in sent),
        uplink_jitter_ms=max((s.jitter_ms for s in sent if s.jitter_ms is not None), default=None),
        uplink_bps=sum(each.bps for each in sent) if sent else None,
        uplink_estimate_bps=_mean(up.estimate_bps for up in ups),
        uplink_layers=sum(bps > 0 for layers in camera for bps in layers),
        uplink_limited=next((up.limited_by for up in reversed(ups) if up.limited_by), None),
        downlink_packets=received.expected,
        downlink_lost=received.lost,
        downlink_missing=_mean(down.missing for down in downs),
        downlink_jitter_ms=_mean(down.jitter_ms for down in downs),
        downlink_estimate_bps=received.estimate_bps,
        pictures=len(received.given),
        pictures_resting=len(received.resting),
        picture_layer=fmean(received.given.values()) if received.given else None,
        concealed=_mean(down.concealed for down in downs),
        freezes=sum(freezes) if freezes else None,
        frozen_ms=max(frozen.values()) * seconds * 1000 if frozen else None,
        frames_per_s=_mean(picture.frames_per_s for picture in pictures),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
