"""Receipts: documents that this installation has signed, and that anyone can check.

The public half of the key is given to whoever asks (`/signing-key`), and with it a receipt can be
checked by others' programs, also when this installation is no more.
"""

from collections.abc import Mapping
from typing import Any

from app.kit.errors import Invalid
from app.kit.keys import Keys
from app.kit.tokens import BadSignature, Signer, read_signed


class NotGenuine(Invalid):
    """Not signed by this installation, or changed since."""

    code = "receipt_not_genuine"


def sign(document: Mapping[str, Any], keys: Keys) -> str:
    """A compact JWS (RFC 7515)."""
    return Signer(keys.installation).sign(document)


def verify(jws: str, keys: Keys) -> dict[str, Any]:
    """The document; raises NotGenuine."""
    try:
        return read_signed(jws, Signer(keys.installation).public_key)
    except BadSignature:
        raise NotGenuine(field="receipt") from None
