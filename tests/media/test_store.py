"""The store, as a folder and as S3."""

import errno
import os
import shutil
from pathlib import Path

import obstore
import pytest

from app.kit.settings import Settings
from media.store import Missing, NotStored, Store, Unreachable


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 30_000)  # 7.7 MB: several parts of an S3 upload
    return path


async def test_what_was_taken_is_got(store: Store, file: Path, tmp_path: Path) -> None:
    content = file.read_bytes()

    assert await store.take_file("m/a.tape", file) == len(content)

    assert not file.exists()
    await store.get_file("m/a.tape", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == content
    assert await store.size("m/a.tape") == len(content)
    assert await store.read_range("m/a.tape", 255, 258) == b"\xff\x00\x01"


async def test_another_of_one_key_replaces_it(store: Store, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"new")
    await store.take_file("m/a", file)

    await store.take_file("m/a", other)

    assert await store.read_range("m/a", 0, await store.size("m/a")) == b"new"


async def test_keys_are_listed_and_deleted(store: Store, file: Path) -> None:
    for key in ("m/b", "m/a", "n/c"):
        file.write_bytes(b"small")
        await store.take_file(key, file)

    await store.delete("m/b")
    await store.delete("m/b")

    assert await store.list("m") == ["m/a"]
    assert not await store.exists("m/b")
    assert await store.exists("n/c")


async def test_what_is_missing_says_so(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Missing):
        await store.get_file("m/none", tmp_path / "back")
    with pytest.raises(Missing):
        await store.read_range("m/none", 0, 1)
    with pytest.raises(Missing):
        await store.size("m/none")
    assert not (tmp_path / "back").exists()


def on_another_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def link(path: Path, to: Path) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", link)


async def test_between_disks_it_is_copied(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_another_disk(monkeypatch)
    store, content = Store.open(Settings(data=tmp_path / "data")), file.read_bytes()

    await store.take_file("m/a", file)
    await store.get_file("m/a", tmp_path / "back")

    assert not file.exists()
    assert (tmp_path / "back").stat().st_nlink == 1
    assert (tmp_path / "back").read_bytes() == content


async def test_on_one_disk_it_is_the_file_itself(file: Path, tmp_path: Path) -> None:
    store = Store.open(Settings(data=tmp_path / "data"))
    content, number = file.read_bytes(), file.stat().st_ino

    await store.take_file("m/a", file)
    file.write_bytes(b"another one of the same name")
    await store.get_file("m/a", tmp_path / "back")
    await store.delete("m/a")

    assert (tmp_path / "back").read_bytes() == content
    assert (tmp_path / "back").stat().st_ino == number


async def test_one_that_was_taken_before_a_kill_is_taken_again(file: Path, tmp_path: Path) -> None:
    """It has its name in the store, and its old one still."""
    store = Store.open(Settings(data=tmp_path / "data"))
    content = file.read_bytes()
    (tmp_path / "data/store/m").mkdir(parents=True)
    os.link(file, tmp_path / "data/store/m/a")

    await store.take_file("m/a", file)

    assert not file.exists()
    assert (tmp_path / "data/store/m/a").read_bytes() == content
    assert await store.list("m") == ["m/a"]
    assert [path.name for path in (tmp_path / "data/store/m").iterdir()] == ["a"]


async def test_another_content_is_noticed(
    store: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_another_disk(monkeypatch)
    real, copy = obstore.put_async, shutil.copyfile

    def spoilt(path: Path) -> Path:
        made = path.with_name("spoilt")
        made.write_bytes(path.read_bytes()[:-1] + b"!")
        return made

    async def corrupting(inner: object, key: str, path: Path) -> object:
        return await real(inner, key, spoilt(path))  # type: ignore[arg-type]

    monkeypatch.setattr(obstore, "put_async", corrupting)
    monkeypatch.setattr(shutil, "copyfile", lambda path, to: copy(spoilt(path), to))

    with pytest.raises(NotStored):
        await store.take_file("m/a", file)
    assert file.exists()


async def test_a_copy_that_was_cut_is_no_file(file: Path, tmp_path: Path) -> None:
    """The process was killed while it copied."""
    store = Store.open(Settings(data=tmp_path / "data"))
    await store.take_file("m/a", file)
    (tmp_path / "data/store/m/b#17").write_bytes(b"half")

    assert await store.list("m") == ["m/a"]


async def test_a_disk_that_takes_nothing_is_a_store_out_of_reach(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, to: Path) -> None:
        to.write_bytes(b"the beginning")
        raise OSError(errno.ENOSPC, "No space left on device")

    store = Store.open(Settings(data=tmp_path / "data"))
    on_another_disk(monkeypatch)
    monkeypatch.setattr(shutil, "copyfile", full)

    with pytest.raises(Unreachable):
        await store.take_file("m/a", file)
    assert [p for p in (tmp_path / "data/store").rglob("*") if p.is_file()] == []
