"""How much one receiver's path carries, from what it tells of each packet's arrival.

Google congestion control as in draft-ietf-rmcat-gcc-02 and Carlucci et al., "Analysis and Design of
the Google Congestion Control for Web Real-time Communication" (MMSys 2016): a delay-based and a
loss-based controller, the lower of which holds. In place of the draft's Kalman filter the delay's
trend is a least-squares slope over the last groups, as browsers do it. Pure: deliveries and `now`
(monotonic seconds) in, bits per second out.
"""

from collections import deque
from collections.abc import Iterable
from math import inf

from media.rtp.sent import Delivery

START_BPS = 1_000_000.0
"""Believed before anything is known. Lower: a good line begins with small pictures. Higher: a bad
one with a traffic jam."""
LEAST_BPS = 60_000.0
"""Voices always go; below this nothing is left to decide."""
MOST_BPS = 20_000_000.0
GROUP_S = 0.005
"""Packets sent within this are one group (§5.2): they were held up together."""
TREND_GROUPS = 20
TREND_GAIN = 4.0
SMOOTHING = 0.9
THRESHOLD_MS = (6.0, 12.5, 600.0)
"""Least, first and most of the adaptive threshold on the delay's trend (§5.4)."""
K_UP, K_DOWN = 0.0087, 0.039
OVERUSED_FOR_S = 0.01
"""A trend above the threshold counts only after this long…"""
QUEUE_MS = 30.0
"""…and only while packets wait so much longer than they did at best. Lower: jitter of a radio link
passes for a queue. Higher: voices are late before anything is done."""
STANDING_MS, STANDING_S = 120.0, 0.1
"""…and while they wait so much longer for so long: the delay of a full queue has no trend. Lower: a
machine that stops for a moment passes for a queue. Higher: a full queue is noticed later."""
BEST_FOR_S = 5.0
"""The best of this long, and of as long before it: a route that has become longer is not a queue
for ever, and clocks that drift apart do not matter."""
BETA = 0.85
"""Fall to this share of what was delivered (§5.5). Lower: queues drain sooner and pictures get
worse. Higher: the other way round."""
FALL_AGAIN_S = 0.3
"""A second time only when the first could have shown. Lower: falls too far. Higher: a jam lasts."""
GROWTH_PER_S = 0.08
RATE_WINDOW_S = 0.5
"""Delivered bits are counted over this."""
MOST_COUNTED = 4096
"""Arrivals counted at most: a receiver whose clock stands still would fill memory."""
LOSS_WINDOW_S = 1.0
MUCH_LOSS, LITTLE_LOSS = 0.10, 0.02
"""§6: above the first the rate falls, below the second it may grow."""


QUEUED_S = 0.2
"""What was delivered while a queue stood is what the path carries; longer ago it may have idled."""


class _Rate:
    """Bits delivered of late, by the receiver's clock."""

    def __init__(self) -> None:
        self._arrivals: deque[tuple[float, int]] = deque()
        self._octets = 0

    def add(self, at: float, octets: int) -> None:
        self._arrivals.append((at, octets))
        self._octets += octets
        counted = self._arrivals
        while at - counted[0][0] > RATE_WINDOW_S or len(counted) > MOST_COUNTED:
            self._octets -= self._arrivals.popleft()[1]

    @property
    def bps(self) -> float | None:
        """None until the window is half full."""
        if not self._arrivals:
            return None
        span = self._arrivals[-1][0] - self._arrivals[0][0]
        return self._octets * 8 / max(span, 0.001) if span > RATE_WINDOW_S / 2 else None

    @property
    def queued_bps(self) -> float:
        """Of the last moments alone; what is less than half a window's counts as if it was one."""
        if not self._arrivals:
            return 0.0
        last = self._arrivals[-1][0]
        recent = [(at, octets) for at, octets in self._arrivals if last - at <= QUEUED_S]
        span = max(last - recent[0][0], QUEUED_S / 2)
        return sum(octets for _, octets in recent[1:]) * 8 / span


class _Best:
    """The shortest delay of late."""

    def __init__(self) -> None:
        self.delay = self._present = self._earlier = inf
        self._since = -inf

    def add(self, delay: float, now: float) -> None:
        if now - self._since > BEST_FOR_S:
            self._since, self._earlier, self._present = now, self._present, delay
        self._present = min(self._present, delay)
        self.delay = min(self._present, self._earlier)


