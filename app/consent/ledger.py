"""The ledger as a value: its hash chain and what it says now. Pure."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.consent.models import GENESIS, ConsentDecision, Decision, Purpose

Current = dict[UUID, dict[Purpose, ConsentDecision]]
"""The latest decision of each person on each purpose."""


class Reason(StrEnum):
    """In what a row does not fit the rows before it."""

    SEQUENCE = "sequence"
    """Not the next number: a row is missing, added or out of its order."""
    PREVIOUS_HASH = "previous_hash"
    """It continues another row than the one before it."""
    HASH = "hash"
    """What it says is not what was hashed when it was written."""
    HEAD = "head"
    """The chain does not end where it was written down that it does."""


class Break(NamedTuple):
    place: int
    """The sequence number at which the chain stops being whole."""
    reason: Reason


class Head(NamedTuple):
    """The last row of a chain at some time. Kept elsewhere, it proves all rows up to it."""

    length: int
    hash: str


def digest(row: ConsentDecision) -> str:
    """SHA-256, hex, over every field but the hash itself, as JSON with sorted keys.

    A field that came later (`text_sha256`, `keeps_earlier`, `paper`) is left out where it is
    empty, so that older rows keep their hashes. Setting or clearing it later shows all the same.
    """
    fields: dict[str, object] = {
        "id": str(row.id),
        "sequence": row.sequence,
        "user_id": str(row.user_id),
        "group_id": str(row.group_id),
        "meeting_id": str(row.meeting_id) if row.meeting_id else None,
        "purpose": str(row.purpose),
        "decision": str(row.decision),
        "text_version": row.text_version,
        "text_language": row.text_language,
        "decided_by": str(row.decided_by),
        "decided_at": row.decided_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "previous_hash": row.previous_hash,
    }
    if row.text_sha256 is not None:
        fields["text_sha256"] = row.text_sha256
    if row.keeps_earlier:
        fields["keeps_earlier"] = True
    if row.paper is not None:
        fields["paper"] = row.paper
    if row.signed_at is not None:
        fields["signed_at"] = row.signed_at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def verify(rows: Sequence[ConsentDecision], ends: Head | None = None) -> Break | None:
    """Where the chain is broken and how; None when it is whole.

    Rows changed, left out in the middle, added or put in another order are found. Rows cut off at
    the end leave a whole chain, and `ends`, what was written down beside it: whoever changes that
    as well is found by a head that was kept elsewhere.
    """
    previous = GENESIS
    for place, row in enumerate(rows, start=1):
        if row.sequence != place:
            return Break(place, Reason.SEQUENCE)
        if row.previous_hash != previous:
            return Break(place, Reason.PREVIOUS_HASH)
        if row.hash != digest(row):
            return Break(place, Reason.HASH)
        previous = row.hash
    if ends is not None and ends != head(rows):
        return Break(len(rows) + 1, Reason.HEAD)
    return None


def head(rows: Sequence[ConsentDecision]) -> Head:
    return Head(len(rows), rows[-1].hash if rows else GENESIS)


def continues(rows: Sequence[ConsentDecision], kept: Head) -> bool:
    """Whether a whole chain has grown from the one whose head was kept."""
    return len(rows) >= kept.length and head(rows[: kept.length]) == kept


def fold(rows: Iterable[ConsentDecision]) -> Current:
    """What the ledger says now; rows in the order of their sequence."""
    current: Current = {}
    for row in rows:
        current.setdefault(row.user_id, {})[Purpose(row.purpose)] = row
    return current


def granted(current: Current) -> Current:
    """The consents in force."""
    return {
        user: {p: row for p, row in decisions.items() if row.decision == Decision.GRANTED}
        for user, decisions in current.items()
    }


def standing(rows: Iterable[ConsentDecision]) -> set[UUID]:
    """The ids of every grant under which what was recorded may be used.

    A refusal or a withdrawal ends all grants before it, unless it keeps what was recorded earlier.
    A grant under a newer text leaves the older one standing: what was recorded under it was
    allowed then and is allowed still.
    """
    rows = list(rows)
    return {row.id for row in rows if row.decision == Decision.GRANTED} - ended_by(rows).keys()


def ended_by(rows: Iterable[ConsentDecision]) -> dict[UUID, ConsentDecision]:
    """Each grant that stands no more, with the decision that ended it."""
    ended: dict[UUID, ConsentDecision] = {}
    open_grants: dict[tuple[UUID, str], set[UUID]] = {}
    for row in rows:
        grants = open_grants.setdefault((row.user_id, str(row.purpose)), set())
        if row.decision == Decision.GRANTED:
            grants.add(row.id)
        elif not row.keeps_earlier:
            ended |= dict.fromkeys(grants, row)
            grants.clear()
    return ended


def closed_at(rows: Iterable[ConsentDecision]) -> dict[UUID, datetime]:
    """Each grant that a refusal or a withdrawal of either sort has closed, and since when: nothing
    that is recorded afterwards may rest on it."""
    closed: dict[UUID, datetime] = {}
    open_grants: dict[tuple[UUID, str], set[UUID]] = {}
    for row in rows:
        grants = open_grants.setdefault((row.user_id, str(row.purpose)), set())
        if row.decision == Decision.GRANTED:
            grants.add(row.id)
        else:
            closed |= dict.fromkeys(grants, row.decided_at)
            grants.clear()
    return closed


def relied_on(rows: Iterable[ConsentDecision]) -> Current:
    """The latest grant that stands of each person on each purpose, in force or only kept."""
    return granted(fold(row for row in rows if not row.keeps_earlier))
