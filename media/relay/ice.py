"""ICE-lite (RFC 8445 §2.5): we answer checks and never send one. Bytes in, bytes out; no socket.

A participant's browser proves by MESSAGE-INTEGRITY that it knows the password in our description;
the address it proves it from is where its media goes.
"""

import secrets
from typing import NamedTuple

from aioice import stun

from media.relay.addresses import Address, plain

ALIVE_S = 30.0
"""RFC 7675 §5.1: consent to send ends after 30 s without a check. Lower: a phone in a lift drops
out. Higher: packets go to someone who is gone."""
SILENT_S = 6.0
"""A valid check from elsewhere moves us only if the address in use has been silent for so long or
the browser nominates the new one: browsers keep checking spare pairs every few seconds."""


class Credentials(NamedTuple):
    ufrag: str
    password: str


def new_credentials() -> Credentials:
    """RFC 8445 §5.3: at least 24 bits of ufrag and 128 of password; ours also finds the transport
    among all of the node, so it is longer."""
    return Credentials(secrets.token_hex(8), secrets.token_hex(16))


class Check(NamedTuple):
    """A well-formed binding request, not yet proven."""

    ufrag: str
    message: stun.Message


def parse_check(data: bytes) -> Check:
    """Raises ValueError for anything that is not a binding request with a user name."""
    try:
        message = stun.parse_message(data)
    except ValueError:
        raise
    except Exception as error:  # aioice lets struct, index and Unicode errors of values through
        raise ValueError("STUN message is malformed") from error
    if message.message_class != stun.Class.REQUEST or message.message_method != stun.Method.BINDING:
        raise ValueError("STUN message is not a binding request")
    username = message.attributes.get("USERNAME")
    if not isinstance(username, str) or ":" not in username:
        raise ValueError("binding request has no usable user name")
    return Check(username.split(":", 1)[0], message)


class IceLite:
    """One transport's side of ICE: its credentials and the address in use."""

    def __init__(self) -> None:
        self.local = new_credentials()
        self.retired: Credentials | None = None
        """Credentials before an ICE restart; valid until a check with the new ones comes."""
        self.remote: Credentials | None = None
        self.address: Address | None = None
        self.last_check_at: float | None = None
        self._heard_at: float = 0.0

    def ufrags(self) -> list[str]:
        return [c.ufrag for c in (self.local, self.retired) if c is not None]

    def described(self, remote: Credentials) -> bool:
        """The peer's credentials from its description; True if that began an ICE restart."""
        before, self.remote = self.remote, remote
        if before is None or before == remote:
            return False
        self.retired, self.local = self.local, new_credentials()
        return True

    def answer(self, check: Check, source: Address, now: float) -> bytes | None:
        """The response to a check, adopting `source` if it is proven; None if it is not."""
        used = next((c for c in (self.local, self.retired) if c and c.ufrag == check.ufrag), None)
        if used is None or not check.message.check_message_integrity(used.password.encode()):
            return None
        if "ICE-CONTROLLED" in check.message.attributes:
            return _role_conflict(check.message, used.password)
        self.last_check_at = now
        self._adopt(source, "USE-CANDIDATE" in check.message.attributes, used, now)
        response = stun.Message(
            message_method=stun.Method.BINDING,
            message_class=stun.Class.RESPONSE,
            transaction_id=check.message.transaction_id,
        )
        response.attributes["XOR-MAPPED-ADDRESS"] = plain(source)
        response.add_message_integrity(used.password.encode())
        return bytes(response)

    def _adopt(self, source: Address, nominated: bool, used: Credentials, now: float) -> None:
        if used is self.local and self.retired is not None:
            self.retired = None
            self.address = source
        if self.address is None or nominated or now - self._heard_at > SILENT_S:
            self.address = source
        if source == self.address:
            self._heard_at = now

    def alive(self, now: float, since: float) -> bool:
        """Whether checks still come; `since` stands in for the first one before it came."""
        return now - (self.last_check_at or since) < ALIVE_S


def _role_conflict(request: stun.Message, password: str) -> bytes:
    """RFC 8445 §7.3.1.1: a lite agent is always the controlled one, so the peer must switch."""
    response = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.ERROR,
        transaction_id=request.transaction_id,
    )
    response.attributes["ERROR-CODE"] = (487, "Role Conflict")
    response.add_message_integrity(password.encode())
    return bytes(response)
