"""When to ask a publisher for a key frame: soon, but not for every receiver separately."""

KEYFRAME_INTERVAL_S = 0.5
"""Ask a publisher at most this often. Lower: newcomers see a picture sooner. Higher: less
bandwidth wasted on key frames."""


class KeyframeRequests:
    """Throttles the requests for one publication; one that came too soon is kept, not lost."""

    __slots__ = ("_asked_at", "wanted")

    def __init__(self) -> None:
        self._asked_at = -KEYFRAME_INTERVAL_S
        self.wanted = False

    def want(self, *, at_once: bool = False) -> None:
        """`at_once`: though one was asked for just now. For what begins seldom, and shows nothing
        before its key frame."""
        self.wanted = True
        if at_once:
            self._asked_at = -KEYFRAME_INTERVAL_S

    def due(self, now: float) -> bool:
        """True if one is to be asked for now; then it has been."""
        if not self.wanted or now - self._asked_at < KEYFRAME_INTERVAL_S:
            return False
        self.wanted = False
        self._asked_at = now
        return True
