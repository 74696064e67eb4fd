"""A sealed file on this machine, read like any file; what is plain is in memory only."""

import io
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from media.sealed import SealedReader

R = TypeVar("R")


class _Folder:
    """A store of local files. Nothing in it waits."""

    async def size(self, key: str) -> int:
        return Path(key).stat().st_size  # noqa: ASYNC240

    async def read_range(self, key: str, start: int, end: int) -> bytes:
        with Path(key).open("rb") as file:  # noqa: ASYNC230
            file.seek(start)
            return file.read(end - start)


class Unsealed(io.RawIOBase):
    """Raises media.sealed.Damaged."""

    def __init__(self, path: str, data_key: bytes) -> None:
        super().__init__()
        self._reader = _now(SealedReader.open(_Folder(), path, data_key))
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._reader.size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def read(self, size: int = -1) -> bytes:
        wanted = self._reader.size if size < 0 else size
        data = _now(self._reader.read(self._at, wanted))
        self._at += len(data)
        return data


def _now(work: Coroutine[Any, Any, R]) -> R:
    """The result of a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration as ended:
        result: R = ended.value
        return result
    raise RuntimeError("it waits")
