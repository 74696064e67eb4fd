"""Everything about one person: read, taken along, erased; and who may erase whom."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.accounts.models import RefreshToken, User
from app.accounts.signing import sign_in
from app.consent import ledger, service
from app.consent.models import Decision, Purpose
from app.groups.models import Membership
from app.invitations.models import Invitation
from app.kit.audit import AuditEntry
from app.kit.db import now
from app.meetings.models import Attendance, Meeting, MeetingState
from app.programmes.models import ProgrammeStaff, RetentionChange
from app.recordings.models import (
    FileKind,
    PublicationSpan,
    Recording,
    RecordingState,
    Source,
    TapeState,
)
from app.retention.models import LegalHold
from app.turns.models import Turn
from app.vault import service as vault
from app.vault.service import KeyDestroyed
from media.store import Store
from tests.fixtures.cast import Person
from tests.fixtures.kept import Kept
from tests.fixtures.noted import jot

ERASE_ME = "/api/v1/me/erasure"


async def archive(person: Person) -> zipfile.ZipFile:
    answer = await person.client.get("/api/v1/me/data.zip")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.content))


async def attend(kept: Kept, person: Person, *, meeting: Meeting | None = None) -> None:
    stay = Attendance(
        meeting_id=(meeting or kept.meeting).id,
        user_id=person.id,
        role="member",
        left_at=None if meeting else now(),
    )
    async with kept.context.database.transaction() as db:
        db.add(stay)


async def test_the_archive_holds_all_that_is_mine_and_nothing_of_others(kept: Kept) -> None:
    bob = kept.cast.bob
    await attend(kept, bob)
    await attend(kept, kept.cast.carol)
    mine = [f for f in await kept.files() if f.user_id == bob.id]

    found = await archive(bob)

    names = [name for name in found.namelist() if name.endswith(".json") and "/" not in name]
    documents = {name: json.loads(found.read(name)) for name in names}
    assert {"account.json", "memberships.json", "attendance.json"} <= documents.keys()
    assert documents["account.json"]["name"] == "Bob"
    assert "password_hash" not in documents["account.json"]
    assert [g["pseudonym"] for g in documents["memberships.json"]["groups"]] == ["J1"]
    assert len(documents["consents.json"]) == len(Purpose)
    assert len(documents["attendance.json"]) == 1
    assert [len(each["turns"]) for each in documents["turns.json"]] == [3]
    (recording,) = documents["recordings.json"]
    assert {tape["source"] for tape in recording["tapes"]} == {"microphone", "camera"}
    media = {n: found.read(n) for n in found.namelist() if n.startswith("media/")}
    assert sorted(media.values()) == sorted(kept.contents[file.id] for file in mine)
    text = b"".join(found.read(name) for name in found.namelist() if name not in media)
    for other in ("Alice", "Carol", "Olga"):
        assert other.encode() not in text
    for line in found.read("SHA256SUMS").decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(found.read(name)).hexdigest() == digest


@pytest.mark.parametrize(("language", "words"), [("fi", "Kaikki"), ("sv", "Allt"), ("en", "Every")])
async def test_its_readme_speaks_the_persons_language(
    kept: Kept, language: str, words: str
) -> None:
    async with kept.context.database.transaction() as db:
        (await db.merge(kept.cast.bob.user)).language = language
    assert (await archive(kept.cast.bob)).read("README.txt").decode().startswith(words)


async def test_media_is_in_it_only_while_consent_stands(kept: Kept) -> None:
    await kept.decide(kept.cast.bob, Purpose.AUDIO, Decision.WITHDRAWN)
    found = await archive(kept.cast.bob)
    assert not [name for name in found.namelist() if name.startswith("media/")]
    assert json.loads(found.read("turns.json")) == []


async def test_each_text_is_there_with_what_it_promised(kept: Kept) -> None:
    async with kept.context.database.transaction() as db:
        db.add(
            RetentionChange(
                programme_id=kept.cast.programme_id,
                at=now() + timedelta(days=1),
                days_before=111,
                days_after=365,
                changed_by=kept.cast.coordinator.id,
            )
        )
    found = await archive(kept.cast.bob)
    rows = json.loads(found.read("consents.json"))
    assert {row["promised_days"] for row in rows} == {111}
    (text,) = {row["text"] for row in rows}
    assert "111" in found.read(text).decode()


async def test_it_says_who_looked_and_names_only_those_who_act_for_the_programme(
    kept: Kept,
) -> None:
    bobs, alices = [
        await kept.file(FileKind.PERSON, person) for person in (kept.cast.bob, kept.cast.alice)
    ]
    for file in (bobs, alices, await kept.file(FileKind.MIXDOWN)):
        await kept.cast.researcher.client.get(f"{kept.path}/files/{file.id}")
    await kept.cast.carol.client.get(f"{kept.path}/files/{bobs.id}")

    first, log = [
        (await kept.cast.bob.client.get("/api/v1/me/data")).json()["log"] for _ in range(2)
    ]

    seen = [(look["deed"], look["name"], look["result"]) for look in log["by_others"]]
    assert seen == [
        ("played", None, "refused"),  # a member: the role is enough
        ("played", "Researcher", "done"),  # the mix-down, where bob is heard too
        ("played", "Researcher", "done"),
    ]
    assert first["by_me"] == []
    assert [deed["deed"] for deed in log["by_me"]] == ["own_data_taken"]


async def test_nothing_of_it_without_a_sign_in(kept: Kept) -> None:
    for path in ("/api/v1/me/data", "/api/v1/me/data.zip"):
        assert (await kept.cast.nobody.get(path)).status_code == 401
    assert (await kept.cast.nobody.post(ERASE_ME, json={"confirmation": "x"})).status_code == 401


async def test_one_erases_oneself_everywhere(kept: Kept) -> None:
    bob, context = kept.cast.bob, kept.context
    tapes = [tape for tape in await kept.tapes() if tape.user_id == bob.id]
    await attend(kept, bob)
    async with context.database.transaction() as db:
        await sign_in(db, context.tokens, bob.user)
        db.add(
            Invitation(
                group_id=kept.cast.group_id,
                role="member",
                name="Bob B.",
                token_hash="h",
                accepted_by=bob.id,
                created_by=kept.cast.alice.id,
                expires_at=now(),
            )
        )

    answer = await bob.client.post(ERASE_ME, json={"confirmation": "Bob"})

    report = answer.json()
    assert answer.status_code == 200, answer.text
    assert (report["tapes"], report["turns"], report["waiting"]) == (2, 3, 0)
    assert (report["decisions"], report["stays"]) == (2 * len(Purpose), 1)
    assert len(report["lines"]) == 6
    assert (await bob.client.get("/api/v1/me")).status_code == 401
    async with context.database.reading() as db:
        user = await db.get_one(User, bob.id)
        assert (user.email, user.password_hash, user.language) == (None, None, "fi")
        assert user.name == report["name"] != "Bob"
        assert user.erased_at is not None
        assert (await db.exec(select(RefreshToken))).all() == []
        assert [link.name for link in (await db.exec(select(Invitation))).all()] == [""]
        membership = (await db.exec(select(Membership).where(Membership.user_id == bob.id))).one()
        assert membership.left_at is not None
        rows = await service.chain(db, kept.cast.group_id)
        assert ledger.verify(rows) is None
        assert (
            bob.id not in ledger.granted(ledger.fold(rows))
            or not ledger.granted(ledger.fold(rows))[bob.id]
        )
        assert not (await db.exec(select(Turn).where(Turn.user_id == bob.id))).all()
        for tape in tapes:
            with pytest.raises(KeyDestroyed):
                await vault.unwrap(db, context.keys, tape.data_key_id)
    assert {file.user_id for file in await kept.files()} == {kept.cast.alice.id}
    assert await entries(kept, bob) == [("person_erased", "self")] * 2


async def test_what_one_once_let_stay_goes_too(kept: Kept) -> None:
    bob = kept.cast.bob
    tapes = [tape for tape in await kept.tapes() if tape.user_id == bob.id]
    for purpose in (Purpose.AUDIO, Purpose.VIDEO):
        await kept.decide(bob, purpose, Decision.WITHDRAWN, keeps_earlier=True)

    report = (await bob.client.post(ERASE_ME, json={"confirmation": "Bob"})).json()

    assert (report["tapes"], report["turns"], report["waiting"]) == (2, 3, 0)
    assert len(tapes) == 2
    async with kept.context.database.reading() as db:
        for tape in tapes:
            with pytest.raises(KeyDestroyed):
                await vault.unwrap(db, kept.context.keys, tape.data_key_id)
        standing = await service.standing(db, [kept.cast.group_id])
    assert not standing & {tape.consent_id for tape in tapes}


async def test_when_ones_microphone_was_on_is_forgotten_too(kept: Kept) -> None:
    bob, alice = kept.cast.bob.id, kept.cast.alice.id
    async with kept.context.database.transaction() as db:
        for user_id in (bob, alice):
            span = {"source": Source.MICROPHONE, "started_at": kept.recording.started_at}
            db.add(PublicationSpan(recording_id=kept.recording.id, user_id=user_id, **span))
        recording = await db.get_one(Recording, kept.recording.id)
        recording.missing = [{"user_id": str(each)} for each in (bob, alice, bob)]

    assert (await kept.cast.bob.client.post(ERASE_ME, json={"confirmation": "Bob"})).is_success

    async with kept.context.database.reading() as db:
        spans = (await db.exec(select(PublicationSpan))).all()
        recording = await db.get_one(Recording, kept.recording.id)
    assert [span.user_id for span in spans] == [alice]
    assert recording.missing == [{"user_id": str(alice)}]


async def entries(kept: Kept, person: Person) -> list[tuple[str, str]]:
    """In the programme's chain and in the installation's."""
    async with kept.context.database.reading() as db:
        query = select(AuditEntry).where(
            AuditEntry.subject_id == person.id, AuditEntry.deed == "person_erased"
        )
        return [(row.deed, row.actor_role) for row in (await db.exec(query)).all()]


@pytest.mark.parametrize("who", ["coordinator", "researcher", "alice", "carol", "mallory"])
async def test_nobody_else_may_erase_a_person(who: str, kept: Kept) -> None:
    client = getattr(kept.cast, who).client
    path = f"/api/v1/users/{kept.cast.bob.id}/erasure"
    assert (await client.post(path, json={"confirmation": "Bob"})).status_code == 403
    assert len(await kept.files()) == 7


async def test_an_administrator_erases_a_person_who_asked(kept: Kept) -> None:
    path = f"/api/v1/users/{kept.cast.researcher.id}/erasure"
    answer = await kept.cast.administrator.client.post(path, json={"confirmation": "Researcher"})
    assert answer.status_code == 200
    async with kept.context.database.reading() as db:
        held = select(ProgrammeStaff).where(ProgrammeStaff.user_id == kept.cast.researcher.id)
        assert (await db.exec(held)).all() == []
    assert await entries(kept, kept.cast.researcher) == [("person_erased", "administrator")] * 2


async def test_notes_are_taken_along_by_their_author_and_stay_without_the_name(kept: Kept) -> None:
    """They are about others; whom others' notes speak of, only people can tell."""
    olga, at = kept.cast.olga, kept.recording.started_at
    await attend(kept, olga)
    await attend(kept, kept.cast.bob)
    await jot(kept.context, kept.meeting, olga, "J1 puhuu eniten.", at)
    (mine,) = json.loads((await archive(olga)).read("notes.json"))
    assert (mine["text"], "author_id" in mine) == ("J1 puhuu eniten.", False)
    assert json.loads((await archive(kept.cast.bob)).read("notes.json")) == []

    erased = await olga.client.post(ERASE_ME, json={"confirmation": "Olga"})
    assert (erased.json()["notes"], erased.json()["notes_near"]) == (1, 0)
    assert "1 observation notes that the person wrote" in " ".join(erased.json()["lines"])
    path = f"/api/v1/meetings/{kept.meeting.id}/notes"
    (note,) = (await kept.cast.researcher.client.get(path)).json()["items"]
    assert (note["author"], note["pseudonym"]) == (erased.json()["name"], "H1")

    erased = await kept.cast.bob.client.post(ERASE_ME, json={"confirmation": "Bob"})
    assert (erased.json()["notes"], erased.json()["notes_near"]) == (0, 1)
    assert "1 observation notes that others wrote" in " ".join(erased.json()["lines"])


