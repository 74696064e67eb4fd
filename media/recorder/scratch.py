"""A temporary file whose bytes on the disk are noise, and which vanishes with the process.

A file's head tells what is known at its end, so a finished file cannot be sealed as it is written.
It is written here first: encrypted (AES-256 in counter mode) with a key that only this process's
memory holds, in a file without a name.
"""

import io
import os
import secrets
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 16


def nameless(folder: Path) -> io.FileIO:
    """A file that scratches may follow one another in: the pages that the kernel holds of it are
    used again, which is half of what a write costs."""
    return tempfile.TemporaryFile(dir=folder, buffering=0)


@dataclass
class _Shared:
    """By a scratch and its views."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    size: int = 0
    """Of what was written, the head left out."""


class Scratch(io.RawIOBase):
    """Read, write and seek like any binary file. In a file of its own, or in place of what an
    earlier one left in another, whose key nobody knows any more."""

    def __init__(self, place: Path | io.FileIO) -> None:
        super().__init__()
        file = nameless(place) if isinstance(place, Path) else _again(place)
        self._begin(file, _Shared())

    def _begin(self, file: io.FileIO, shared: _Shared) -> None:
        self._file = file
        self._shared = shared
        self._key = algorithms.AES256(shared.key)
        self._head = b""
        self._at = 0

    def view(self) -> "Scratch":
        """A second place in the same file, which may be closed before the first."""
        return _View(_again(self._file), self._shared)

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        ends = len(self._head) + self._shared.size
        self._at = (0, self._at, ends)[whence] + offset
        return self._at

    def begin_with(self, head: bytes) -> None:
        """Puts it before all that was written, and goes to its begin. Nothing is written after."""
        self._head, self._at = head, 0

    def read(self, size: int = -1) -> bytes:
        head = self._head[self._at :] if size < 0 else self._head[self._at : self._at + size]
        place = self._at + len(head) - len(self._head)
        self._file.seek(place)
        left = max(self._shared.size - place, 0)  # beyond it lies what an earlier scratch left
        left = left if size < 0 else min(left, size - len(head))
        plain = head + self._crypt(self._file.read(left), place)
        self._at += len(plain)
        return plain

    def write(self, data: bytes) -> int:  # type: ignore[override]
        view = memoryview(self._crypt(data, self._at))
        self._file.seek(self._at)
        while view:
            written = self._file.write(view)
            self._at += written
            view = view[written:]
        self._shared.size = max(self._shared.size, self._at)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _crypt(self, data: bytes, place: int) -> bytes:
        """The same both ways; the counter is the place in the file."""
        block, offset = divmod(place, BLOCK)
        stream = Cipher(self._key, modes.CTR(block.to_bytes(BLOCK, "big"))).encryptor()
        stream.update(bytes(offset))
        return stream.update(data)


class _View(Scratch):
    def __init__(self, file: io.FileIO, shared: _Shared) -> None:
        io.RawIOBase.__init__(self)
        self._begin(file, shared)


def _again(file: io.FileIO) -> io.FileIO:
    return io.FileIO(os.dup(file.fileno()), "r+b")
