"""How a tape's own key comes from the person's data key, and what a chunk's seal covers."""

import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SALT_BYTES = 32
TAG_BYTES = 16
PURPOSE = b"emessi tape v1"
_NONCE = bytes(4)
"""How the nonce of a chunk begins; its number, of eight bytes, follows."""
_ENDS = (b"\x00", b"\x01")


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


class ChunkSeal:
    """AES-256-GCM under a key of one tape; the nonce is the chunk's number.

    The data key never seals directly: every tape derives its own key by HKDF (RFC 5869) with a
    random salt, so a counter nonce cannot repeat under one key. The header's hash, the chunk's
    number and whether it is the last are authenticated, so cutting, swapping and splicing show.
    """

    def __init__(self, data_key: bytes, salt: bytes, header_hash: bytes) -> None:
        key = HKDF(SHA256(), length=32, salt=salt, info=PURPOSE).derive(data_key)
        self._cipher = AESGCM(key)
        self._header_hash = header_hash

    def seal_into(self, place: memoryview, number: int, plain: memoryview, *, last: bool) -> None:
        """`place`: as long as `plain` and a tag."""
        nonce, covered = self._covered(number, last)
        self._cipher.encrypt_into(nonce, plain, covered, place)

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        """Raises cryptography's InvalidTag for anything that was not sealed so."""
        nonce, covered = self._covered(number, last)
        return self._cipher.decrypt(nonce, sealed, covered)

    def _covered(self, number: int, last: bool) -> tuple[bytes, bytes]:
        """The nonce, and what is authenticated beside the content."""
        counted = number.to_bytes(8, "big")
        return _NONCE + counted, self._header_hash + counted + _ENDS[last]
