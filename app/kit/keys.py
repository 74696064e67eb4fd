"""The installation's own keys: given by a setting, or made once and kept in a file."""

import base64
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from app.kit.settings import Settings

KEY_BYTES = 32


@dataclass(frozen=True)
class Keys:
    """`installation` wraps every data key (32 bytes); `tokens` signs tokens (32 or more)."""

    installation: bytes = field(repr=False)
    tokens: bytes = field(repr=False)


def load(settings: Settings) -> Keys:
    """Raises ValueError when a given key is not base64 of enough bytes."""
    folder = settings.data / "keys"
    installation = _key(settings.keys.installation, folder / "installation.key")
    tokens = _key(settings.keys.tokens, folder / "tokens.key")
    if len(installation) != KEY_BYTES or len(tokens) < KEY_BYTES:
        raise ValueError(f"a key of the installation must be base64 of {KEY_BYTES} bytes")
    return Keys(installation, tokens)


def _key(given: SecretStr, path: Path) -> bytes:
    text = given.get_secret_value() or _kept(path)
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError(f"the key {path.stem} is not base64") from None


def _kept(path: Path) -> str:
    """The key in the file. Of several processes that start at once, one makes it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(made, path)  # fails if another process was first: its key is the key
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_text().strip()
