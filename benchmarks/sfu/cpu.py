"""CPU time of another process, and the cores that processes run on."""

import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class CpuTime:
    """Seconds. `total` is exact; the split comes in clock ticks (10 ms) and only as a share."""

    total: float
    user: float
    system: float

    def since(self, earlier: "CpuTime") -> "CpuTime":
        ticks = (self.user - earlier.user) + (self.system - earlier.system)
        share = (self.user - earlier.user) / ticks if ticks else 0.0
        total = self.total - earlier.total
        return CpuTime(total, total * share, total * (1 - share))


def read(pid: int) -> CpuTime:
    """CPU time of all threads of a process so far, those that ended included."""
    # The kernel's clock id of another process's CPU time, as clock_getcpuclockid(3) computes it:
    # nanoseconds, where /proc/<pid>/stat counts in ticks.
    total = time.clock_gettime((~pid << 3) | 2)
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    tick = os.sysconf("SC_CLK_TCK")
    return CpuTime(total, int(after_name[11]) / tick, int(after_name[12]) / tick)


def cores() -> tuple[set[int], set[int]]:
    """The core for the server and the core for its clients: one and the same if there is one."""
    available = sorted(os.sched_getaffinity(0))
    return {available[0]}, {available[-1]}


def model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown processor"
