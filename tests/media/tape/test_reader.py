"""What a reader finds in tapes that were torn, cut, swapped or changed."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.tape.format import NotATape
from media.tape.reader import Ending, TapeReader
from tests.fixtures.tapes import KEY, packets_of, write_tape

CHUNKS = st.lists(st.lists(st.binary(max_size=60), min_size=1, max_size=4), max_size=5)


@given(CHUNKS)
def test_what_was_written_is_read(chunks: list[list[bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.tape"
        write_tape(path, chunks)

        reader = TapeReader(path, KEY)

        assert packets_of(reader) == [packet for chunk in chunks for packet in chunk]
        assert (reader.ending, reader.cut_bytes) == (Ending.CLOSED, 0)


@given(CHUNKS, st.data())
def test_torn_anywhere_all_whole_chunks_survive(
    chunks: list[list[bytes]], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.tape"
        ends = write_tape(path, chunks)
        whole = path.read_bytes()
        cut = data.draw(st.integers(min_value=ends[0], max_value=len(whole) - 1))
        path.write_bytes(whole[:cut])

        reader = TapeReader(path, KEY)

        survivors = [c for c, end in zip(chunks, ends[1:], strict=True) if end <= cut]
        assert packets_of(reader) == [packet for chunk in survivors for packet in chunk]
        assert reader.ending is Ending.TORN
        assert reader.cut_bytes == cut - ends[len(survivors)]


@settings(max_examples=200)
@given(CHUNKS, st.data())
def test_one_changed_bit_is_found_and_nothing_false_is_read(
    chunks: list[list[bytes]], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.tape"
        write_tape(path, chunks)
        content = bytearray(path.read_bytes())
        at = data.draw(st.integers(min_value=0, max_value=len(content) - 1))
        content[at] ^= 1 << data.draw(st.integers(min_value=0, max_value=7))
        path.write_bytes(content)

        try:
            reader = TapeReader(path, KEY)
        except NotATape:
            return
        read = packets_of(reader)

        assert reader.ending is not Ending.CLOSED
        assert read == [packet for chunk in chunks for packet in chunk][: len(read)]


def test_swapped_chunks_are_found(tmp_path: Path) -> None:
    path = tmp_path / "a.tape"
    zero, one, two, *_ = write_tape(path, [[b"first"], [b"other"]])
    whole = path.read_bytes()
    path.write_bytes(whole[:zero] + whole[one:two] + whole[zero:one] + whole[two:])

    reader = TapeReader(path, KEY)

    assert packets_of(reader) == []
    assert reader.ending is Ending.DAMAGED


def test_a_chunk_of_another_tape_of_the_same_person_is_found(tmp_path: Path) -> None:
    mine, other = tmp_path / "a.tape", tmp_path / "b.tape"
    zero, one, *_ = write_tape(mine, [[b"first"], [b"second"]])
    there, after, *_ = write_tape(other, [[b"alien"]], tape_id="t2")
    whole = mine.read_bytes()
    mine.write_bytes(whole[:zero] + other.read_bytes()[there:after] + whole[one:])

    reader = TapeReader(mine, KEY)

    assert packets_of(reader) == []
    assert reader.ending is Ending.DAMAGED


def test_bytes_after_the_end_are_found(tmp_path: Path) -> None:
    path = tmp_path / "a.tape"
    write_tape(path, [[b"first"]])
    path.write_bytes(path.read_bytes() + b"\x00")

    reader = TapeReader(path, KEY)

    assert packets_of(reader) == [b"first"]
    assert (reader.ending, reader.cut_bytes) == (Ending.DAMAGED, 1)


def test_without_the_key_nothing_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.tape"
    write_tape(path, [[b"secret words"]])

    reader = TapeReader(path, bytes(32))

    assert packets_of(reader) == []
    assert b"secret words" not in path.read_bytes()


@pytest.mark.parametrize("content", [b"", b"EMTAPE\x00\x01\x00\x00\x00\x05{}", b"RIFF" * 10])
def test_what_has_no_header_is_not_a_tape(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.tape"
    path.write_bytes(content)

    with pytest.raises(NotATape):
        TapeReader(path, KEY)
