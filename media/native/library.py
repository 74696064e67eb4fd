"""Loads the C packet path if it was built from the sources beside it; makes what it shares.

Without a compiler at installation, or switched off by a setting, everything goes the same way in
Python: nothing but speed depends on it.
"""

import hashlib
import logging
from pathlib import Path
from typing import Any

from cffi import FFI

logger = logging.getLogger(__name__)

HERE = Path(__file__).parent

ffi = FFI()
ffi.cdef((HERE / "path.h").read_text())


def digest() -> str:
    """Names the sources. setup.py compiles the same into the library."""
    return hashlib.sha256(
        (HERE / "path.h").read_bytes() + (HERE / "path.c").read_bytes()
    ).hexdigest()


def _load() -> Any | None:
    for built in sorted(HERE.glob("_path*.so")):
        library: Any = ffi.dlopen(str(built))
        if ffi.string(library.path_digest).decode() == digest():
            return library
        logger.warning("the C packet path was built from other sources; install eMessi again")
    return None


_built = _load()
_used = _built


def use(wanted: bool) -> bool:
    """Whether what is made from now on goes through C. Call at the start of a process; the answer
    is False where it was not built."""
    global _used
    _used = _built if wanted else None
    return _used is not None


def native() -> Any | None:
    """The library, if it is to be used."""
    return _used


def new(name: str) -> Any:
    """A zeroed `struct`, shared with C; without C a plain object with the same fields."""
    if _used is not None:
        return ffi.new(f"struct {name} *")
    return _plain(name)()


def _plain(name: str) -> type:
    known = _plains.get(name)
    if known is None:
        fields = dict(ffi.typeof(f"struct {name}").fields)

        def __init__(self: Any) -> None:
            for field, described in fields.items():
                setattr(self, field, _zero(described.type))

        known = _plains[name] = type(name, (), {"__slots__": tuple(fields), "__init__": __init__})
    return known


_plains: dict[str, type] = {}


def _zero(kind: Any) -> Any:
    if kind.kind == "array":
        return [_zero(kind.item)] * kind.length
    if kind.kind == "primitive":
        return 0.0 if kind.cname in ("double", "float") else 0
    return None
