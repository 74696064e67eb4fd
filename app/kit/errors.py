"""What a rule of ours says when it says no.

Refusal                409   a rule said no
├─ Invalid             422   a value cannot be accepted; `field` names it
├─ NotSignedIn         401   nobody is signed in, or not any longer
├─ NotAllowed          403   you may see it, and may not do this
├─ NotFound            404   it does not exist, or you may not know
├─ TooMany             429   later, please
├─ InUse               409   it cannot go while something stands on it
└─ …                         each feature's own, beside its rule

`code` is stable and ends the RFC 9457 `type`; the text people read is the translation of
`problem.<code>` in every language's catalogue.
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """A rule said no. Nothing was changed."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409

    def __init__(self, *, field: str | None = None) -> None:
        super().__init__(self.code)
        self.field = field
        self.details: dict[str, Any] = {}
        """More members of the problem, for those who can do something about it."""
        self.values: dict[str, object] = {}
        """For the blanks of its sentence."""


class Invalid(Refusal):
    code = "invalid"
    status = 422


class NotSignedIn(Refusal):
    code = "not_signed_in"
    status = 401


class NotAllowed(Refusal):
    code = "not_allowed"
    status = 403


class NotFound(Refusal):
    code = "not_found"
    status = 404


class TooMany(Refusal):
    code = "too_many"
    status = 429


class InUse(Refusal):
    code = "in_use"
