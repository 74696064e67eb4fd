"""A relay's memory stays flat while people talk, complain, leave and come back.

`SOAK_MINUTES` says for how long (30); `SOAK_PATH` who forwards, `c` or `python`.
"""

import os
import time
from pathlib import Path

import psutil
import pytest

from benchmarks.sfu import cpu
from benchmarks.sfu.ours import Ours
from media.native import library
from tests.soak.crowd import Crowd
from tests.soak.trend import slope

MINUTES = float(os.environ.get("SOAK_MINUTES", "30"))
IN_C = os.environ.get("SOAK_PATH", "c") == "c" and library.use(True)
PUBLISHERS = 11
CHANGE_S = 3.0
"""Somebody leaves and somebody comes so often. Lower: more of both, less of talk between."""
WARM_UP = 0.2
"""Of the whole time: buffers grow to their size, and the allocator keeps what it once had."""
MOST_MB_PER_10_MIN = 1.0


@pytest.mark.soak
@pytest.mark.timeout(MINUTES * 60 + 300)
async def test_memory_is_flat_while_people_come_and_go(tmp_path: Path) -> None:
    server = await Ours.start({cpu.cores()[0].pop()}, tmp_path, native=IN_C)
    relay = psutil.Process(server.pid)
    crowd = Crowd(PUBLISHERS)
    await crowd.join(server)
    begun = time.monotonic()
    samples: list[tuple[float, float]] = []
    received = 0
    while (elapsed := time.monotonic() - begun) < MINUTES * 60:
        received += crowd.run(CHANGE_S).received
        await crowd.change(server)
        samples.append((elapsed / 600, relay.memory_info().rss / 1e6))
        assert (await server.held())["publications"] == 2 * PUBLISHERS
        (tmp_path / "samples").write_text("\n".join(f"{t:.4f} {mb:.3f}" for t, mb in samples))
    await crowd.disperse(server)
    held = await server.held()
    await server.close()

    settled = samples[round(len(samples) * WARM_UP) :]
    grown = slope(settled)
    told = f"{grown:+.2f} MB/10 min of {settled[0][1]:.1f} MB, {received} packets, {held}"
    print(told)  # noqa: T201
    assert held == {"publications": 0, "transports": 0, "failed": 0}
    assert received > 0
    assert grown <= MOST_MB_PER_10_MIN, told
