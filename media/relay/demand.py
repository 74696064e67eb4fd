"""How many of a source's layers its sender should send: those that somebody looks at."""

LESS_AFTER_S = 3.0
"""Layers that nobody wants any more are sent for so long. Lower: a window that is dragged about
makes encoders stop and start. Higher: a phone sends what nobody sees."""


class Demand:
    """More is asked for at once, less after a while."""

    __slots__ = ("_layers", "_less_since", "_told")

    def __init__(self, layers: int) -> None:
        """A sender begins with all its `layers`."""
        self._layers = self._told = layers
        self._less_since: float | None = None

    def renew(self) -> None:
        """The sender has begun anew, with all its layers."""
        self._told, self._less_since = self._layers, None

    def settle(self, wanted: int, now: float) -> int | None:
        """The number of layers, counted from the smallest, that the sender is to be told now; None:
        it knows. 0: nobody looks. `now`: monotonic seconds."""
        if wanted >= self._told:
            self._less_since = None
        elif self._less_since is None:
            self._less_since = now
        less = self._less_since is not None and now - self._less_since >= LESS_AFTER_S
        if wanted > self._told or less:
            self._told, self._less_since = wanted, None
            return wanted
        return None
