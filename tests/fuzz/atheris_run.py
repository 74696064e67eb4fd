"""The targets under atheris, which looks for inputs that reach code no input has reached before.

`python -m tests.fuzz.atheris_run SECONDS [TARGET…]`: each target for so long, in a process of its
own. An input that fails is printed, and kept in the present folder for a test to be made of it.
Where atheris has no wheel, nothing is run.
"""

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

LONGEST_INPUT = 4096
SLOW_S = 2
"""One input must not take longer, on a machine that does other things as well."""
ALONE = "--alone"


def run(seconds: int, names: list[str]) -> int:
    """How many targets failed."""
    from tests.fuzz.corpus import SEEDS

    if find_spec("atheris") is None:
        sys.stderr.write("atheris has no wheel for this platform: nothing is fuzzed by coverage\n")
        return 0
    failed = 0
    for name in names or sorted(SEEDS):
        with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
            for number, seed in enumerate(SEEDS[name]):
                (Path(folder) / f"seed-{number}").write_bytes(seed)
            command = [sys.executable, "-m", __spec__.name, ALONE, name, folder]
            limits = [
                f"-max_total_time={seconds}",
                f"-max_len={LONGEST_INPUT}",
                f"-timeout={SLOW_S}",
                f"-artifact_prefix={name}-",
                "-print_final_stats=1",
            ]
            failed += subprocess.run([*command, *limits], check=False).returncode != 0
    return failed


def alone(name: str, arguments: list[str]) -> None:
    import atheris

    with atheris.instrument_imports(include=["media", "aiortc", "aioice"]):
        from tests.fuzz.targets import TARGETS

    atheris.Setup([name, *arguments], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1] == ALONE:
        alone(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(run(int(sys.argv[1]), sys.argv[2:]))
