"""The disk that tapes are written to: whether it may be written to now.

It is the disk that is full, not a tape: where one tape was refused all would be. So one of these
stands for all meetings of a node, and it decides when writing stops and when it is tried again.
"""

import os
from pathlib import Path

RESUME_FACTOR = 2
"""Of the reserve must be free before writing goes on. Lower: a disk that hovers at the mark is
stopped and started every few seconds, each time with a gap. Higher: somebody must free more than is
needed, while a meeting goes unrecorded."""
PAUSE_S, PAUSE_MOST_S = 10.0, 300.0
"""A disk that refused is not written to for so long; each time it refuses soon after it was tried
again, twice as long. Lower: a broken disk gets a new set of torn tapes every few seconds. Higher:
one that has room again is left alone for longer."""
STEADY_S = 60.0
"""A disk that took everything for so long is sound: its next refusal counts as the first. Lower:
one that fails each minute is tried each minute. Higher: two accidents in an hour look like one."""
PROBE_BYTES = 256 << 10
"""Written, confirmed and deleted before writing goes on: a disk may say that it has room and
refuse all the same (a quota, no inodes, a fault). Lower: it fits where no chunk does. Higher: it
takes what little room there is. At 1.5 Mbit/s a chunk of 200 ms is 38 KB."""
PROBE_NAME = ".room"


class Disk:
    """`reserve`: bytes that tapes leave free for the database, for finishing and for people's
    patience. Times are monotonic seconds."""

    def __init__(self, folder: Path, reserve: int) -> None:
        self._folder = folder
        self._reserve = reserve
        self._pause_s = PAUSE_S
        self._resumed_at = float("-inf")
        self._again_at = float("-inf")
        self.trouble: str | None = None
        """Why nothing is written now; None while all is well."""

    def free(self) -> int:
        """Bytes that are left for us. Waits for the disk."""
        self._folder.mkdir(parents=True, exist_ok=True)
        found = os.statvfs(self._folder)
        return found.f_bavail * found.f_frsize

    def judge(self, free: int, now: float) -> bool:
        """Stops writing below the reserve. True when it is time to `probe`."""
        if self.trouble is None:
            if free < self._reserve:
                self._refuse(f"{free >> 20} MB are free", now)
            return False
        return now >= self._again_at and free >= RESUME_FACTOR * self._reserve

    def refused(self, reason: str, now: float) -> None:
        """A tape could not be written."""
        if self.trouble is None:
            self._refuse(reason, now)

    def probe(self) -> None:
        """Raises OSError where a tape would fail. Waits for the disk."""
        path = self._folder / PROBE_NAME
        try:
            with path.open("wb", buffering=0) as file:
                if file.write(bytes(PROBE_BYTES)) < PROBE_BYTES:
                    raise OSError("only a part was written")
                os.fsync(file.fileno())
        finally:
            path.unlink(missing_ok=True)

    def resume(self, now: float) -> None:
        self.trouble, self._resumed_at = None, now

    def still_refuses(self, reason: str, now: float) -> None:
        """The probe failed: wait for longer."""
        self.trouble = reason
        self._wait(now)

    def _refuse(self, reason: str, now: float) -> None:
        self.trouble = reason
        if now - self._resumed_at > STEADY_S:
            self._pause_s = PAUSE_S
        self._wait(now)

    def _wait(self, now: float) -> None:
        self._again_at = now + self._pause_s
        self._pause_s = min(2 * self._pause_s, PAUSE_MOST_S)