@pytest.mark.parametrize("typed", ["", "bob", "Alice"])
async def test_without_the_name_nothing_happens(kept: Kept, typed: str) -> None:
    answer = await kept.cast.bob.client.post(ERASE_ME, json={"confirmation": typed})
    assert (answer.status_code, answer.json()["field"]) == (422, "confirmation")
    assert len(await kept.files()) == 7
    assert (await kept.cast.bob.client.get("/api/v1/me")).json()["name"] == "Bob"


async def test_the_last_administrator_stays(kept: Kept) -> None:
    form = {"confirmation": "Administrator"}
    answer = await kept.cast.administrator.client.post(ERASE_ME, json=form)
    assert answer.json()["type"].endswith(":last_administrator")
    async with kept.context.database.transaction() as db:
        (await db.merge(kept.cast.coordinator.user)).is_administrator = True
    assert (await kept.cast.administrator.client.post(ERASE_ME, json=form)).status_code == 200


async def test_one_who_is_in_a_meeting_leaves_it_first(kept: Kept) -> None:
    live = Meeting(group_id=kept.cast.group_id, starts_at=now(), state=MeetingState.OPEN)
    async with kept.context.database.transaction() as db:
        db.add(live)
    await attend(kept, kept.cast.bob, meeting=live)
    answer = await kept.cast.bob.client.post(ERASE_ME, json={"confirmation": "Bob"})
    assert answer.json()["type"].endswith(":person_in_meeting")
    assert len(await kept.files()) == 7


