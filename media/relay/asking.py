"""What is asked of the sender of one stream: lost packets and key frames."""

from media.relay.arrival import NOWHERE
from media.rtp import feedback
from media.rtp.keyframes import KeyframeRequests
from media.rtp.losses import Losses

ALARM_S = 0.02
"""Look so often whether what is missing is to be asked for, when no packet comes to do so."""


class Asking:
    """`now`: monotonic seconds."""

    def __init__(self, *, video: bool) -> None:
        self.arrival = NOWHERE
        self.ssrc: int | None = None
        self.losses = Losses()
        self.muted = False
        self._video = video
        self._alarmed = False
        self._highest = -1
        self._keyframes = KeyframeRequests()

    def want_keyframe(self, *, at_once: bool = False) -> None:
        if self._video:
            self._keyframes.want(at_once=at_once)

    def ask(self, highest: int, now: float) -> None:
        """Send the requests that are due, `highest` having come. Every packet calls it while any is
        missing, and a ticker, for when none comes."""
        losses, ssrc, self._highest = self.losses, self.ssrc, highest
        if ssrc is None or self.muted:
            return
        if losses.missing:
            numbers = losses.due(highest, now)
            if numbers and self.arrival.repeats:
                self.arrival.feedback(feedback.negative_acknowledgement(ssrc, numbers))
            if not self._alarmed:
                self._alarmed = True
                self.arrival.later(ALARM_S, self._alarm)
        if losses.given_up:
            losses.given_up = False
            self.want_keyframe()
        if self._keyframes.due(now):
            self.arrival.feedback(feedback.picture_loss(ssrc))

    def _alarm(self, now: float) -> None:
        self._alarmed = False
        if self.losses.missing:
            self.ask(self._highest, now)
