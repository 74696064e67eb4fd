"""A person's receipt: what they decided, when, under which text, and the proof that it is written.

Field names are those of ISO/IEC TS 27560:2023 (consent records and receipts) where it has one:
`schema_version`, `record_id`, `pii_principal_id`, `privacy_notices`, `language`, `purposes`,
`lawful_basis`, `pii_controllers` with `party_name` and `party_contact`, `collection_method`,
`retention_period`, `withdrawal_method`, `event_time`, `event_state`, `entity_id`. `receipt_id` and
`issued_at` stand for `consentReceiptID` and `consentTimestamp` of the Kantara Initiative's Consent
Receipt 1.1, of which the specification grew. The ledger's own fields keep their names.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.actor import Actor
from app.accounts.forms import Language
from app.accounts.models import User
from app.consent import ledger, service, texts
from app.consent.models import ConsentDecision, Decision, Purpose, ShownText
from app.kit.db import now
from app.kit.http import Public
from app.kit.ids import new_id
from app.programmes.models import Programme

SCHEMA = "emessi-consent-receipt-1"
WITHDRAWAL = "one tap on the group's page, in the lobby or in the meeting"


class Party(Public):
    party_name: str
    party_contact: str


class Notice(Public):
    """A consent text, whole, in the language it was read in."""

    text_version: int
    language: Language
    sha256: str | None
    """Of the body, as the ledger has it. None: decided before what was read was kept; the body is
    that version with what the programme says today."""
    body: str


class Event(Public):
    """One row of the ledger. All its fields are here, so that its hash can be computed again."""

    record_id: UUID
    sequence: int
    event_time: datetime
    event_state: Decision
    keeps_earlier: bool
    """Of a withdrawal: what was recorded until then may stay."""
    entity_id: UUID
    """Who decided."""
    meeting_id: UUID | None
    text_version: int
    language: Language
    text_sha256: str | None
    paper: str | None = None
    """Of a decision made on paper: which paper."""
    signed_at: datetime | None = None
    previous_hash: str
    hash: str


class PurposeRecord(Public):
    purpose: Purpose
    lawful_basis: Literal["consent"] = "consent"
    event_state: Decision | None
    """What holds now. None: not decided."""
    events: list[Event]
    """The whole history, the oldest first."""


class LedgerHead(Public):
    """The end of the group's chain when the receipt was made: it proves every row before it."""

    length: int
    head: str


class Receipt(Public):
    schema_version: str
    receipt_id: UUID
    issued_at: datetime
    pii_principal_id: UUID
    pii_principal_name: str
    pii_controllers: list[Party]
    programme: str
    group_id: UUID
    group: str
    collection_method: Literal["web"] = "web"
    withdrawal_method: str = WITHDRAWAL
    retention_period: str
    """ISO 8601: `P365D`."""
    purposes: list[PurposeRecord]
    privacy_notices: list[Notice]
    ledger: LedgerHead


class SignedReceipt(Public):
    receipt: Receipt
    signature: str
    """A compact JWS (RFC 7515) whose payload is the receipt; `/signing-key` has the key."""


async def of_own(db: AsyncSession, actor: Actor, group_id: UUID) -> Receipt:
    """Who left the group keeps the right to know what they agreed to in it."""
    group = await service.own_group(db, actor, group_id)
    rows = await service.chain(db, group_id)
    own = [row for row in rows if row.user_id == actor.user_id]
    programme = await db.get_one(Programme, group.programme_id)
    user = await db.get_one(User, actor.user_id)
    text = await texts.current(db, programme.id, "fi")
    decided = {Purpose(row.purpose) for row in own}
    end = ledger.head(rows)
    return Receipt(
        schema_version=SCHEMA,
        receipt_id=new_id(),
        issued_at=now(),
        pii_principal_id=user.id,
        pii_principal_name=user.name,
        pii_controllers=[Party(party_name=programme.controller, party_contact=programme.contact)],
        programme=programme.name,
        group_id=group.id,
        group=group.name,
        retention_period=f"P{programme.retention_days}D",
        purposes=[_purpose(purpose, own) for purpose in service.on_show(text, decided)],
        privacy_notices=await _notices(db, programme, own),
        ledger=LedgerHead(length=end.length, head=end.hash),
    )


def rows_of(receipt: Receipt) -> list[ConsentDecision]:
    """The receipt's rows as the ledger holds them, in its order."""
    rows = [
        ConsentDecision(
            id=event.record_id,
            sequence=event.sequence,
            user_id=receipt.pii_principal_id,
            group_id=receipt.group_id,
            meeting_id=event.meeting_id,
            purpose=record.purpose,
            decision=event.event_state,
            text_version=event.text_version,
            text_language=event.language,
            text_sha256=event.text_sha256,
            keeps_earlier=event.keeps_earlier,
            paper=event.paper,
            signed_at=event.signed_at,
            decided_by=event.entity_id,
            decided_at=event.event_time,
            previous_hash=event.previous_hash,
            hash=event.hash,
        )
        for record in receipt.purposes
        for event in record.events
    ]
    return sorted(rows, key=lambda row: row.sequence)


def _purpose(purpose: Purpose, own: Iterable[ConsentDecision]) -> PurposeRecord:
    events = [_event(row) for row in own if row.purpose == purpose]
    state = events[-1].event_state if events else None
    return PurposeRecord(purpose=purpose, event_state=state, events=events)


def _event(row: ConsentDecision) -> Event:
    same = {"sequence", "meeting_id", "text_version", "text_sha256", "keeps_earlier"}
    later = {"paper", "signed_at"}
    fields: dict[str, Any] = row.model_dump(include={*same, *later, "previous_hash", "hash"})
    return Event(
        record_id=row.id,
        event_time=row.decided_at,
        event_state=Decision(row.decision),
        entity_id=row.decided_by,
        language=row.text_language,
        **fields,
    )


async def _notices(
    db: AsyncSession, programme: Programme, own: Sequence[ConsentDecision]
) -> list[Notice]:
    """Every text that was decided under, once, in the order of reading."""
    read = dict.fromkeys((r.text_version, r.text_language, r.text_sha256) for r in own)
    bodies = await shown(db, {sha256 for _, _, sha256 in read if sha256})
    notices = []
    for version, language, sha256 in read:
        body = bodies.get(sha256 or "")
        if body is None:
            body = texts.filled(await texts.get(db, programme.id, version, language), programme)
        notices.append(
            Notice(
                text_version=version,
                language=language,
                sha256=sha256 if sha256 in bodies else None,
                body=body,
            )
        )
    return notices


async def shown(db: AsyncSession, hashes: Iterable[str]) -> dict[str, str]:
    """The texts that were read, by their hashes."""
    query = select(ShownText).where(col(ShownText.sha256).in_(list(hashes)))
    return {text.sha256: text.body for text in (await db.exec(query)).all()}
