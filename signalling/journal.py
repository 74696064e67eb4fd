"""What was said here and is not in the database yet, on the node's own disk.

One small sealed file for each, `<spool>/journal/<id>.<kind>`. It is written before anybody is
answered, deleted once the database has taken it, and what a killed node leaves is entered by its
next life (`signalling.recovery`), under its id, so that it is entered once.
"""

import asyncio
import logging
import os
import secrets
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.kit.ids import new_id

logger = logging.getLogger(__name__)

ID = "journal.id"
NONCE_BYTES = 12
UNFINISHED = ".part"


class Journal:
    def __init__(self, spool: Path, installation_key: bytes) -> None:
        self._folder = spool / "journal"
        self.id = _identity(spool / ID)
        """Of what lies on this disk: a node of the same name with another disk has another."""
        key = HKDF(SHA256(), length=32, salt=None, info=b"emessi node journal v1")
        self._seal = AESGCM(key.derive(installation_key))

    def put(self, kind: str, id_: UUID, text: str) -> None:
        """Outlives the process once this returns. Where the disk refuses it is only in memory, and
        a word in the log says so."""
        path = self._path(kind, id_)
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + self._seal.encrypt(nonce, text.encode(), path.name.encode())
        unfinished = path.with_name(path.name + UNFINISHED)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished.write_bytes(sealed)
            unfinished.rename(path)
        except OSError as error:
            logger.error("the journal was not written: %s", error.strerror)

    async def confirm(self, kind: str, id_: UUID) -> None:
        """Outlives the machine's power once this returns."""
        try:
            await asyncio.to_thread(_sync, self._path(kind, id_))
        except FileNotFoundError:
            pass  # the database has it already, or the disk refused
        except OSError as error:
            logger.error("the disk did not confirm the journal: %s", error.strerror)

    def drop(self, kind: str, id_: UUID) -> None:
        """The database has taken it, or nobody may keep it any more. Idempotent."""
        try:
            self._path(kind, id_).unlink(missing_ok=True)
        except OSError as error:
            logger.error("the journal still holds what is entered: %s", error.strerror)

    def holds(self, *kinds: str) -> bool:
        """Whether anything is there, to be opened or not."""
        return any(True for kind in kinds for _ in self._folder.glob(f"*.{kind}"))

    def left(self, kind: str) -> list[str]:
        """What is there, the oldest first. What cannot be opened stays where it is."""
        found = []
        for path in sorted(self._folder.glob(f"*.{kind}")):
            sealed = path.read_bytes()
            nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
            try:
                found.append(self._seal.decrypt(nonce, rest, path.name.encode()).decode())
            except (InvalidTag, ValueError):
                logger.error("%s in the journal cannot be opened", path.name)
        return found

    def _path(self, kind: str, id_: UUID) -> Path:
        return self._folder / f"{id_}.{kind}"


def _identity(path: Path) -> UUID:
    """Made with the journal. A disk that refuses it has a new one each time, whose last life
    therefore nobody is taken to have read."""
    with suppress(OSError, ValueError):
        return UUID(path.read_text())
    made = new_id()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(made))
        _sync(path)
    except OSError as error:
        logger.error("the journal was given no name: %s", error.strerror)
    return made


def _sync(path: Path) -> None:
    for each in (path, path.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
