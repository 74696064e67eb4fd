"""A temporary file whose bytes on the disk are noise, and which vanishes with the process.

A file's head tells what is known at its end, so a finished file cannot be sealed as it is written.
It is written here first: encrypted (AES-256 in counter mode) with a key that only this process's
memory holds, in a file without a name.
"""

import io
import os
import secrets
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 16


class Scratch(io.RawIOBase):
    """Read, write and seek like any binary file."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._begin(tempfile.TemporaryFile(dir=folder, buffering=0), secrets.token_bytes(32))  # noqa: SIM115

    def _begin(self, file: io.FileIO, key: bytes) -> None:
        self._file = file
        self._secret = key
        self._key = algorithms.AES256(key)
        self._head = b""
        self._at = 0

    def view(self) -> "Scratch":
        """A second place in the same file, which may be closed before the first."""
        return _View(self._file.fileno(), self._secret)

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        ends = len(self._head) + os.fstat(self._file.fileno()).st_size
        self._at = (0, self._at, ends)[whence] + offset
        return self._at

    def begin_with(self, head: bytes) -> None:
        """Puts it before all that was written, and goes to its begin. Nothing is written after."""
        self._head, self._at = head, 0

    def read(self, size: int = -1) -> bytes:
        head = self._head[self._at :] if size < 0 else self._head[self._at : self._at + size]
        place = self._at + len(head) - len(self._head)
        self._file.seek(place)
        plain = head + self._crypt(self._file.read(-1 if size < 0 else size - len(head)), place)
        self._at += len(plain)
        return plain

    def write(self, data: bytes) -> int:  # type: ignore[override]
        view = memoryview(self._crypt(data, self._at))
        self._file.seek(self._at)
        while view:
            written = self._file.write(view)
            self._at += written
            view = view[written:]
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
    def __init__(self, descriptor: int, key: bytes) -> None:
        io.RawIOBase.__init__(self)
        self._begin(io.FileIO(os.dup(descriptor), "r+b"), key)
