"""From the spool to the store: nothing is deleted before its copy was verified."""

from pathlib import Path

import pytest

from app.kit.settings import Settings, StoreSettings
from media.shipper import ship
from media.store import Missing, NotStored, Store


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    (folder / "m").mkdir(parents=True)
    (folder / "m" / "t.tape").write_bytes(b"tape" * 1000)
    return folder


async def test_a_tape_moves(store: Store, spool: Path) -> None:
    assert await ship(store, spool, "m/t.tape") == 4000

    assert not (spool / "m" / "t.tape").exists()
    assert await store.read_range("m/t.tape", 0, 4) == b"tape"


async def test_shipping_again_is_shipping_once(store: Store, spool: Path) -> None:
    await ship(store, spool, "m/t.tape")

    assert await ship(store, spool, "m/t.tape") == 4000


async def test_what_the_store_did_not_take_stays(
    store: Store, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(self: Store, key: str, path: Path) -> int:
        raise NotStored(key)

    monkeypatch.setattr(Store, "take_file", refuse)

    with pytest.raises(NotStored):
        await ship(store, spool, "m/t.tape")


async def test_a_store_that_cannot_be_reached_is_an_os_error(tmp_path: Path, spool: Path) -> None:
    section = StoreSettings.model_validate(
        {
            "url": "s3://bucket",
            "s3_endpoint": "http://127.0.0.1:9",
            "s3_access_key": "k",
            "s3_secret_key": "s",
        }
    )
    away = Store.open(Settings(data=tmp_path, store=section))

    with pytest.raises(OSError, match="store"):
        await ship(away, spool, "m/t.tape")
    assert (spool / "m" / "t.tape").exists()


async def test_a_tape_that_is_nowhere_is_missing(store: Store, spool: Path) -> None:
    with pytest.raises(Missing):
        await ship(store, spool, "m/none.tape")
