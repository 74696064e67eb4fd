"""What HTTP adds to what may be refused.

Refusal
├─ NotAdmitted         403   the facilitator has not let them in yet; they have knocked
├─ Unacceptable        406   we answer with another kind of document than was asked for
├─ SessionChanged      412   it is about an ICE session that is over
├─ TooLarge            413   no description is so long
├─ UnknownKind         415   a description of another kind than we read
└─ Unconditional       428   it does not say which ICE session it is about
"""

from app.kit.errors import Refusal


class NotAdmitted(Refusal):
    code = "not_admitted"
    status = 403


class Unacceptable(Refusal):
    code = "unacceptable"
    status = 406


class SessionChanged(Refusal):
    code = "session_changed"
    status = 412


class TooLarge(Refusal):
    code = "too_large"
    status = 413


class UnknownKind(Refusal):
    code = "unknown_kind"
    status = 415


class Unconditional(Refusal):
    code = "unconditional"
    status = 428
