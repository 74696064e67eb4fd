"""Has the disk itself confirm what was written, in a thread, so that nothing else waits for it."""

import logging
import os
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import cffi

_ffi = cffi.FFI()
_ffi.cdef("int sync_file_range(int fd, int64_t offset, int64_t count, unsigned int flags);")
_begin_writing: Any = getattr(_ffi.dlopen(None), "sync_file_range", None)
"""Linux's own, see sync_file_range(2); elsewhere each file is waited for by itself."""
_WRITE = 2
"""SYNC_FILE_RANGE_WRITE."""

logger = logging.getLogger(__name__)

CONFIRM_EVERY_S = 1.0
"""A killed process loses nothing that was flushed; this is for a machine that loses its power: it
loses this, and as long as its disk takes to confirm the tapes of all rooms once (they queue for one
thread, and none is asked again before it has answered). Lower: less is lost then, more disk work
for every tape. Higher: the other way round."""

_disk = ThreadPoolExecutor(1, thread_name_prefix="tape-disk")
"""One thread: a file is closed after all that was asked of it before."""


class Confirmed(Protocol):
    """A tape."""

    path: Path
    file: int | None
    """Its descriptor while it is open."""
    named: bool
    """Whether its folder was asked to confirm, too: else it may not be found after a power cut."""

    def refused(self, error: OSError) -> None:
        """The disk did not confirm. Does nothing if it is not open any more."""


class Confirming:
    """The tapes of one room, all at once: waking the thread and taking turns with it for each of
    them cost twice as much as what the disk has to do."""

    def __init__(self) -> None:
        self._asked_at = float("-inf")
        self._answer: Future[dict[Confirmed, OSError]] | None = None

    def confirm(self, tapes: Iterable[Confirmed], now: float) -> None:
        """Call after each flush: asks when it is time, and tells tapes that they were refused."""
        if self._answer is not None:
            if not self._answer.done():
                return
            answer, self._answer = self._answer, None
            for tape, error in answer.result().items():
                tape.refused(error)
        if now - self._asked_at < CONFIRM_EVERY_S:
            return
        files = {tape: tape.file for tape in tapes if tape.file is not None}
        if files:
            self._asked_at = now
            self._answer = _disk.submit(_confirm, files, _unnamed(files))


def finish(tape: Confirmed) -> None:
    """Confirms and closes its file, in the thread: after all that was asked of it before."""
    if tape.file is not None:
        _disk.submit(_finish, tape.file, _unnamed([tape]))
        tape.file = None


def _unnamed(tapes: Iterable[Confirmed]) -> set[Path]:
    """The folders that must confirm, too. They count as asked."""
    folders: set[Path] = set()
    for tape in tapes:
        if not tape.named:
            folders |= {tape.path.parent, tape.path.parent.parent}
            tape.named = True
    return folders


def _confirm(files: dict[Confirmed, int], folders: set[Path]) -> dict[Confirmed, OSError]:
    """Before the first is waited for all are on their way: what the disk must know of the others
    then often goes with the first, and that costs two thirds."""
    for file in files.values() if _begin_writing else ():
        _begin_writing(file, 0, 0, _WRITE)
    refused = {}
    for tape, file in files.items():
        try:
            os.fdatasync(file)
        except OSError as error:
            refused[tape] = error
    _keep_names(folders)
    return refused


def _finish(file: int, folders: set[Path]) -> None:
    try:
        os.fdatasync(file)
    except OSError as error:
        logger.error("the disk did not confirm a tape: %s", error.strerror)
    finally:
        os.close(file)
    _keep_names(folders)


def _keep_names(folders: set[Path]) -> None:
    for folder in folders:
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            continue  # it was a short tape, and is on its way to the store
        try:
            os.fsync(descriptor)
        except OSError as error:
            logger.error("the disk did not confirm a folder: %s", error.strerror)
        finally:
            os.close(descriptor)
