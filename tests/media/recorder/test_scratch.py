"""A scratch file reads as it was written, and its disk holds noise."""

import io
import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from media.recorder.scratch import Scratch, nameless

WRITES = st.lists(st.tuples(st.integers(0, 300), st.binary(max_size=100)), max_size=20)


@given(WRITES)
def test_it_is_a_file_like_any_other(writes: list[tuple[int, bytes]]) -> None:
    plain = io.BytesIO()
    with Scratch(Path("/tmp")) as scratch:
        end = 0
        for place, data in writes:
            for file in (plain, scratch):
                file.seek(min(place, end))
                file.write(data)
            end = max(end, min(place, end) + len(data))
        assert scratch.tell() == plain.tell()
        scratch.seek(0)
        assert scratch.read() == plain.getvalue()
        scratch.seek(-min(5, end), io.SEEK_END)
        assert scratch.read(3) == plain.getvalue()[end - min(5, end) :][:3]


def test_nobody_finds_it_and_nobody_could_read_it(tmp_path: Path) -> None:
    with Scratch(tmp_path) as scratch:
        scratch.write(b"what was said" * 100)

        assert list(tmp_path.iterdir()) == []
        assert b"said" not in os.pread(scratch._file.fileno(), 2000, 0)


def test_one_in_place_of_another_shows_nothing_of_it(tmp_path: Path) -> None:
    with nameless(tmp_path) as file:
        with Scratch(file) as first:
            first.write(b"what was said" * 100)
        with Scratch(file) as second:
            second.write(b"short")
            second.begin_with(b"a head, ")

            assert second.seek(0, io.SEEK_END) == len(b"a head, short")
            assert second.read() == b""
            second.seek(0)
            assert second.read() == b"a head, short"
            with second.view() as view:
                view.seek(0)
                assert view.read(100) == b"short"
