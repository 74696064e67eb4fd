"""Sealed files: finished media, encrypted, readable from any place without reading the rest.

    header   magic (8), salt (32)
    record   up to 64 KiB of the plain file and a tag of 16 bytes, AES-256-GCM      repeated

Every file derives its own key from the data key by HKDF with its salt; the nonce is the record's
number. Header, number and whether the record is the last are authenticated: a file that was cut,
extended or spliced is noticed. All records but the last are full, so a plain position is computed.
"""

import hashlib
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"EMSEAL\x00\x01"
SALT_BYTES = 32
HEADER_BYTES = len(MAGIC) + SALT_BYTES
RECORD_BYTES = 64 * 1024
"""Lower: more tags and requests. Higher: a jump in a player decrypts more than it needs."""
TAG_BYTES = 16
SEALED_BYTES = RECORD_BYTES + TAG_BYTES
RECORDS_PER_READ = 16
"""One request to the store asks for up to 1 MiB. Lower: more requests. Higher: more memory."""

WRITE_BYTES = 1 << 20
"""Given to the disk at a time. Lower: twice the work for the kernel, since no record ends where its
pages do. Higher: memory."""


class Damaged(ValueError):
    """The stored bytes are not what was sealed."""


class Stored(Protocol):
    """What a reader needs of the media store."""

    async def size(self, key: str) -> int: ...

    async def read_range(self, key: str, start: int, end: int) -> bytes: ...


class _Seal:
    def __init__(self, data_key: bytes, header: bytes) -> None:
        salt = header[len(MAGIC) :]
        key = HKDF(SHA256(), length=32, salt=salt, info=b"emessi sealed file v1").derive(data_key)
        self._cipher = AESGCM(key)
        self._header = header

    def seal(self, number: int, plain: bytearray | memoryview, *, last: bool) -> bytes:
        return self._cipher.encrypt(number.to_bytes(12, "big"), plain, self._covered(number, last))

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        covered = self._covered(number, last)
        try:
            return self._cipher.decrypt(number.to_bytes(12, "big"), sealed, covered)
        except InvalidTag:
            raise Damaged(f"record {number} is not what was sealed") from None

    def _covered(self, number: int, last: bool) -> bytes:
        return self._header + number.to_bytes(8, "big") + (b"\x01" if last else b"\x00")


class SealedWriter:
    """Seals a plain stream into a local file, ready for the store. `close` or leave the block."""

    def __init__(self, path: Path, data_key: bytes) -> None:
        header = MAGIC + secrets.token_bytes(SALT_BYTES)
        self._seal = _Seal(data_key, header)
        self._file = path.open("wb", WRITE_BYTES)
        self._file.write(header)
        self._pending = bytearray()
        self._number = 0
        self._digest = hashlib.sha256()
        self.size = 0
        """Bytes of the plain file so far."""

    def write(self, data: bytes) -> None:
        self._digest.update(data)
        self.size += len(data)
        left = memoryview(data)
        if self._pending:
            missing = RECORD_BYTES - len(self._pending)
            self._pending += left[:missing]
            left = left[missing:]
            if not left:  # the last record is never empty but in an empty file
                return
            self._record(self._pending, last=False)
            self._pending.clear()
        while len(left) > RECORD_BYTES:
            self._record(left[:RECORD_BYTES], last=False)
            left = left[RECORD_BYTES:]
        self._pending += left

    def close(self) -> None:
        if not self._file.closed:
            self._record(self._pending, last=True)
            self._file.close()

    @property
    def sha256(self) -> str:
        """Of the plain file, hex."""
        return self._digest.hexdigest()

    def __enter__(self) -> "SealedWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._file.close()

    def _record(self, plain: bytearray | memoryview, *, last: bool) -> None:
        self._file.write(self._seal.seal(self._number, plain, last=last))
        self._number += 1


class SealedReader:
    """Random access to one sealed file in the store. Made by `open`."""

    def __init__(self, store: Stored, key: str, seal: _Seal, stored_size: int) -> None:
        body = stored_size - HEADER_BYTES
        self._records = -(-body // SEALED_BYTES)
        self.size = body - self._records * TAG_BYTES
        """Bytes of the plain file."""
        self._store = store
        self._key = key
        self._seal = seal
        self._end = stored_size

    @classmethod
    async def open(cls, store: Stored, key: str, data_key: bytes) -> "SealedReader":
        """Checks the last record, so that `size` can be trusted. Raises Damaged, store.Missing."""
        stored_size = await store.size(key)
        if stored_size < HEADER_BYTES + TAG_BYTES:
            raise Damaged("the file is too short to be sealed")
        header = await store.read_range(key, 0, HEADER_BYTES)
        if not header.startswith(MAGIC):
            raise Damaged("the file does not begin as a sealed file")
        reader = cls(store, key, _Seal(data_key, header), stored_size)
        if reader.size < 0:
            raise Damaged("the last record is shorter than its tag")
        await reader._plain(reader._records - 1, reader._records)
        return reader

    async def read(self, start: int, length: int) -> bytes:
        """Up to `length` plain bytes from `start`; fewer at the end of the file."""
        return b"".join([piece async for piece in self.stream(start, start + length)])

    async def stream(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Plain bytes start ≤ n < end, in pieces of at most 1 MiB."""
        end = self.size if end is None else min(end, self.size)
        while start < end:
            first = start // RECORD_BYTES
            after = min(-(-end // RECORD_BYTES), first + RECORDS_PER_READ)
            plain = await self._plain(first, after)
            offset = first * RECORD_BYTES
            yield plain[start - offset : end - offset]
            start = offset + len(plain)

    async def _plain(self, first: int, after: int) -> bytes:
        start = HEADER_BYTES + first * SEALED_BYTES
        end = min(HEADER_BYTES + after * SEALED_BYTES, self._end)
        sealed = await self._store.read_range(self._key, start, end)
        opened = []
        for number in range(first, after):
            at = (number - first) * SEALED_BYTES
            last = number == self._records - 1
            opened.append(self._seal.open(number, sealed[at : at + SEALED_BYTES], last=last))
        return b"".join(opened)
