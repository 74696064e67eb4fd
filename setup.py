"""The one part that is compiled. Optional: without a C compiler the same is done in Python."""

import hashlib
from pathlib import Path

from setuptools import Extension, setup

NATIVE = Path("media/native")
SOURCES = [NATIVE / "path.h", NATIVE / "path.c"]
digest = hashlib.sha256(b"".join(source.read_bytes() for source in SOURCES)).hexdigest()

setup(
    ext_modules=[
        Extension(
            "media.native._path",
            [str(NATIVE / "path.c")],
            depends=[str(NATIVE / "path.h")],
            define_macros=[("PATH_DIGEST", f'"{digest}"')],
            extra_compile_args=["-O2", "-Wall", "-Wextra"],
            optional=True,
        )
    ]
)
