"""The installation's keys are made once, for their owner's eyes, and never printed."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.kit import keys
from app.kit.settings import KeySettings, Settings


def test_keys_are_made_once_and_kept_for_the_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)

    made = keys.load(settings)

    assert keys.load(settings) == made
    assert made.installation != made.tokens
    for path in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {path.name for path in (tmp_path / "keys").iterdir()} == {
        "installation.key",
        "tokens.key",
    }


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        first = one.submit(keys.load, Settings(data=tmp_path))
        second = other.submit(keys.load, Settings(data=tmp_path))
    assert first.result() == second.result()


def test_given_keys_are_used_and_none_is_made(tmp_path: Path) -> None:
    given = base64.b64encode(bytes(range(32))).decode()
    own = KeySettings(installation=SecretStr(given), tokens=SecretStr(given))

    loaded = keys.load(Settings(data=tmp_path, keys=own))

    assert loaded.installation == bytes(range(32))
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("wrong", ["not base64!", base64.b64encode(b"short").decode()])
def test_a_key_that_cannot_be_one_is_refused(wrong: str, tmp_path: Path) -> None:
    own = KeySettings(installation=SecretStr(wrong))
    with pytest.raises(ValueError, match="base64"):
        keys.load(Settings(data=tmp_path, keys=own))


def test_keys_do_not_show_in_a_log_line(tmp_path: Path) -> None:
    assert repr(keys.load(Settings(data=tmp_path))) == "Keys()"
