"""Signed tokens (RFC 7519), and the one file that knows python-jose.

An access token says who is signed in, for 15 minutes. A join token opens one websocket: one
meeting, one person, one node, 60 seconds. A stream token lets a program publish to one meeting or
watch it by HTTP in that person's name; it is typed into that program, so it lasts for hours.

What people take home is signed too, by a key whose public half anyone may have (RFC 7515, ES256).
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from jose import JOSEError, JWTError, jwk, jws, jwt

from app.kit.db import now
from app.kit.errors import NotSignedIn

ALGORITHM = "HS256"
ISSUER = "emessi"
ACCESS_FOR = timedelta(minutes=15)
"""Lower: more refreshes. Higher: one who was deactivated can act for longer."""
JOIN_FOR = timedelta(seconds=60)
STREAM_FOR = timedelta(hours=12)
"""Set up in the morning, used in the evening. Lower: it is pasted anew for each try. Higher: a lost
one opens the meeting for longer, though never for one who may no longer join."""

SIGNING = "ES256"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of the curve P-256 (FIPS 186-5, SP 800-186 §3.2.1.3)."""

Scope = Literal["publish", "watch"]


@dataclass(frozen=True)
class Access:
    user_id: UUID
    is_administrator: bool
    language: str


@dataclass(frozen=True)
class Join:
    meeting_id: UUID
    user_id: UUID
    node_name: str
    role: str
    name: str
    language: str


@dataclass(frozen=True)
class Stream:
    """Who the holder is and what for. What that person may do is asked when they come."""

    meeting_id: UUID
    user_id: UUID
    node_name: str
    scope: Scope


class Tokens:
    def __init__(self, key: bytes) -> None:
        self._key = key.hex()
        self._key_id = hashlib.sha256(key).hexdigest()[:8]

    def access(self, access: Access) -> str:
        claims = {"adm": access.is_administrator, "lang": access.language}
        return self._sign("app", access.user_id, ACCESS_FOR, claims)

    def read_access(self, token: str) -> Access:
        """Raises NotSignedIn for anything but a good, unexpired access token."""
        claims = self._read("app", token)
        return Access(UUID(claims["sub"]), bool(claims["adm"]), str(claims["lang"]))

    def join(self, join: Join) -> str:
        claims = {
            "meeting": str(join.meeting_id),
            "node": join.node_name,
            "role": join.role,
            "name": join.name,
            "lang": join.language,
        }
        return self._sign("signalling", join.user_id, JOIN_FOR, claims)

    def read_join(self, token: str) -> Join:
        """Raises NotSignedIn for anything but a good, unexpired join token."""
        claims = self._read("signalling", token)
        return Join(
            UUID(claims["meeting"]),
            UUID(claims["sub"]),
            claims["node"],
            claims["role"],
            claims["name"],
            claims["lang"],
        )

    def stream(self, stream: Stream) -> str:
        claims = {
            "meeting": str(stream.meeting_id),
            "node": stream.node_name,
            "scope": stream.scope,
        }
        return self._sign("stream", stream.user_id, STREAM_FOR, claims)

    def read_stream(self, token: str) -> Stream:
        """Raises NotSignedIn for anything but a good, unexpired stream token."""
        claims = self._read("stream", token)
        return Stream(UUID(claims["meeting"]), UUID(claims["sub"]), claims["node"], claims["scope"])

    def link(self, id_: UUID) -> str:
        """The secret of the link with this id: 256 bits that nobody need keep, safe in a URL.

        It can be made again for one who retries; the spaces keep it apart from what a JWT signs.
        """
        digest = hmac.digest(self._key.encode(), f"emessi link {id_}".encode(), "sha256")
        return _encoded(digest)

    def _sign(self, audience: str, user: UUID, lifetime: timedelta, own: dict[str, Any]) -> str:
        moment: datetime = now()
        claims = {"iss": ISSUER, "aud": audience, "sub": str(user), "iat": moment, **own}
        claims["exp"] = moment + lifetime
        headers = {"kid": self._key_id}
        return str(jwt.encode(claims, self._key, algorithm=ALGORITHM, headers=headers))

    def _read(self, audience: str, token: str) -> dict[str, Any]:
        try:
            if jwt.get_unverified_header(token).get("kid") != self._key_id:
                raise NotSignedIn
            claims: dict[str, Any] = jwt.decode(
                token, self._key, algorithms=[ALGORITHM], audience=audience, issuer=ISSUER
            )
        except JWTError:
            raise NotSignedIn from None
        return claims


class Signer:
    """Signs documents in the installation's name. Who has `public_key` can check them alone.

    The private key follows from the installation's own, so that there is no further key to lose,
    and it lives as long as the recordings do; keys for tokens may be changed without it.
    """

    def __init__(self, installation: bytes) -> None:
        seed = hmac.digest(installation, b"emessi signing key 1", "sha512")
        secret = int.from_bytes(seed) % (P256_ORDER - 1) + 1  # 512 bits: no bias that counts
        self._key = jwk.construct(ec.derive_private_key(secret, ec.SECP256R1()), SIGNING)
        public = {name: _text(value) for name, value in self._key.public_key().to_dict().items()}
        named = {name: public[name] for name in ("crv", "kty", "x", "y")}
        self.public_key = {**named, "alg": SIGNING, "use": "sig", "kid": _thumbprint(named)}
        """As a JSON Web Key (RFC 7517)."""

    def sign(self, document: Mapping[str, Any]) -> str:
        """A compact JWS whose payload is the document as JSON."""
        headers = {"kid": self.public_key["kid"]}
        return str(jws.sign(document, self._key, headers=headers, algorithm=SIGNING))


class BadSignature(ValueError):
    """Not signed by this key, or changed since."""


def read_signed(signature: str, public_key: Mapping[str, Any]) -> dict[str, Any]:
    """The document inside a compact JWS. Raises BadSignature."""
    try:
        payload = jws.verify(signature, dict(public_key), algorithms=[SIGNING])
        document = json.loads(payload)
    except (JOSEError, ValueError) as error:
        raise BadSignature(str(error)) from None
    if not isinstance(document, dict):
        raise BadSignature("the signed document is not a JSON object")
    return document


def _thumbprint(named: Mapping[str, str]) -> str:
    """Of a public key (RFC 7638)."""
    text = json.dumps(named, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).digest()
    return _encoded(digest)


def _encoded(data: bytes) -> str:
    """Base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def new_secret() -> str:
    """The secret of a refresh token: 256 bits, safe in a URL. Keep only its hash."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """SHA-256, hex. A random secret of 256 bits needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
