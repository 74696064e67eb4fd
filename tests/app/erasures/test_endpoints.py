"""A receipt is for the person alone; that there is one, also for who reads the consents."""

from app.consent.models import Decision, Purpose
from app.erasures.attesting import attest_all
from app.kit.permissions import Action, Role, may
from app.kit.tokens import read_signed
from app.recordings.models import Recording, RecordingState
from app.turns.erasure import erase_withdrawn
from tests.fixtures.kept import Kept


async def attested(kept: Kept) -> str:
    """Bob's voice is withdrawn, erased and attested; the id of the erasure."""
    database = kept.context.database
    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)
    await erase_withdrawn(database, kept.store)
    async with database.transaction() as db:
        (await db.get_one(Recording, kept.recording.id)).state = RecordingState.READY
    await attest_all(database, kept.store, kept.context.keys)
    (own,) = (await kept.cast.bob.client.get("/api/v1/erasures/me")).json()["items"]
    return str(own["id"])


async def test_one_fetches_ones_own_receipt_and_anyone_can_check_it(kept: Kept) -> None:
    id_ = await attested(kept)

    answer = await kept.cast.bob.client.get(f"/api/v1/erasures/{id_}/receipt")

    assert answer.headers["content-type"] == "application/jose"
    assert answer.headers["content-disposition"].startswith("attachment")
    path = "/api/v1/receipts/verification"
    checked = await kept.cast.nobody.post(path, json={"receipt": answer.text})
    assert checked.json()["document"]["id"] == id_
    forged = await kept.cast.nobody.post(path, json={"receipt": answer.text[:-2] + "AA"})
    assert (forged.status_code, forged.json()["field"]) == (422, "receipt")
    key = (await kept.cast.nobody.get("/api/v1/signing-key")).json()
    assert read_signed(answer.text, key)["id"] == id_


async def test_nobody_else_gets_it(kept: Kept) -> None:
    id_ = await attested(kept)

    for person in (kept.cast.alice, kept.cast.coordinator, kept.cast.administrator):
        answer = await person.client.get(f"/api/v1/erasures/{id_}/receipt")
        assert answer.status_code == 404
        assert (await person.client.get("/api/v1/erasures/me")).json()["items"] == []
    assert (await kept.cast.nobody.get(f"/api/v1/erasures/{id_}/receipt")).status_code == 401


async def test_there_is_no_receipt_before_it_is_done(kept: Kept) -> None:
    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)
    await erase_withdrawn(kept.context.database, kept.store)

    (own,) = (await kept.cast.bob.client.get("/api/v1/erasures/me")).json()["items"]

    assert own["attested_at"] is None
    answer = await kept.cast.bob.client.get(f"/api/v1/erasures/{own['id']}/receipt")
    assert answer.status_code == 404


async def test_who_reads_the_consents_sees_that_it_exists(kept: Kept) -> None:
    id_ = await attested(kept)
    path = f"/api/v1/groups/{kept.cast.group_id}/erasures"

    for role in Role:
        answer = await kept.cast.with_role(role).client.get(path)
        assert answer.status_code == (200 if may([role], Action.READ_CONSENTS) else 403), role
    (shown,) = (await kept.cast.coordinator.client.get(path)).json()["items"]
    assert (shown["id"], shown["user_id"]) == (id_, str(kept.cast.bob.id))
    assert shown["attested_at"] is not None
    assert "receipt" not in shown


async def test_one_who_left_the_group_still_has_the_receipt(kept: Kept) -> None:
    id_ = await attested(kept)
    path = f"/api/v1/groups/{kept.cast.group_id}/members/{kept.cast.bob.id}"
    assert (await kept.cast.alice.client.delete(path)).is_success

    assert (await kept.cast.bob.client.get(f"/api/v1/erasures/{id_}/receipt")).status_code == 200
