"""Every benchmark can be started as `make bench` and benchmarks/README.md start it.

What they measure takes minutes of a quiet machine and is not part of the suite.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

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
