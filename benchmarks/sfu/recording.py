"""What recording adds to forwarding: our relay with everybody's tapes off and on, turn by turn."""

import math
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from media.tape.confirming import CONFIRM_EVERY_S

from .load import Load
from .measurement import Measurement, joined, window
from .ours import Ours

WINDOW_S = 2 * CONFIRM_EVERY_S
"""So that each window with tapes holds as many of the disk's confirmations as any other."""
BEGUN_S = 1.5
"""After the tapes began: opening 22 files is not what a meeting of an hour costs, nor is a camera's
way through Python until its tape's first key frame. Browsers send that within a tenth of a second
of being asked; the clients here, once a second."""
SETTLE_S = 0.5
"""After they ended. The disk has then confirmed them."""
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Recording:
    name: str
    """The packet path: `c` or `python`."""
    people: int
    off: list[Measurement]
    """Begins and ends: each window with tapes lies between two of them."""
    on: list[Measurement]
    writing_ms: list[float]
    """Of each window with tapes, CPU a second that was timed itself: sealing and writing."""
    confirming_ms: list[float]
    """The same: the disk's confirming."""
    bytes_written: int

    @property
    def share(self) -> float:
        """What recording adds, as a share of the forwarding cost."""
        return statistics.median(self.shares)

    @property
    def shares(self) -> list[float]:
        """Of each window with tapes: against the mean of the two beside it, which cancels out what
        grows or falls meanwhile."""
        beside = zip(self.off, self.off[1:], strict=False)
        return [
            2 * on.us / (before.us + after.us) - 1
            for on, (before, after) in zip(self.on, beside, strict=True)
        ]

    @property
    def timed_ms(self) -> float:
        """CPU a second that was timed itself. What C copies into memory is not in it, nor what
        packets lose because the processor's caches hold something else."""
        return statistics.median(self.writing_ms) + statistics.median(self.confirming_ms)

    @property
    def timed_share(self) -> float:
        packets = statistics.median(m.forwarded for m in self.off) / WINDOW_S
        us = statistics.median(m.us for m in self.off)
        return self.timed_ms * 1000 / (us * packets)

    @property
    def interval(self) -> tuple[float, float]:
        return interval(self.shares)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Where the median lies with CONFIDENCE, whatever the values' distribution: by their order
    (the sign test turned round). All of them, where there are too few to say more."""
    ordered, count = sorted(values), len(values)
    below, outside = 0, 2 * 0.5**count
    while below + 1 < count / 2:
        outside += 2 * math.comb(count, below + 1) * 0.5**count
        if outside > 1 - CONFIDENCE:
            break
        below += 1
    return ordered[below], ordered[-1 - below]


async def measure(
    people: int, name: str, windows: int, spool: Path | None, cores: set[int]
) -> Recording:
    """`spool`: the folder in which tapes are written; None: where this machine keeps what is
    temporary."""
    result = Recording(name, people, [], [], [], [], 0)
    written = 0
    with tempfile.TemporaryDirectory(prefix="spool-", dir=spool) as folder:
        ours = await Ours.start(cores, Path(folder), native=name == "c")
        try:
            load = await joined(ours, people)
            result.off.append(window(ours, load, WINDOW_S))
            for _ in range(windows):
                written += await _with_tapes(ours, load, result)
                load.run(SETTLE_S)
                result.off.append(window(ours, load, WINDOW_S))
            await load.leave()
        finally:
            await ours.close()
    return replace(result, bytes_written=written)


async def _with_tapes(ours: Ours, load: Load, result: Recording) -> int:
    """How many bytes were written."""
    await ours.start_recording()
    load.run(BEGUN_S)
    writing, confirming = await ours.tapes_cpu()
    result.on.append(window(ours, load, WINDOW_S))
    now_writing, now_confirming = await ours.tapes_cpu()
    result.writing_ms.append((now_writing - writing) / WINDOW_S * 1000)
    result.confirming_ms.append((now_confirming - confirming) / WINDOW_S * 1000)
    return await ours.stop_recording()
