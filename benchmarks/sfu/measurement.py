"""One run of one server under one load, and what is said about several runs."""

import statistics
from dataclasses import dataclass

from . import cpu
from .load import Load
from .packets import EVEN, Pace
from .server import Server

_WARM_UP_S = 2.5
"""Every subscription flows by then: our relay waits for a key frame, which comes each second."""
MOST_LOSS = 0.01


@dataclass(frozen=True)
class Measurement:
    """Microseconds of the server's CPU for each forwarded packet; milliseconds of added latency."""

    us: float
    user_us: float
    system_us: float
    p50_ms: float
    p99_ms: float
    loss: float
    forwarded: int

    @property
    def valid(self) -> bool:
        """False: the server dropped packets, so its cost per packet says nothing."""
        return self.loss <= MOST_LOSS


def window(server: Server, load: Load, seconds: float) -> Measurement:
    """What the server's process uses while the load runs, by the packets that arrived."""
    before = cpu.read(server.pid)
    counts = load.run(seconds)
    used = cpu.read(server.pid).since(before)
    each = 1e6 / max(counts.received, 1)
    return Measurement(
        us=used.total * each,
        user_us=used.user * each,
        system_us=used.system * each,
        p50_ms=counts.percentile(0.50),
        p99_ms=counts.percentile(0.99),
        loss=counts.loss,
        forwarded=counts.received,
    )


async def joined(server: Server, people: int, rooms: int = 1, pictures: Pace = EVEN) -> Load:
    """Everyone connected, and every packet of the last moments of warming up forwarded."""
    load = Load(people, rooms, pictures)
    await load.join(server)
    load.run(_WARM_UP_S)
    return load


def median(measurements: list[Measurement]) -> Measurement:
    """Each figure's own median, the split by the median share of user time; the worst loss."""

    def of(name: str) -> float:
        return float(statistics.median(getattr(m, name) for m in measurements))

    us = of("us")
    user_share = statistics.median(m.user_us / m.us if m.us else 0.0 for m in measurements)
    return Measurement(
        us=us,
        user_us=us * user_share,
        system_us=us * (1 - user_share),
        p50_ms=of("p50_ms"),
        p99_ms=of("p99_ms"),
        loss=max(m.loss for m in measurements),
        forwarded=sum(m.forwarded for m in measurements),
    )
