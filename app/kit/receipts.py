"""Receipts: documents that this installation has signed, and that anyone can check.

A receipt is a compact JWS (RFC 7515), ES256. Its key is derived from the installation's, so that
there is nothing more to keep or to lose; the public half is given to whoever asks, and with it a
receipt can be checked by others' programs, also when this installation is no more.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.kit import tokens
from app.kit.errors import Invalid
from app.kit.keys import Keys

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256 (FIPS 186-4 D.1.2.3)."""
DERIVED_BYTES = 48
"""128 bits more than the order has: the remainder favours no key (FIPS 186-4 B.4.1)."""


class NotGenuine(Invalid):
    """Not signed by this installation, or changed since."""

    code = "receipt_not_genuine"


def sign(document: Mapping[str, Any], keys: Keys) -> str:
    pem, key_id = _private(keys), _key_id(keys)
    return tokens.sign_document(document, pem, key_id)


def verify(jws: str, keys: Keys) -> dict[str, Any]:
    """The document; raises NotGenuine."""
    document = tokens.read_document(jws, _public(keys), _key_id(keys))
    if document is None:
        raise NotGenuine(field="receipt")
    return document


def public_key(keys: Keys) -> dict[str, str]:
    """As a JWK (RFC 7517), for those who check receipts themselves."""
    numbers = _key(keys).public_key().public_numbers()
    x, y = (tokens.encoded(n.to_bytes(32, "big")) for n in (numbers.x, numbers.y))
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": x,
        "y": y,
        "use": "sig",
        "alg": "ES256",
        "kid": _key_id(keys),
    }


def _key(keys: Keys) -> ec.EllipticCurvePrivateKey:
    derived = HKDF(hashes.SHA256(), DERIVED_BYTES, None, b"emessi receipts 1").derive(
        keys.installation
    )
    secret = int.from_bytes(derived, "big") % (ORDER - 1) + 1
    return ec.derive_private_key(secret, ec.SECP256R1())


def _private(keys: Keys) -> str:
    return (
        _key(keys)
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def _public(keys: Keys) -> str:
    return (
        _key(keys)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def _key_id(keys: Keys) -> str:
    return hashlib.sha256(_public(keys).encode()).hexdigest()[:8]
