"""What `emessi consent` says of the ledger and of a person's receipt."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat import provenance as chat
from app.consent import ledger, service
from app.consent.ledger import Head, Reason
from app.consent.receipt import Receipt, rows_of
from app.consent.texts import sha256_of
from app.kit import context
from app.kit.settings import Settings
from app.kit.tokens import BadSignature, read_signed
from app.quality import provenance as quality
from app.recordings import provenance
from app.recordings.provenance import Book, Examination, Fault, Objection
from app.transcripts import provenance as words
from app.turns import provenance as turns

BROKEN = {
    Reason.SEQUENCE: "a row is missing, added or out of its order",
    Reason.PREVIOUS_HASH: "it does not continue the row before it",
    Reason.HASH: "it says something else than when it was written",
    Reason.HEAD: "the ledger does not end where it was written down that it does",
}
OBJECTIONS = {
    Objection.NOTHING_NAMED: "rests on no consent that it needs",
    Objection.UNKNOWN: "names a row that this group's ledger does not have",
    Objection.ANOTHER_PERSON: "names a consent of another person",
    Objection.ANOTHER_PURPOSE: "names a consent to another purpose",
    Objection.NOT_GRANTED: "names a row that is no consent",
    Objection.LATER: "was written before the consent it names was given",
    Objection.ENDED: "was written after the consent it names had ended",
    Objection.RAN_ON: "went on after the consent it rests on had ended",
}


class Outcome(NamedTuple):
    good: bool
    lines: list[str]


class Unreadable(Exception):
    """What was given to read cannot be read; the text says why."""


async def verify(
    config: Settings, group_id: UUID | None, kept: Mapping[UUID, Head] | None
) -> tuple[Outcome, dict[UUID, Head]]:
    """Examines one group or all. `kept` are heads that were written down before."""
    opened = context.make(config)
    try:
        async with opened.database.reading() as db:
            present = await provenance.groups(db)
            if group_id is not None and group_id not in present:
                raise Unreadable(f"There is no group {group_id}.")
            wanted = present if group_id is None else [group_id]
            found = [await _examine(db, each) for each in wanted]
    except DBAPIError as error:
        reason = f"{type(error.orig).__name__}. Is it at this version (emessi migrate)?"
        raise Unreadable(f"The database cannot be read: {reason}") from None
    finally:
        await opened.database.close()
    lines: list[str] = []
    good = True
    for one in found:
        against = (kept or {}).get(one.group_id)
        grown = against is None or ledger.continues(one.chain, against)
        good = good and one.is_good and grown
        lines += _told(one, against, grown)
    if kept is not None and group_id is None:
        for gone in kept.keys() - set(present):
            good = False
            lines += [f"Group {gone}", "  BROKEN     the whole group is gone, with its ledger", ""]
    lines.append(_sum(found, good))
    return Outcome(good, lines), {one.group_id: one.head for one in found}


async def _examine(db: AsyncSession, group_id: UUID) -> Examination:
    """All that is kept of one group, of every sort."""
    one = await provenance.examine(db, group_id)
    book = Book(one.chain)
    lines, of_lines = await words.examine(db, group_id, book)
    written, of_chat = await chat.examine(db, group_id, book)
    speech, indexed, of_study = await turns.examine(db, group_id, book)
    stretches, of_log = await quality.examine(db, group_id, book)
    kinds = {"lines": lines, "chat": written, "speech": speech, "turns": indexed}
    counted = {**one.counted, **kinds, "stretches": stretches}
    found = [*one.faults, *of_lines, *of_chat, *of_study, *of_log]
    return replace(one, counted=counted, faults=found)


def _told(one: Examination, kept: Head | None, grown: bool) -> Iterator[str]:
    yield f"Group {one.group_id}"
    if one.broken is None:
        yield f"  chain      whole, rows: {one.head.length}"
    else:
        yield f"  BROKEN     at row {one.broken.place}: {BROKEN[one.broken.reason]}"
    for sequence in one.lost_texts:
        yield f"  BROKEN     at row {sequence}: the text that was read is gone or was changed"
    for fault in one.faults:
        yield f"  BROKEN     {_fault(fault)}"
    yield "  examined   " + ", ".join(f"{what}: {n}" for what, n in one.counted.items())
    if kept is not None and grown:
        yield f"  kept head  the chain has grown from it (row {kept.length})"
    elif kept is not None:
        yield f"  BROKEN     at or before row {kept.length}: not the chain whose head was kept"
    yield f"  head       {one.head.length} {one.head.hash}"
    yield ""


def _fault(fault: Fault) -> str:
    named = f" (row {fault.row_id})" if fault.row_id else ""
    return f"{fault.what} {fault.id} {OBJECTIONS[fault.objection]}{named}"


def _sum(found: Sequence[Examination], good: bool) -> str:
    counted = f"groups: {len(found)}, rows: {sum(one.head.length for one in found)}"
    if good:
        return f"Good ({counted}). Write the heads down elsewhere: see --save-heads."
    return f"NOT GOOD ({counted}). The lines marked BROKEN say where."


def read_heads(path: Path) -> dict[UUID, Head]:
    """Lines of group, length and hash, as `write_heads` makes them."""
    heads: dict[UUID, Head] = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            group, length, digest = line.split()
            heads[UUID(group)] = Head(int(length), digest)
        except ValueError:
            raise Unreadable(f"{path}, line {number}: not a group, a length and a hash") from None
    return heads


def write_heads(path: Path, heads: Mapping[UUID, Head]) -> None:
    lines = [f"{group} {head.length} {head.hash}\n" for group, head in heads.items()]
    path.write_text("# group, rows, hash of the last row\n" + "".join(lines))


async def check_receipt(config: Settings, path: Path, key: Path | None) -> Outcome:
    """With a key, by that key alone; without one, by this installation and against its ledger."""
    signature, beside = _parts(path)
    opened = context.make(config) if key is None else None
    try:
        public_key = opened.signer.public_key if opened else _json(key)
        try:
            document = read_signed(signature, public_key)
            receipt = Receipt.model_validate_json(json.dumps(document))
        except (BadSignature, ValidationError):
            return Outcome(False, ["BROKEN     not signed by this key, or changed since."])
        lines = [
            f"Receipt of {receipt.pii_principal_name}, group {receipt.group}, "
            f"issued {receipt.issued_at:%Y-%m-%d %H:%M} UTC",
            f"  signature  good, key {public_key['kid']}",
        ]
        broken = list(_inside(receipt, document, beside))
        if opened is not None:
            broken += await _against_ledger(opened, receipt)
            lines.append(f"  ledger     compared up to row {receipt.ledger.length}")
        lines += [f"  BROKEN     {each}" for each in broken]
        lines.append("NOT GOOD" if broken else "Good")
        return Outcome(not broken, lines)
    finally:
        if opened is not None:
            await opened.database.close()


def _parts(path: Path) -> tuple[str, Any]:
    """The signature, and the receipt that stands beside it for people to read, if one does."""
    text = path.read_text().strip()
    if not text.startswith("{"):
        return text, None
    document = _json(path)
    if not isinstance(document.get("signature"), str):
        raise Unreadable(f"{path} is no receipt: it has no signature")
    return document["signature"], document.get("receipt")


def _json(path: Path | None) -> dict[str, Any]:
    assert path is not None
    try:
        document = json.loads(path.read_text())
    except ValueError:
        raise Unreadable(f"{path} is not JSON") from None
    if not isinstance(document, dict):
        raise Unreadable(f"{path} is not a JSON object")
    return document


def _inside(receipt: Receipt, signed: dict[str, Any], beside: Any) -> Iterator[str]:
    if beside is not None and beside != signed:
        yield "the readable part of the file is not what was signed"
    for row in rows_of(receipt):
        if row.hash != ledger.digest(row):
            yield f"row {row.sequence} does not have the hash it should have"
    for notice in receipt.privacy_notices:
        if notice.sha256 and sha256_of(notice.body) != notice.sha256:
            yield f"the text of version {notice.text_version} is not what its hash says"


async def _against_ledger(opened: context.Context, receipt: Receipt) -> list[str]:
    async with opened.database.reading() as db:
        chain = await service.chain(db, receipt.group_id)
    kept = {row.sequence: row.hash for row in chain}
    gone = [row.sequence for row in rows_of(receipt) if kept.get(row.sequence) != row.hash]
    broken = [f"row {sequence} is not in the ledger as the receipt has it" for sequence in gone]
    if (found := ledger.verify(chain)) is not None and found.place <= receipt.ledger.length:
        broken.append(f"the ledger is broken at row {found.place}: {BROKEN[found.reason]}")
    if not ledger.continues(chain, Head(receipt.ledger.length, receipt.ledger.head)):
        broken.append("the ledger has not grown from the one the receipt was made of")
    return broken
