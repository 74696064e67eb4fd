"""What one receiver's path carries: heard from its feedback, and found out by probing."""

from media.rtp.estimate import Estimate
from media.rtp.sent import Delivery, SentLog
from media.rtp.transport_feedback import Feedback

PROBE_S = 0.4
"""A probe lasts so long. Lower: a rate measured over too little. Higher: a queue, if it fails."""
PROBE_PAUSE_S = 0.3
"""After it, until the feedback of its last packet is here."""
FIRST_STEP, NEXT_STEP = 1.5, 3.0
"""Try so many times what is believed; more after one that succeeded. Lower: slower back to full
pictures. Higher: a probe that fails delays everyone's voice."""
PROBE_AGAIN_S = 3.0
"""After one that failed, or after congestion. Lower: sooner back, more delay on narrow lines."""
DRAIN_S = 1.5
"""What a probe queued up is gone after this at the latest. Lower: it is taken for the media's own.
Higher: congestion by the media goes on for longer."""
PROVEN = 0.7
"""A probe has succeeded if this share of its rate was delivered without a queue."""


class _Probe:
    """One try. Counts what arrives of all that is sent while it lasts, media included."""

    def __init__(self, target_bps: float, media_bps: float, now: float) -> None:
        self.target_bps = target_bps
        self.extra_bps = max(target_bps - media_bps, target_bps / 4)
        self.begun = now
        self.until = now + PROBE_S
        self.judged_at = self.until + PROBE_PAUSE_S
        self._octets = 0
        self._arrivals: list[float] = []

    def count(self, delivery: Delivery) -> None:
        if delivery.arrived_at is not None and self.begun <= delivery.sent_at <= self.until:
            self._octets += delivery.octets
            self._arrivals.append(delivery.arrived_at)

    @property
    def bps(self) -> float:
        if not self._arrivals:
            return 0.0
        return self._octets * 8 / max(max(self._arrivals) - min(self._arrivals), PROBE_S)


class Bandwidth:
    """`now`: monotonic seconds."""

    def __init__(self, sent: SentLog) -> None:
        self.estimate = Estimate()
        self.trusted = False
        """The receiver gives feedback. Without it nothing is known, and nothing is held back."""
        self.told = 0
        """Packets whose fate is known, since the start; `estimate.lost` of them did not arrive."""
        self._sent = sent
        self._probe: _Probe | None = None
        self._not_before = 0.0
        self._step = FIRST_STEP
        self._drained_at = 0.0
        """Until then a queue may be of the last probe's making."""

    def hear(self, feedback: Feedback, now: float) -> None:
        self.trusted = True
        deliveries = list(self._sent.deliveries(feedback))
        self.told += len(deliveries)
        trying = self._probe is not None
        self.estimate.feed(deliveries, now, tried=trying or now < self._drained_at)
        if not trying and not self.estimate.congested:
            self._drained_at = now
        if self._probe is not None:
            for delivery in deliveries:
                self._probe.count(delivery)
        if self.estimate.congested:
            self._fail(now)

    def extra(self, wanted_bps: float, elapsed: float, now: float) -> int:
        """Bytes to send beside the media now, `elapsed` seconds after the last call, to find out
        whether there is more room.

        `wanted_bps`: what all that the receiver would like to see needs.
        """
        probe = self._probe
        if probe is not None and now >= probe.judged_at:
            self._judge(probe, now)
            probe = self._probe
        if probe is None:
            probe = self._begin(wanted_bps, now)
        if probe is None or now >= probe.until:
            return 0
        return int(probe.extra_bps * elapsed / 8)

    def _begin(self, wanted_bps: float, now: float) -> _Probe | None:
        estimate = self.estimate
        if not self.trusted or now < self._not_before or wanted_bps <= estimate.bps:
            return None
        target = min(self._step * estimate.bps, 1.2 * wanted_bps)
        self._probe = _Probe(target, estimate.delivered_bps or 0.0, now)
        return self._probe

    def _judge(self, probe: _Probe, now: float) -> None:
        if probe.bps < PROVEN * probe.target_bps:
            self._fail(now)
            return
        self._probe = None
        self._step = NEXT_STEP
        self.estimate.proven(probe.bps)

    def _fail(self, now: float) -> None:
        if self._probe is not None:
            self._drained_at = now + DRAIN_S
        self._probe = None
        self._not_before = now + PROBE_AGAIN_S
        self._step = FIRST_STEP
