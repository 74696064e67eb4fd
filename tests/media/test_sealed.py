"""Sealed files: read from anywhere, changed nowhere."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.sealed import (
    HEADER_BYTES,
    RECORD_BYTES,
    SEALED_BYTES,
    Damaged,
    SealedReader,
    SealedWriter,
)
from media.store import Store

KEY = bytes(range(32))
CONTENT = hashlib.shake_256(b"seed").digest(2 * RECORD_BYTES + 1000)


class Memory:
    """A store of one file."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.read_bytes = 0

    async def size(self, key: str) -> int:
        return len(self.content)

    async def read_range(self, key: str, start: int, end: int) -> bytes:
        self.read_bytes += end - start
        return self.content[start:end]


def seal(path: Path, content: bytes) -> bytes:
    with SealedWriter(path, KEY) as writer:
        for at in range(0, len(content), 50_000):
            writer.write(content[at : at + 50_000])
    assert writer.size == len(content)
    assert writer.sha256 == hashlib.sha256(content).hexdigest()
    return path.read_bytes()


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return seal(tmp_path_factory.mktemp("sealed") / "file", CONTENT)


@pytest.mark.parametrize("size", [0, 1, RECORD_BYTES - 1, RECORD_BYTES, RECORD_BYTES + 1])
async def test_every_size_comes_back(tmp_path: Path, size: int) -> None:
    content = CONTENT[:size]

    reader = await SealedReader.open(Memory(seal(tmp_path / "f", content)), "f", KEY)

    assert reader.size == size
    assert await reader.read(0, size + 10) == content


@given(st.integers(0, len(CONTENT) + 10), st.integers(0, len(CONTENT)))
async def test_any_range_is_the_plain_range(sealed: bytes, start: int, length: int) -> None:
    reader = await SealedReader.open(Memory(sealed), "f", KEY)

    assert await reader.read(start, length) == CONTENT[start : start + length]


async def test_a_small_range_reads_one_record(sealed: bytes) -> None:
    memory = Memory(sealed)
    reader = await SealedReader.open(memory, "f", KEY)
    memory.read_bytes = 0

    await reader.read(RECORD_BYTES + 5, 10)

    assert memory.read_bytes == SEALED_BYTES


@pytest.mark.parametrize(
    "spoil",
    [
        lambda c: c[: HEADER_BYTES + SEALED_BYTES],
        lambda c: c[:-1],
        lambda c: c + b"\x00",
        lambda c: c[:HEADER_BYTES],
        lambda c: b"RIFF" + c[4:],
        lambda c: c[:10] + b"\xff\xff\xff" + c[13:],
    ],
    ids=["cut at a record", "cut", "longer", "empty", "another format", "another salt"],
)
async def test_a_spoilt_file_is_not_opened(sealed: bytes, spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(Damaged):
        await SealedReader.open(Memory(spoil(sealed)), "f", KEY)


async def test_swapped_records_are_noticed(sealed: bytes) -> None:
    head, rest = sealed[:HEADER_BYTES], sealed[HEADER_BYTES:]
    swapped = rest[SEALED_BYTES : 2 * SEALED_BYTES] + rest[:SEALED_BYTES]
    reader = await SealedReader.open(Memory(head + swapped + rest[2 * SEALED_BYTES :]), "f", KEY)

    with pytest.raises(Damaged):
        await reader.read(0, 1)


async def test_another_key_opens_nothing(sealed: bytes) -> None:
    with pytest.raises(Damaged):
        await SealedReader.open(Memory(sealed), "f", bytes(32))


async def test_from_the_store(store: Store, tmp_path: Path) -> None:
    seal(tmp_path / "f", CONTENT)
    await store.take_file("m/f", tmp_path / "f")

    reader = await SealedReader.open(store, "m/f", KEY)

    assert await reader.read(RECORD_BYTES - 3, 6) == CONTENT[RECORD_BYTES - 3 : RECORD_BYTES + 3]
