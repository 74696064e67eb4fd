"""The folder of the data keys: whole files or none, overwritten before they go."""

import os
import stat
from pathlib import Path

import pytest

from app.kit.ids import new_id
from app.kit.key_folder import LABEL, KeyFolder, KeyLost, KeysAway

WRAPPED = bytes(range(40))


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    made = KeyFolder(tmp_path / "there" / "keys")
    made.make()
    return made


def test_what_is_put_is_there_for_its_owner_alone(folder: KeyFolder) -> None:
    first, second = new_id(), new_id()
    folder.put(first, WRAPPED)
    folder.put(second, WRAPPED[::-1])
    folder.put(second, WRAPPED)
    folder.make()

    assert folder.ids() == {first, second}
    assert folder.get(second) == WRAPPED
    assert folder.holds(first)
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    for path in folder.path.glob("*.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_shredded_is_overwritten_where_it_lay(folder: KeyFolder) -> None:
    key = new_id()
    folder.put(key, WRAPPED)
    name = next(folder.path.glob("*.key"))
    os.link(name, folder.path / "the same bytes on the disk")

    folder.shred(key)
    folder.shred(key)

    assert not folder.holds(key)
    assert (folder.path / "the same bytes on the disk").read_bytes() == bytes(40)
    with pytest.raises(KeyLost):
        folder.get(key)


def test_one_that_is_just_being_shredded_is_lost(folder: KeyFolder) -> None:
    key = new_id()
    folder.put(key, bytes(40))
    with pytest.raises(KeyLost):
        folder.get(key)


def test_what_a_kill_left_half_written_is_no_key(folder: KeyFolder) -> None:
    """And is written over, so that nothing of it outlives the key."""
    key = new_id()
    (folder.path / f"{key}.key.part").write_bytes(WRAPPED + b"longer than it will be")
    assert folder.ids() == set()

    folder.put(key, WRAPPED)
    folder.shred(key)
    assert [path.name for path in folder.path.iterdir()] == [LABEL]


def test_a_folder_without_its_label_is_not_the_one(folder: KeyFolder) -> None:
    key = new_id()
    folder.put(key, WRAPPED)
    (folder.path / LABEL).unlink()

    assert not folder.is_there()
    for work in (
        folder.check,
        folder.ids,
        lambda: folder.put(new_id(), WRAPPED),
        lambda: folder.get(new_id()),
        lambda: folder.holds(key),
        lambda: folder.shred(key),
    ):
        with pytest.raises(KeysAway, match="not at"):
            work()
    assert [path.read_bytes() for path in folder.path.iterdir()] == [WRAPPED]
