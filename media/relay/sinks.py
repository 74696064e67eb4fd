"""What a publication's packets may also be given to."""

from typing import Protocol

from media.tape.confirming import Confirmed
from media.tape.pending import Pending


class TapeSink(Confirmed, Protocol):
    """Takes every packet of a stream, borrowed: it must copy to keep. It also needs the sender's
    clock, and an end."""

    pending: Pending

    def write(self, packet: bytearray, now: float) -> None: ...
    def write_report(self, rtp_timestamp: int, ntp: int, now: float) -> None: ...
    def flush(self) -> None: ...
    def close(self) -> int: ...
