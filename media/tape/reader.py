"""Reads a tape as far as it can be trusted, and says how it ends."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag

from media.tape.format import (
    CHUNK_HEAD,
    HEADER_LENGTH,
    MAGIC,
    MAX_CHUNK_BYTES,
    MAX_HEADER_BYTES,
    NotATape,
    Packet,
    SenderReport,
    TapeHeader,
    hash_header,
    parse_header,
    parse_records,
)
from media.tape.keys import TAG_BYTES, ChunkSeal

READ_BYTES = 256 * 1024
"""Asked of the disk at a time. Lower: more calls. Higher: memory for each open tape."""


class Ending(StrEnum):
    CLOSED = "closed"
    """The last chunk says so, and nothing follows."""
    TORN = "torn"
    """The file ends before a last chunk: the writer was killed, or the file was cut."""
    DAMAGED = "damaged"
    """Something in the file is not what the writer wrote there; all before it is."""


class TapeReader:
    """Iterate once: every record of every whole, genuine chunk, in the order written.

    Afterwards `ending` says how it ended and `cut_bytes` how much of the file was not used. The
    size recorded when a tape was closed tells a torn tape from one that somebody shortened.
    """

    def __init__(self, path: Path, data_key: bytes) -> None:
        """Raises NotATape when not even the header is whole, OSError when there is no file."""
        self._path = path
        with path.open("rb") as file:
            packed = _read_header(file)
        self.header: TapeHeader = parse_header(packed)
        self._start = self._good = len(packed)
        self._seal = ChunkSeal(data_key, self.header.salt, hash_header(packed))
        self.ending: Ending | None = None
        self.cut_bytes = 0
        self.chunks = 0

    def __iter__(self) -> Iterator[Packet | SenderReport]:
        for plain in self.opened():
            yield from parse_records(plain)

    def opened(self) -> Iterator[bytes]:
        """The records of one chunk after another, as they lie there (`format.RECORD_HEAD`)."""
        with self._path.open("rb", READ_BYTES) as file:
            size = file.seek(0, 2)
            file.seek(self._start)
            self.chunks, self._good = 0, self._start
            yield from self._open_chunks(file)
            self.cut_bytes = size - self._good

    def _open_chunks(self, file: BinaryIO) -> Iterator[bytes]:
        while True:
            head = file.read(CHUNK_HEAD.size)
            if len(head) < CHUNK_HEAD.size:
                self.ending = Ending.TORN
                return
            length, last = CHUNK_HEAD.unpack(head)
            if last > 1 or not TAG_BYTES <= length <= MAX_CHUNK_BYTES:
                self.ending = Ending.DAMAGED
                return
            sealed = file.read(length)
            if len(sealed) < length:
                self.ending = Ending.TORN
                return
            try:
                plain = self._seal.open(self.chunks, sealed, last=bool(last))
            except InvalidTag:
                self.ending = Ending.DAMAGED
                return
            self.chunks += 1
            self._good += CHUNK_HEAD.size + length
            yield plain
            if last:
                self.ending = Ending.DAMAGED if file.read(1) else Ending.CLOSED
                return


def _read_header(file: BinaryIO) -> bytes:
    start = file.read(len(MAGIC) + HEADER_LENGTH.size)
    if len(start) < len(MAGIC) + HEADER_LENGTH.size or not start.startswith(MAGIC):
        raise NotATape("the file does not begin as a tape")
    (length,) = HEADER_LENGTH.unpack_from(start, len(MAGIC))
    if length > MAX_HEADER_BYTES:
        raise NotATape("the header is too long")
    body = file.read(length)
    if len(body) < length:
        raise NotATape("the header is cut")
    return start + body
