"""A token is good for what it was made for, by this installation, for its time."""

from collections.abc import Callable
from typing import Any

import pytest
from jose import jwt

from app.kit import tokens as module
from app.kit.errors import NotSignedIn
from app.kit.ids import new_id
from app.kit.tokens import Access, Join, Tokens

KEY = bytes(range(32))
TOKENS = Tokens(KEY)
ACCESS = Access(new_id(), True, "sv")
JOIN = Join(new_id(), new_id(), "node-1", "member", "Bertta", "fi")


def forged(change: Callable[[dict[str, Any], dict[str, Any]], object], **options: Any) -> str:
    """An access token that was changed and signed again with the right key."""
    token = TOKENS.access(ACCESS)
    claims, headers = jwt.get_unverified_claims(token), jwt.get_unverified_header(token)
    change(claims, headers)
    options = {"algorithm": "HS256", **options}
    kid = {"kid": headers["kid"]}
    return str(jwt.encode(claims, KEY.hex(), headers=kid, **options))


def test_what_was_signed_is_read() -> None:
    assert TOKENS.read_access(TOKENS.access(ACCESS)) == ACCESS
    assert TOKENS.read_join(TOKENS.join(JOIN)) == JOIN


def test_neither_kind_of_token_stands_for_the_other() -> None:
    with pytest.raises(NotSignedIn):
        TOKENS.read_join(TOKENS.access(ACCESS))
    with pytest.raises(NotSignedIn):
        TOKENS.read_access(TOKENS.join(JOIN))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x.y.z",
        Tokens(bytes(32)).access(ACCESS),
        TOKENS.access(ACCESS)[:-2] + "xx",
        forged(lambda claims, _: claims.update(exp=claims["iat"] - 1)),
        forged(lambda claims, _: claims.update(iss="someone")),
        forged(lambda claims, _: claims.update(aud="signalling")),
        forged(lambda _, headers: headers.update(kid="other")),
        forged(lambda _, __: None, algorithm="HS512"),
    ],
    ids=["empty", "garbage", "key", "signature", "expired", "issuer", "audience", "kid", "alg"],
)
def test_anything_else_signs_nobody_in(token: str) -> None:
    with pytest.raises(NotSignedIn):
        TOKENS.read_access(token)


def test_a_link_can_be_made_again_and_not_guessed() -> None:
    one, other = new_id(), new_id()
    assert TOKENS.link(one) == TOKENS.link(one)
    assert TOKENS.link(one) != TOKENS.link(other)
    assert TOKENS.link(one) != Tokens(bytes(32)).link(one)
    assert len(TOKENS.link(one)) == 43


def test_a_secret_is_kept_as_its_hash() -> None:
    secret = module.new_secret()
    assert secret != module.new_secret()
    assert secret not in module.hashed(secret)
