"""A pytest plugin: the C packet path with every access checked (AddressSanitizer, UBSan).

    python -m tests.fuzz.sanitized [PYTEST ARGUMENT…]

builds it beside the usual one, which stays, and runs pytest with it. Memory that Python shares with
C must come from malloc, or the sanitizer does not know where it ends.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from media.native import library

FLAGS = ["-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined"]
FLAGS += ["-fno-sanitize-recover=undefined", "-Wall", "-Wextra", "-shared", "-fPIC"]
FOLDER = "SANITIZED_PATH"


def _build(folder: Path) -> None:
    for name in ("path.h", "path.c"):
        (folder / name).write_bytes((library.HERE / name).read_bytes())
    digest = f'-DPATH_DIGEST="{library.digest()}"'
    target = str(folder / "_path.so")
    subprocess.run(["gcc", *FLAGS, digest, "-o", target, str(folder / "path.c")], check=True)


def _runtime(name: str) -> str:
    found = subprocess.run(
        ["gcc", f"-print-file-name={name}"], check=True, capture_output=True, text=True
    )
    return found.stdout.strip()


def run(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="sanitized-") as folder:
        _build(Path(folder))
        environment = os.environ | {
            FOLDER: folder,
            "LD_PRELOAD": " ".join(map(_runtime, ("libasan.so", "libubsan.so"))),
            "PYTHONMALLOC": "malloc",
            # Python itself frees little at its end.
            "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1",
            "UBSAN_OPTIONS": "print_stacktrace=1",
        }
        # The sanitizer speaks to the standard error and ends the process.
        command = [sys.executable, "-m", "pytest", "-s", "-p", __spec__.name, *arguments]
        return subprocess.run(command, env=environment, check=False).returncode


def pytest_configure() -> None:
    """Before any test: what is loaded from now on is the checked one."""
    library.HERE = Path(os.environ[FOLDER])
    library._built = library._load()
    assert library.use(True)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
