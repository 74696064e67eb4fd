"""How much of a stream arrives, from its counters: asked a few times a second, not per packet."""

from media.rtp.reception import Numbers

SILENT_S = 1.0
"""A stream from which nothing came for so long is not sent any more. Lower: a short outage looks
like it. Higher: receivers look at a still picture for longer."""
MEASURED_S = 1.0
"""Rates are taken over this long. Lower: key frames shake them. Higher: a change shows late."""


class Meter:
    __slots__ = ("_active_at", "_numbers", "_octets", "_received", "_since", "bps")

    def __init__(self, numbers: Numbers) -> None:
        self.bps = 0.0
        """Bits per second, headers included; 0 until it has been measured."""
        self._numbers = numbers
        self._active_at: float | None = None
        self._received = 0
        self._since: float | None = None
        self._octets = 0

    def read(self, now: float) -> None:
        """Call a few times a second."""
        numbers = self._numbers
        if numbers.received != self._received:
            self._active_at, self._received = now, numbers.received
        if self._since is None or now - self._since >= MEASURED_S:
            if self._since is not None:
                self.bps = (numbers.octets - self._octets) * 8 / (now - self._since)
            self._since, self._octets = now, numbers.octets

    def live(self, now: float) -> bool:
        """Whether it is sent at present."""
        return self._active_at is not None and now - self._active_at < SILENT_S