class _Trend:
    """Whether packets take longer and longer: the slope of their smoothed delay."""

    def __init__(self) -> None:
        self._group: tuple[float, float, float] | None = None
        """When the group's first packet was sent, its last one, and when that one arrived."""
        self._before: tuple[float, float] | None = None
        self._begun: float | None = None
        self._best = _Best()
        self._delay = self._smoothed = 0.0
        self._points: deque[tuple[float, float]] = deque(maxlen=TREND_GROUPS)
        self._groups = 0
        self._threshold = THRESHOLD_MS[1]
        self._judged_at: float | None = None
        self._over_since: float | None = None
        self.state = 0
        """1: longer and longer; −1: a queue empties; 0: neither."""

    def add(self, sent: float, arrived: float) -> None:
        group = self._group
        if group is not None and sent - group[0] <= GROUP_S:
            self._group = group[0], max(group[1], sent), max(group[2], arrived)
            return
        if group is not None:
            self._close(group[1], group[2])
        self._group = sent, sent, arrived

    def _close(self, sent: float, arrived: float) -> None:
        before, self._before = self._before, (sent, arrived)
        if before is None:
            return
        if arrived < before[1]:  # overtaken: says nothing of the queue
            self._before = before
            return
        if self._begun is None:
            self._begun = arrived
        self._groups += 1
        self._best.add(arrived - sent, arrived)
        self._delay += ((arrived - before[1]) - (sent - before[0])) * 1000
        self._smoothed = SMOOTHING * self._smoothed + (1 - SMOOTHING) * self._delay
        self._points.append(((arrived - self._begun) * 1000, self._smoothed))
        if len(self._points) == TREND_GROUPS:
            self._judge(arrived, (arrived - sent - self._best.delay) * 1000)

    def _judge(self, now: float, queue_ms: float) -> None:
        trend = _slope(self._points) * min(self._groups, 60) * TREND_GAIN
        rising = trend > self._threshold and queue_ms > QUEUE_MS
        if rising or queue_ms > STANDING_MS:
            if self._over_since is None:
                self._over_since = now
            if now - self._over_since >= (OVERUSED_FOR_S if rising else STANDING_S):
                self.state = 1
        else:
            self._over_since = None
            self.state = -1 if trend < -self._threshold else 0
        self._adapt(trend, now)

    def _adapt(self, trend: float, now: float) -> None:
        """§5.4: the threshold follows the trend, so that a rival flow that fills queues does not
        starve us; a single spike does not count."""
        before, self._judged_at = self._judged_at, now
        away = abs(trend) - self._threshold
        if before is None or away > 15:
            return
        gain = K_UP if away > 0 else K_DOWN
        least, _, most = THRESHOLD_MS
        moved = self._threshold + gain * away * min((now - before) * 1000, 100.0)
        self._threshold = min(max(moved, least), most)


class Estimate:
    """Of one transport. Feed it with every feedback; read `bps`."""

    def __init__(self) -> None:
        self._trend = _Trend()
        self._rate = _Rate()
        self._delay_bps = START_BPS
        self._loss_bps = MOST_BPS
        self._capacity: float | None = None
        """What was delivered at the last overuse, smoothed: growth is careful near it."""
        self._fates: deque[tuple[float, bool]] = deque()
        self.lost = self._forgotten = 0
        """Packets since the start, and those of them that are older than the last second."""
        self._fell_at = self._loss_judged_at = -1.0
        self._updated_at: float | None = None

    @property
    def bps(self) -> float:
        return max(LEAST_BPS, min(self._delay_bps, self._loss_bps))

    @property
    def delivered_bps(self) -> float | None:
        return self._rate.bps

    @property
    def loss(self) -> float:
        """Share of the last second's packets."""
        return (self.lost - self._forgotten) / len(self._fates) if self._fates else 0.0

    @property
    def congested(self) -> bool:
        """Packets take longer and longer, or are lost in number."""
        return self._trend.state > 0 or self.loss > MUCH_LOSS

    def feed(self, deliveries: Iterable[Delivery], now: float, *, tried: bool = False) -> None:
        """`tried`: more was sent than is believed, to try; a queue then takes nothing away."""
        for sent, arrived, octets in deliveries:
            self._note(arrived is None, now)
            if arrived is not None:
                self._trend.add(sent, arrived)
                self._rate.add(arrived, octets)
        elapsed = 0.0 if self._updated_at is None else min(now - self._updated_at, 1.0)
        self._updated_at = now
        if not (tried and self._trend.state > 0):
            self._by_delay(elapsed, now)
        self._by_loss(now)

    def _note(self, lost: bool, now: float) -> None:
        self._fates.append((now, lost))
        self.lost += lost
        while now - self._fates[0][0] > LOSS_WINDOW_S:
            self._forgotten += self._fates.popleft()[1]

    def _by_delay(self, elapsed: float, now: float) -> None:
        """§5.5."""
        delivered = self._rate.bps
        if self._trend.state > 0:
            if delivered is not None and now - self._fell_at > FALL_AGAIN_S:
                self._fell_at = now
                delivered = max(delivered, self._rate.queued_bps)
                self._delay_bps = min(self._delay_bps, BETA * delivered)
                known = self._capacity
                self._capacity = delivered if known is None else 0.95 * known + 0.05 * delivered
            return
        if self._trend.state < 0:
            return
        capacity = self._capacity
        if capacity is not None and delivered is not None and delivered > 1.5 * capacity:
            capacity = self._capacity = None
        near = capacity is not None and self._delay_bps > 0.7 * capacity
        growth = 40_000 * elapsed if near else self._delay_bps * GROWTH_PER_S * elapsed
        # Without this it would grow for ever beside a sender that has little to send.
        believable = START_BPS if delivered is None else max(START_BPS, 1.5 * delivered + 10_000)
        if capacity is not None and delivered is not None:
            believable = 1.5 * delivered + 10_000
        if self._delay_bps < believable:
            self._delay_bps = min(self._delay_bps + growth, believable, MOST_BPS)

    def _by_loss(self, now: float) -> None:
        if now - self._loss_judged_at < LOSS_WINDOW_S or len(self._fates) < 5:
            return
        self._loss_judged_at = now
        if self.loss > MUCH_LOSS:
            # What was delivered goes through: a queue that spilled over says no more than that.
            delivered = min(self.bps, BETA * (self._rate.bps or 0.0))
            self._loss_bps = max(self.bps * (1 - 0.5 * self.loss), delivered)
        elif self.loss < LITTLE_LOSS:
            self._loss_bps = min(self._loss_bps * 1.05 + 1000, MOST_BPS)

    def proven(self, bps: float) -> None:
        """A probe was delivered at this rate without a queue: believe it at once."""
        self._delay_bps = min(max(self._delay_bps, bps), MOST_BPS)
        self._loss_bps = max(self._loss_bps, bps)
        if self._capacity is not None and bps > self._capacity:
            self._capacity = None


def _slope(points: Iterable[tuple[float, float]]) -> float:
    """Least squares; 0 if all lie at one moment."""
    points = list(points)
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    if not spread:
        return 0.0
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
