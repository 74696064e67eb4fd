"""Where the data keys lie: a folder of its own with one small file for each, none in the database.

So a backup of the database and of the store opens nothing, and to destroy one key is to overwrite
and delete one file. What is in a file is wrapped by the installation's key. Several machines share
the folder. A folder without its label is not the one: a disk that is not mounted looks like an
empty folder.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

DESTROYED = "destroyed"
"""In a session's `info`: the keys that leave this folder when it is committed."""
SUFFIX = ".key"
LABEL = "README.txt"
UNSCRUBBED = "left-in-the-database"
"""Keys were brought here out of a database whose files still hold their bytes."""
TEXT = """\
The keys of eMessi's recordings, one file for each, wrapped by the installation's key.

Without this folder no recording can be played, and what was recorded is lost. Back it up into a
place of its own, apart from the backups of the database and of the store, and keep each copy for a
few days only: what is erased can be read for as long as a copy of its key is kept.
"""


class KeysAway(OSError):
    """The folder is not there, or is another one. It may be in a moment."""


class KeyLost(KeysAway):
    """The folder is there, and has no such key."""


@dataclass(frozen=True)
class KeyFolder:
    """What is put here survives a loss of power once `put` returns. All methods wait for the
    disk."""

    path: Path

    def make(self) -> None:
        """Idempotent."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.is_there():
            self._write(self.path / LABEL, TEXT.encode())

    def is_there(self) -> bool:
        return (self.path / LABEL).exists()

    def check(self) -> None:
        """Raises KeysAway."""
        if not self.is_there():
            raise KeysAway(f"the folder of the data keys is not at {self.path}")

    def put(self, key_id: UUID, wrapped: bytes) -> None:
        """Raises OSError."""
        self.check()
        self._write(self._of(key_id), wrapped)

    def get(self, key_id: UUID) -> bytes:
        """Raises KeyLost, KeysAway."""
        try:
            wrapped = self._of(key_id).read_bytes()
        except FileNotFoundError:
            wrapped = b""
        if not any(wrapped):  # also one that is being overwritten just now
            self.check()
            raise KeyLost(f"there is no data key {key_id}")
        return wrapped

    def holds(self, key_id: UUID) -> bool:
        """Raises KeysAway: what is out of sight is not gone."""
        self.check()
        return self._of(key_id).exists()

    def ids(self) -> set[UUID]:
        """Of all keys that are here."""
        self.check()
        return {UUID(path.stem) for path in self.path.glob(f"*{SUFFIX}")}

    def shred(self, key_id: UUID) -> None:
        """Overwrites and deletes it. Idempotent."""
        self.check()
        path = self._of(key_id)
        try:
            with _opened(path, os.O_WRONLY) as file:
                os.write(file, bytes(os.fstat(file).st_size))
                self.confirm(file)
        except FileNotFoundError:
            return
        path.unlink(missing_ok=True)
        self._confirm_names()

    def confirm(self, descriptor: int) -> None:
        """Waits until the disk has it."""
        os.fsync(descriptor)

    def _confirm_names(self) -> None:
        with _opened(self.path, os.O_RDONLY) as folder:
            self.confirm(folder)

    def _write(self, path: Path, content: bytes) -> None:
        """All of it or nothing. What a kill left is written over by who tries again."""
        unfinished = path.with_name(f"{path.name}.part")
        with _opened(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as file:
            os.write(file, content)
            self.confirm(file)
        unfinished.replace(path)
        self._confirm_names()

    def _of(self, key_id: UUID) -> Path:
        return self.path / f"{key_id}{SUFFIX}"


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
