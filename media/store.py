"""The media store: a local folder or a bucket of an S3-compatible service, behind one face.

Files move in and are the store's from then on. What must be copied for it is not taken to be stored
before it was read back: `take_file` compares size and SHA-256 of what the store returns with what
was sent. A folder on the same disk takes the file itself.
"""

import asyncio
import hashlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, S3Store

from app.kit.settings import Settings

if TYPE_CHECKING:
    from obstore.store import RetryConfig

PIECE = 4 << 20
"""Bytes in memory at a time while copying. Lower: more round trips. Higher: more memory."""

ATTEMPTS = 5
"""To copy into a folder that may vanish."""


class Unreachable(OSError):
    """The store did not do what it was asked; it may in a moment."""


class NotStored(OSError):
    """The store took a file and returns another one."""


class Missing(OSError):
    """No such key in the store."""


RETRIES: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
"""Of one request to S3. Lower: a hiccup is an error. Higher: a broken store is noticed later."""


@contextmanager
def _translated(key: str) -> Iterator[None]:
    """The library's errors as ours: Missing, or Unreachable."""
    try:
        yield
    except NotStored:
        raise
    except (NotFoundError, FileNotFoundError):
        raise Missing(key) from None
    except (BaseError, OSError) as error:
        raise Unreachable(f"the store failed: {type(error).__name__}") from error


class Store:
    """Keys are relative paths with `/`. Everything in here is sealed already by who puts it."""

    def __init__(self, inner: LocalStore | S3Store, folder: Path | None) -> None:
        self._inner = inner
        self._folder = folder

    @classmethod
    def open(cls, settings: Settings) -> "Store":
        url = settings.store_url
        if not url.startswith("s3://"):
            folder = Path(url)
            return cls(LocalStore(folder, mkdir=True, automatic_cleanup=True), folder)
        place, section = urlsplit(url), settings.store
        endpoint = section.s3_endpoint
        inner = S3Store(
            place.netloc,
            prefix=place.path.strip("/") or None,
            region=section.s3_region,
            endpoint=endpoint or None,
            access_key_id=section.s3_access_key or None,
            secret_access_key=section.s3_secret_key.get_secret_value() or None,
            virtual_hosted_style_request=not endpoint,
            retry_config=RETRIES,
            client_options={"allow_http": endpoint.startswith("http://")},
        )
        return cls(inner, None)

    async def take_file(self, key: str, path: Path) -> int:
        """Moves the file here; its size. Replaces what was there. Killed in the middle, or with an
        error, it is still at `path` and can be given again. Raises NotStored, Unreachable."""
        if self._folder is not None:
            with _translated(key):
                size = await asyncio.to_thread(_taken, path, self._folder / key)
        else:
            size = await self._uploaded(path, key)
        await asyncio.to_thread(path.unlink)
        return size

    async def get_file(self, key: str, path: Path) -> int:
        """To `path`, which appears only when whole, to be read; the size. Raises Missing."""
        part = path.with_name(path.name + ".part")
        part.unlink(missing_ok=True)
        if self._folder is not None:
            with _translated(key):
                await asyncio.to_thread(_linked, self._folder / key, part)
        else:
            with part.open("wb") as file:
                async for piece in self._stream(key):
                    file.write(piece)
        size = part.stat().st_size
        part.replace(path)
        return size

    async def read_range(self, key: str, start: int, end: int) -> bytes:
        """Bytes start ≤ n < end. Raises Missing."""
        with _translated(key):
            return bytes(await obstore.get_range_async(self._inner, key, start=start, end=end))

    async def size(self, key: str) -> int:
        """Raises Missing."""
        with _translated(key):
            return int((await obstore.head_async(self._inner, key))["size"])

    async def exists(self, key: str) -> bool:
        try:
            await self.size(key)
        except Missing:
            return False
        return True

    async def delete(self, key: str) -> None:
        """Idempotent: what is not there is deleted."""
        with suppress(Missing), _translated(key):
            await obstore.delete_async(self._inner, key)

    async def list(self, prefix: str) -> list[str]:
        """Keys below the folder `prefix`, sorted."""
        with _translated(prefix):
            found = [m["path"] async for batch in obstore.list(self._inner, prefix) for m in batch]
        return sorted(found)

    async def _uploaded(self, path: Path, key: str) -> int:
        sent = await asyncio.to_thread(_digest, path)
        with _translated(key):
            await obstore.put_async(self._inner, key, path)
        digest, size = hashlib.sha256(), 0
        async for piece in self._stream(key):
            digest.update(piece)
            size += len(piece)
        _compare(key, (digest.digest(), size), sent)
        return size

    async def _stream(self, key: str) -> AsyncIterator[bytes]:
        with _translated(key):
            result = await obstore.get_async(self._inner, key)
            async for piece in result.stream(min_chunk_size=PIECE):
                yield bytes(piece)


def _digest(path: Path) -> tuple[bytes, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            size += len(piece)
    return digest.digest(), size


def _compare(key: str, found: tuple[bytes, int], sent: tuple[bytes, int]) -> None:
    if found != sent:
        raise NotStored(f"the store does not return {key} as it was sent")


def _taken(path: Path, to: Path) -> int:
    """The file and its name survive a loss of power from here on."""
    part = to.with_name(
        f"{to.name}#{secrets.randbelow(1 << 32)}"
    )  # the library lists none of these
    try:
        if not _in_its_folder(path, part):
            _compare(to.name, _digest(part), _digest(path))
        size = part.stat().st_size
        _sync(part)
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)
    _sync(to.parent)
    return size


def _in_its_folder(path: Path, part: Path) -> bool:
    """Whether it is the file itself. The folder vanishes when the last file in it is deleted, which
    may be just now."""
    for left in reversed(range(ATTEMPTS)):
        part.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _linked(path, part)
        except FileNotFoundError:
            if not left or not path.exists():
                raise
    raise AssertionError


def _linked(path: Path, to: Path) -> bool:
    """The same file under a second name, if both lie on one disk that knows how; else a copy."""
    try:
        os.link(path, to)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(path, to)
        return False
    return True


def _sync(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
