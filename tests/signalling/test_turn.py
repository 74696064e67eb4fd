"""The TURN server can check what we hand out, and what we hand out ends."""

import base64
import hashlib
import hmac

from pydantic import SecretStr

from app.kit.settings import TurnServerSettings
from signalling.turn import VALID_FOR_S, ice_servers


def test_the_credential_is_the_hmac_of_a_user_name_that_expires() -> None:
    settings = TurnServerSettings(urls=["turn:turn.example.org"], secret=SecretStr("s3cret"))

    (server,) = ice_servers(settings, "p-1", 1_000)

    assert server.username == f"{1_000 + VALID_FOR_S}:p-1"
    digest = hmac.new(b"s3cret", server.username.encode(), hashlib.sha1).digest()
    assert server.credential == base64.b64encode(digest).decode()


def test_without_a_turn_server_nothing_is_handed_out() -> None:
    assert ice_servers(TurnServerSettings(), "p-1", 1_000) == []
