"""What ties a source to the uplink that it comes by."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Arrival:
    """How packets arrive: the way back for RTCP, and the uplink's ids of header extensions."""

    feedback: Callable[[bytes], None]
    table: bytes
    level_id: int = 0
    sequence_id: int = 0
    repeats: bool = True
    """The sender sends again what it is asked for."""
    later: Callable[[float, Callable[[float], None]], object] = lambda seconds, call: None
    """Calls with the moment that it then is."""


NOWHERE = Arrival(lambda data: None, bytes(256))
"""An uplink that is gone takes no feedback."""
