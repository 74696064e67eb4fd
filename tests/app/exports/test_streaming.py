"""The ZIP is written while it is read, piece by piece."""

import asyncio
from pathlib import Path

from app.exports.bundle import Entry
from app.exports.streaming import PIECE, zipped
from app.kit.settings import Settings
from media.sealed import SealedWriter
from media.store import Store

KEY = bytes(range(32))
PIECES = 6


class Watched(Store):
    """Counts the bytes it was asked for."""

    read = 0

    async def read_range(self, key: str, start: int, end: int) -> bytes:
        self.read += end - start
        return await super().read_range(key, start, end)


async def test_no_more_is_read_than_is_wanted(tmp_path: Path) -> None:
    inner = Store.open(Settings(data=tmp_path))
    with SealedWriter(tmp_path / "film", KEY) as writer:
        for _ in range(PIECES):
            writer.write(bytes(PIECE))
    await inner.take_file("film", tmp_path / "film")
    store = Watched(inner._inner, inner._folder)
    entry = Entry("film.webm", writer.sha256, writer.size, sealed="film", data_key=KEY)

    archive = zipped([entry], store, asyncio.get_running_loop())
    sizes: list[int] = []
    asked: list[int] = []
    while piece := await asyncio.to_thread(next, archive, b""):
        sizes.append(len(piece))
        asked.append(store.read)

    assert sum(sizes) > writer.size
    assert max(sizes) <= PIECE
    assert asked[1] < 3 * PIECE  # the film is not read ahead
    assert sorted(asked) == asked
