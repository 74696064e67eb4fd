"""The receipt a person takes home: whole, signed, and still true when the programme changes."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from jose import jws
from sqlalchemy import text

from app.cli import consents
from app.consent import ledger
from app.consent.models import Purpose
from app.consent.receipt import Receipt, rows_of
from app.kit.tokens import BadSignature, Signer, read_signed
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast, Person
from tests.fixtures.meddled import opened


async def decide(cast: Cast, person: Person, purpose: str, decision: str) -> None:
    form = {
        "purpose": purpose,
        "decision": decision,
        "text_version": 1,
        "text_language": "sv",
        "seen": 1_000_000,
    }
    answer = await person.client.post(f"/api/v1/groups/{cast.group_id}/consents/me", json=form)
    assert answer.is_success, answer.text


async def receipt_of(cast: Cast, person: Person) -> dict[str, Any]:
    path = f"/api/v1/groups/{cast.group_id}/consents/me/receipt"
    answer = await person.client.get(path)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
async def decided(cast: Cast) -> Cast:
    await decide(cast, cast.alice, "audio", "granted")
    for decision in ("granted", "withdrawn", "granted"):
        await decide(cast, cast.bob, "audio", decision)
    await decide(cast, cast.bob, "video", "refused")
    return cast


async def test_it_tells_every_decision_with_its_text_and_its_proof(decided: Cast) -> None:
    found = Receipt.model_validate((await receipt_of(decided, decided.bob))["receipt"])

    states = {p.purpose: [e.event_state for e in p.events] for p in found.purposes}
    assert list(states) == list(Purpose)
    assert states[Purpose.AUDIO] == ["granted", "withdrawn", "granted"]
    assert states[Purpose.SHARING] == []
    assert found.pii_principal_name == "Bob"
    assert found.pii_controllers[0].party_name == "Esimerkkiyliopisto"
    assert found.ledger.length == 5
    rows = rows_of(found)
    assert [row.sequence for row in rows] == [2, 3, 4, 5], "one's own rows and nobody else's"
    assert all(row.hash == ledger.digest(row) for row in rows)
    (notice,) = found.privacy_notices
    assert notice.language == "sv"
    assert notice.body.startswith("# Samtycke")
    assert "365" in notice.body


async def test_the_text_stays_as_it_was_read(decided: Cast) -> None:
    """The coordinator may change what fills the blanks: not in what was agreed to."""
    path = f"/api/v1/programmes/{decided.programme_id}"
    client = decided.coordinator.client
    assert (await client.patch(path, json={"controller": "Toinen oy"})).is_success
    change = {"retention_days": 3_333, "warning_days": 30}
    assert (await client.put(f"{path}/retention", json=change)).is_success

    (notice,) = (await receipt_of(decided, decided.bob))["receipt"]["privacy_notices"]
    assert "Esimerkkiyliopisto" in notice["body"]
    assert "3333" not in notice["body"]
    await decide(decided, decided.carol, "audio", "granted")
    (newer,) = (await receipt_of(decided, decided.carol))["receipt"]["privacy_notices"]
    assert "Toinen oy" in newer["body"]
    assert "3333" in newer["body"]


async def test_it_is_signed_and_anyone_with_the_public_key_can_tell(decided: Cast) -> None:
    found = await receipt_of(decided, decided.bob)
    key = (await decided.nobody.get("/api/v1/signing-key")).json()

    assert json.loads(jws.verify(found["signature"], key, algorithms=["ES256"])) == found["receipt"]
    assert "d" not in key
    assert read_signed(found["signature"], key) == found["receipt"]
    head, _, tail = found["signature"].split(".")
    other = (await receipt_of(decided, decided.alice))["signature"].split(".")[1]
    with pytest.raises(BadSignature):
        read_signed(f"{head}.{other}.{tail}", key)
    with pytest.raises(BadSignature):
        read_signed(found["signature"], Signer(bytes(32)).public_key)


async def test_one_has_ones_own_even_after_leaving(decided: Cast) -> None:
    path = f"/api/v1/groups/{decided.group_id}"
    left = await decided.coordinator.client.delete(f"{path}/members/{decided.bob.id}")
    assert left.is_success

    assert (await receipt_of(decided, decided.bob))["receipt"]["ledger"]["length"] == 5
    for who, status in ((decided.mallory, 404), (decided.coordinator, 403)):
        assert (await who.client.get(f"{path}/consents/me/receipt")).status_code == status
    nobody = await decided.nobody.get(f"{path}/consents/me/receipt")
    assert nobody.status_code == 401


class Taken:
    """A receipt in a file, checked as the command checks it."""

    def __init__(self, running: Application, path: Path, document: Any) -> None:
        self.running, self.path = running, path
        self.write(document)

    def write(self, document: Any) -> None:
        whole = document if isinstance(document, str) else json.dumps(document)
        self.path.write_text(whole)

    async def check(self, key: Path | None = None) -> tuple[bool, str]:
        config = self.running.context.settings
        outcome = await consents.check_receipt(config, self.path, key)
        return outcome.good, "\n".join(outcome.lines)


@pytest.fixture
async def taken(running: Application, decided: Cast, tmp_path: Path) -> Taken:
    return Taken(running, tmp_path / "receipt.json", await receipt_of(decided, decided.bob))


async def test_a_receipt_is_checked_against_the_ledger(taken: Taken, decided: Cast) -> None:
    assert (await taken.check())[0]
    await decide(decided, decided.bob, "sharing", "granted")
    good, said = await taken.check()
    assert good, "the ledger may grow"
    assert "up to row 5" in said

    document = json.loads(taken.path.read_text())
    taken.write(document["signature"])
    assert (await taken.check())[0], "the signature alone is enough"
    document["receipt"]["purposes"][1]["event_state"] = "granted"
    taken.write(document)
    good, said = await taken.check()
    assert not good
    assert "readable part" in said


async def test_a_receipt_finds_a_ledger_that_was_written_anew(
    taken: Taken, running: Application, decided: Cast
) -> None:
    """Even one whose hashes all fit: that is what a head kept elsewhere is for."""
    async with running.context.database.transaction() as db:
        change = "UPDATE consent_decisions SET decision = 'granted' WHERE sequence = 5"
        await opened(db)
        await (await db.connection()).execute(text(change))
    assert "broken at row 5" in (await taken.check())[1]

    async with running.context.database.transaction() as db:
        rows = await consents.service.chain(db, decided.group_id)
        rows[4].hash = ledger.digest(rows[4])
        assert ledger.verify(rows) is None
    good, said = await taken.check()
    assert not good
    assert "row 5 is not in the ledger" in said
    assert "has not grown from" in said


async def test_a_public_key_is_enough_elsewhere(taken: Taken, tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text(json.dumps(taken.running.context.signer.public_key))
    assert (await taken.check(key))[0]

    await asyncio.to_thread(key.write_text, json.dumps(Signer(bytes(32)).public_key))
    good, said = await taken.check(key)
    assert not good
    assert "not signed by this key" in said


@pytest.mark.parametrize("content", ["{", "{}", '{"signature": 7}', "[]", "x"])
async def test_what_is_no_receipt_is_said_to_be_none(taken: Taken, content: str) -> None:
    taken.write(content)
    try:
        good, _ = await taken.check()
    except consents.Unreadable:
        good = False
    assert not good
