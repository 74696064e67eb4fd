"""Short-lived credentials for the TURN server (its REST scheme: draft-uberti-behave-turn-rest-00).

The user name is the moment it expires and a name; the password is an HMAC of it under the secret
that only we and the TURN server know. Nothing needs to be stored on either side.
"""

import base64
import hashlib
import hmac

from app.kit.settings import TurnServerSettings
from signalling.messages import IceServer

VALID_FOR_S = 8 * 3600
"""A meeting and its delays. Lower: a reconnection late in a meeting fails. Higher: a leaked
credential can be abused for longer."""


def ice_servers(
    settings: TurnServerSettings, participant: str, unix_s: int, valid_for_s: int = VALID_FOR_S
) -> list[IceServer]:
    if not settings.urls:
        return []
    username = f"{unix_s + valid_for_s}:{participant}"
    secret = settings.secret.get_secret_value().encode()
    digest = hmac.new(secret, username.encode(), hashlib.sha1).digest()
    credential = base64.b64encode(digest).decode()
    return [IceServer(urls=settings.urls, username=username, credential=credential)]
