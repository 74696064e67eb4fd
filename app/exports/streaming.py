"""A ZIP that is written while it is sent: constant memory, whatever its size.

Media is compressed already and is stored as it is; ZIP64 takes over where 4 GiB are passed.
"""

import asyncio
from collections.abc import Iterable, Iterator

from zipstream import ZIP_DEFLATED, ZIP_STORED, ZipStream

from app.exports.bundle import Entry
from media.sealed import SealedReader
from media.store import Store

PIECE = 1 << 20
WAIT_S = 60
"""Give up an export when the store takes longer for one piece."""


def zipped(
    entries: Iterable[Entry], store: Store, loop: asyncio.AbstractEventLoop
) -> Iterator[bytes]:
    """To be drawn from in a thread beside `loop`, where the store is read."""
    archive = ZipStream()
    for entry in entries:
        if entry.content is not None:
            archive.add(entry.content, entry.path, compress_type=ZIP_DEFLATED)
        else:
            archive.add(_opened(entry, store, loop), entry.path, compress_type=ZIP_STORED)
    yield from archive


def _opened(entry: Entry, store: Store, loop: asyncio.AbstractEventLoop) -> Iterator[bytes]:
    assert entry.sealed is not None
    assert entry.data_key is not None
    opening = SealedReader.open(store, entry.sealed, entry.data_key)
    reader = asyncio.run_coroutine_threadsafe(opening, loop).result(WAIT_S)
    for start in range(0, reader.size, PIECE):
        piece = reader.read(start, PIECE)
        yield asyncio.run_coroutine_threadsafe(piece, loop).result(WAIT_S)
