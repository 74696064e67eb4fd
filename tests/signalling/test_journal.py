"""What a killed node leaves for its next life: sealed, in order, and only until it is taken."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.kit.ids import new_id
from signalling.journal import UNFINISHED, Journal

KEY, OTHER_KEY = bytes(32), bytes(31) + b"\x01"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
def test_what_is_put_there_is_found_in_its_order(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        for text in texts:
            Journal(Path(name), KEY).put("line", new_id(), text)
        assert Journal(Path(name), KEY).left("line") == texts


async def test_what_was_taken_is_gone_and_another_kind_is_another_matter(tmp_path: Path) -> None:
    journal, one, other = Journal(tmp_path, KEY), new_id(), new_id()
    journal.put("line", one, "first")
    journal.put("withdrawal", other, "second")
    await journal.confirm("line", one)
    for _ in range(2):
        journal.drop("line", one)
    await journal.confirm("line", one)
    assert (journal.left("line"), journal.left("withdrawal")) == ([], ["second"])


def test_it_is_sealed_and_what_cannot_be_opened_stays(tmp_path: Path) -> None:
    Journal(tmp_path, KEY).put("line", new_id(), "Kuuluuko?")
    (file,) = (tmp_path / "journal").iterdir()
    assert b"Kuuluuko" not in file.read_bytes()
    assert Journal(tmp_path, OTHER_KEY).left("line") == []

    moved = file.rename(file.with_name(f"{new_id()}.line"))  # nobody else's name fits it
    assert Journal(tmp_path, KEY).left("line") == []
    moved.with_name(f"{new_id()}.line").touch()
    moved.rename(file)
    assert Journal(tmp_path, KEY).left("line") == ["Kuuluuko?"]


def test_what_a_kill_left_half_written_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / f"{new_id()}.line{UNFINISHED}").write_bytes(b"EM")
    assert Journal(tmp_path, KEY).left("line") == []


async def test_a_disk_that_refuses_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "journal").touch()
    journal, id_ = Journal(tmp_path, KEY), new_id()
    journal.put("line", id_, "lost with the process")
    await journal.confirm("line", id_)
    journal.drop("line", id_)
    assert journal.left("line") == []


def test_a_disk_has_its_own_journal_and_keeps_it(tmp_path: Path) -> None:
    one = Journal(tmp_path / "one", KEY)
    assert Journal(tmp_path / "one", KEY).id == one.id
    assert Journal(tmp_path / "two", KEY).id != one.id
    assert not one.holds("line", "withdrawal")
    one.put("line", new_id(), "Kuuluuko?")
    assert one.holds("line", "withdrawal")
    assert not one.holds("withdrawal")
