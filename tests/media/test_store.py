"""The store, as a folder and as S3."""

from pathlib import Path

import pytest

from media.store import Missing, NotStored, Store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 30_000)  # 7.7 MB: several parts of an S3 upload
    return path


async def test_what_was_put_is_got(store: Store, file: Path, tmp_path: Path) -> None:
    assert await store.put_file("m/a.tape", file) == file.stat().st_size

    await store.get_file("m/a.tape", tmp_path / "back")

    assert (tmp_path / "back").read_bytes() == file.read_bytes()
    assert await store.size("m/a.tape") == file.stat().st_size
    assert await store.read_range("m/a.tape", 255, 258) == b"\xff\x00\x01"


async def test_putting_again_replaces(store: Store, file: Path, tmp_path: Path) -> None:
    await store.put_file("m/a", file)
    file.write_bytes(b"new")

    await store.put_file("m/a", file)

    assert await store.read_range("m/a", 0, await store.size("m/a")) == b"new"


async def test_keys_are_listed_and_deleted(store: Store, file: Path) -> None:
    file.write_bytes(b"small")
    for key in ("m/b", "m/a", "n/c"):
        await store.put_file(key, file)

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


async def test_another_content_is_noticed(
    store: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import obstore

    real = obstore.put_async

    async def corrupting(inner: object, key: str, path: Path) -> object:
        spoilt = path.with_name("spoilt")
        spoilt.write_bytes(path.read_bytes()[:-1] + b"!")
        return await real(inner, key, spoilt)  # type: ignore[arg-type]

    monkeypatch.setattr(obstore, "put_async", corrupting)

    with pytest.raises(NotStored):
        await store.put_file("m/a", file)