async def test_neither_a_hold_nor_what_is_being_finished_stops_it(kept: Kept) -> None:
    hold = LegalHold(
        programme_id=kept.cast.programme_id, reason="Riita", set_by=kept.cast.coordinator.id
    )
    async with kept.context.database.transaction() as db:
        db.add(hold)
        (await db.merge(kept.recording)).state = RecordingState.CLAIMED
    file = await kept.file(FileKind.PERSON, kept.cast.bob)
    report: dict[str, Any] = (
        await kept.cast.bob.client.post(ERASE_ME, json={"confirmation": "Bob"})
    ).json()
    assert (report["tapes"], report["waiting"]) == (2, 0)
    assert len(report["lines"]) == 6
    refused = await kept.cast.researcher.client.get(f"{kept.path}/files/{file.id}")
    assert refused.status_code == 404


async def test_a_store_out_of_reach_leaves_the_rest_to_the_worker(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: Store, key: str) -> None:
        raise OSError(key)

    monkeypatch.setattr(Store, "delete", away)
    report = (await kept.cast.bob.client.post(ERASE_ME, json={"confirmation": "Bob"})).json()
    assert (report["tapes"], report["waiting"]) == (0, 2)
    assert {t.state for t in await kept.tapes()} == {TapeState.STORED}
    async with kept.context.database.reading() as db:
        for tape in await kept.tapes():
            if tape.user_id == kept.cast.bob.id:
                with pytest.raises(KeyDestroyed):
                    await vault.unwrap(db, kept.context.keys, tape.data_key_id)
