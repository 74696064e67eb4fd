"""Every benchmark can be started as `make bench` and benchmarks/README.md start it.

What they measure takes minutes of a quiet machine and is not part of the suite.
"""

import re
import statistics
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.sfu.recording import interval

ROOT = Path(__file__).parents[1]
NAMES = sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py") if path.stem[0] != "_")


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_says_what_it_takes(name: str) -> None:
    command = [sys.executable, "-m", f"benchmarks.{name}", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "--quick" in done.stdout
    assert "--json" in done.stdout


def test_all_of_them_are_run_and_explained() -> None:
    listed = re.search(r"^bench:.*\n\t@for name in (.*);", (ROOT / "Makefile").read_text(), re.M)
    assert listed is not None
    assert sorted(listed[1].split()) == NAMES
    text = (ROOT / "benchmarks" / "README.md").read_text()
    assert sorted(set(re.findall(r"-m benchmarks\.(\w+)", text))) == NAMES


@given(st.integers(1, 60), st.randoms(use_true_random=False))
def test_the_interval_of_a_median_holds_it(count: int, chance: Random) -> None:
    values = [chance.random() for _ in range(count)]

    low, high = interval(values)

    assert low <= statistics.median(values) <= high
    assert {low, high} <= set(values)
    if count < 6:
        assert (low, high) == (min(values), max(values))  # too few for 95 %


def test_the_interval_is_as_sure_as_it_says() -> None:
    """Known ranks of the sign test (two-sided, 5 %): for 20 values the 6th and the 15th."""
    assert interval(list(range(1, 21))) == (6, 15)
    assert interval(list(range(1, 13))) == (3, 10)
    assert interval(list(range(1, 41))) == (14, 27)
