"""The crash matrix in short: six kills at moments of chance; `make soak` has two hundred."""

from pathlib import Path

import pytest

from tests.soak.crash_matrix import run

SEED = 20261125


@pytest.mark.timeout(600)
async def test_whatever_is_killed_all_but_the_last_moment_is_kept(tmp_path: Path) -> None:
    report = await run(6, SEED, tmp_path)

    assert sum(report.kills.values()) == 6
    assert len(report.kills) == 3
    assert report.verdict.stretches
    assert report.is_good, str(report)
