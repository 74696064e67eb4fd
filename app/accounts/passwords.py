"""Passwords: argon2id, computed beside the event loop; failures are counted and slowed down."""

import asyncio
from datetime import datetime, timedelta

from pwdlib import PasswordHash

from app.kit.errors import Invalid, TooMany

MINIMUM = 10
"""NIST SP 800-63B asks for length, not for kinds of characters."""
TRIES = 8
WINDOW = timedelta(minutes=10)
"""So many failures in so long, per account. Lower: forgetful people are locked out. Higher: a
guesser gets further."""
ACCOUNTS = 10_000
"""Remember failures of at most so many accounts. Higher: more memory for one who tries them all."""

_argon2 = PasswordHash.recommended()
_nobody = _argon2.hash("a password that nobody has")


def check_strength(password: str) -> None:
    if len(password) < MINIMUM:
        raise Invalid(field="password")


async def make_hash(password: str) -> str:
    check_strength(password)
    return await asyncio.to_thread(_argon2.hash, password)


async def matches(password: str, stored: str | None) -> bool:
    """Takes as long for an unknown account as for a known one."""
    right = await asyncio.to_thread(_argon2.verify, password, stored or _nobody)
    return right and stored is not None


class Failures:
    """Failed sign-ins by account, in the memory of this process."""

    def __init__(self) -> None:
        self._times: dict[str, list[datetime]] = {}

    def expect(self, account: str, moment: datetime) -> None:
        """Counts a try as failed before it is made, so that many at once do not slip through.

        Raises TooMany while an account has had too many failures of late.
        """
        recent = [t for t in self._times.get(account, []) if moment - t < WINDOW]
        if len(recent) >= TRIES:
            raise TooMany
        if len(self._times) > ACCOUNTS:
            self._times.clear()
        self._times[account] = [*recent, moment]

    def forgive(self, account: str) -> None:
        """The sign-in succeeded after all."""
        self._times.pop(account, None)
