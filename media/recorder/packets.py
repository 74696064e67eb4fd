"""What is read of the RTP packets of a tape (rows.py), and what was missing."""

from dataclasses import dataclass
from typing import NamedTuple

WAIT_S = 2.0
"""Wait this long, in arrival time, for a missing packet before it counts as lost. Lower: late
retransmissions are lost. Higher: more packets are held in memory after each loss."""

RESTART_PACKETS = 3000
"""A jump of the sequence number beyond this is a sender that began anew, not a loss."""


class RtpPacket(NamedTuple):
    at_s: float
    """Of its arrival; of its capture where that is known."""
    ssrc: int
    sequence: int
    """Without wrap-around: it only grows within one `stretch`."""
    timestamp: int
    """Without wrap-around within one `stretch`."""
    marker: bool
    payload: bytes
    stretch: int
    """Counts up when the sender begins anew: another SSRC, or numbers that do not go on."""


@dataclass
class Losses:
    lost: int = 0
    repeated: int = 0
