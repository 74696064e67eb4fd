"""One chunk as it goes to the disk: sealed where it lies, in memory that is used again."""

from media.tape.format import CHUNK_HEAD
from media.tape.keys import TAG_BYTES, ChunkSeal
from media.tape.pending import ROOM


class Chunk:
    """All tapes of a room seal theirs in the same place, one after the other: it stays in the
    processor's cache, and nothing is put together or copied before it is written."""

    def __init__(self) -> None:
        self._view = memoryview(bytearray(CHUNK_HEAD.size + ROOM + TAG_BYTES))

    def seal(self, seal: ChunkSeal, number: int, plain: memoryview, *, last: bool) -> memoryview:
        """The whole chunk. Valid until the next one is sealed here."""
        length = len(plain) + TAG_BYTES
        end = CHUNK_HEAD.size + length
        CHUNK_HEAD.pack_into(self._view, 0, length, last)
        seal.seal_into(self._view[CHUNK_HEAD.size : end], number, plain, last=last)
        return self._view[:end]
