"""From a link to a member: looked at without an account, used once, consents and all."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import update

from app.consent import service as consent
from app.consent.models import Purpose
from app.invitations.models import Invitation
from app.kit.db import now
from app.kit.ids import new_id
from tests.fixtures.application import HOST, Application
from tests.fixtures.cast import Cast, Person

ROOT = "/api/v1/invitations"
OWN = {"Origin": HOST}
DECISIONS = {
    "audio": "granted",
    "video": "refused",
    "indexing": "granted",
    "transcript": "refused",
    "chat": "refused",
    "quotation": "refused",
    "sharing": "refused",
    "feedback": "refused",
}
ACCEPTANCE: dict[str, Any] = {
    "name": "Bertta",
    "language": "fi",
    "decisions": DECISIONS,
    "text_version": 1,
}


async def invite(cast: Cast, by: Person | None = None, **fields: str) -> dict[str, Any]:
    form = {"group_id": str(cast.group_id), **fields}
    answer = await (by or cast.alice).client.post(ROOT, json=form)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def token_of(link: dict[str, Any]) -> str:
    assert link["url"].startswith(f"{HOST}/i/")
    return str(link["url"].rsplit("/", 1)[1])


async def members(cast: Cast) -> dict[str, str]:
    answer = await cast.alice.client.get(f"/api/v1/groups/{cast.group_id}/members")
    return {member["pseudonym"]: member["name"] for member in answer.json()}


async def test_a_stranger_with_the_link_reads_what_it_is_about(cast: Cast) -> None:
    series = {"group_id": str(cast.group_id), "starts_at": "2090-01-10T17:00:00+02:00", "count": 2}
    await cast.alice.client.post("/api/v1/meetings", json=series)
    token = token_of(await invite(cast, name="Bertta"))

    shown = (await cast.nobody.get(f"{ROOT}/{token}", params={"language": "sv"})).json()

    assert shown["group_name"] == "Ryhmä 1"
    assert shown["programme_name"] == "Naiset johtajina"
    assert shown["inviter_name"] == "Alice"
    assert shown["name"] == "Bertta"
    assert [meeting["ordinal"] for meeting in shown["meetings"]] == [1, 2]
    assert shown["text"]["language"] == "sv"
    assert "Esimerkkiyliopisto" in shown["text"]["body"]
    assert shown["purposes"] == list(DECISIONS)


async def test_accepting_makes_a_member_with_consents_and_signs_in(
    cast: Cast, running: Application
) -> None:
    token = token_of(await invite(cast))
    browser = await running.client()

    accepted = await browser.post(f"{ROOT}/{token}/accept", json=ACCEPTANCE)

    assert accepted.status_code == 201
    assert accepted.json()["group_id"] == str(cast.group_id)
    me = (await browser.get("/api/v1/me")).json()
    assert me["name"] == "Bertta"
    assert (await members(cast))["J3"] == "Bertta"
    async with running.context.database.reading() as db:
        granted = await consent.in_force(db, cast.group_id)
    (own,) = granted.values()
    assert set(own) == {Purpose.AUDIO, Purpose.INDEXING}


async def test_who_came_by_whose_link_is_in_the_log(cast: Cast) -> None:
    token = token_of(await invite(cast))
    accepted = await cast.nobody.post(f"{ROOT}/{token}/accept", json=ACCEPTANCE)

    programme = {"programme_id": str(cast.programme_id)}
    log = await cast.coordinator.client.get("/api/v1/audit", params=programme)
    (entry,) = log.json()["items"]
    assert (entry["deed"], entry["actor_role"]) == ("member_joined", "self")
    assert entry["subject_id"] == accepted.json()["user"]["id"]
    assert entry["details"] == {"role": "member", "invited_by": str(cast.alice.id)}


async def test_a_link_is_used_once(cast: Cast) -> None:
    token = token_of(await invite(cast))

    await cast.nobody.post(f"{ROOT}/{token}/accept", json=ACCEPTANCE)
    again = await cast.nobody.post(f"{ROOT}/{token}/accept", json=ACCEPTANCE)

    assert again.status_code == 410
    assert again.json()["type"] == "urn:emessi:problem:invitation_gone"
    assert (await cast.nobody.get(f"{ROOT}/{token}")).status_code == 410
    assert len(await members(cast)) == 5


async def test_one_whose_answer_was_lost_comes_in_by_retrying(cast: Cast) -> None:
    path = f"{ROOT}/{token_of(await invite(cast))}/accept"
    key = {"Idempotency-Key": "one visit"}

    first = await cast.nobody.post(path, json=ACCEPTANCE, headers=key)
    retried = await cast.nobody.post(path, json=ACCEPTANCE, headers=key)
    other = await cast.nobody.post(path, json={**ACCEPTANCE, "name": "X"}, headers=key)

    assert retried.status_code == 201
    assert retried.json()["user"] == first.json()["user"]
    assert other.status_code == 409
    assert len(await members(cast)) == 5


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"text_version": None}, "text_version"),
        ({"text_version": 99}, "text_version"),
        ({"decisions": {"audio": "withdrawn"}}, "decisions.audio"),
        ({"email": "b@example.org"}, "password"),
        ({"email": "alice@example.org", "password": "x" * 12}, "email"),
        ({"name": ""}, "name"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_a_refused_acceptance_changes_nothing_and_names_the_field(
    broken: dict[str, Any], field: str, cast: Cast
) -> None:
    token = token_of(await invite(cast))

    refused = await cast.nobody.post(f"{ROOT}/{token}/accept", json={**ACCEPTANCE, **broken})

    assert refused.is_client_error
    assert refused.json()["field"] == field
    assert len(await members(cast)) == 4
    assert (await cast.nobody.get(f"{ROOT}/{token}")).status_code == 200


async def test_a_link_that_was_taken_back_or_ran_out_opens_nothing(
    cast: Cast, running: Application
) -> None:
    revoked, late = await invite(cast), await invite(cast)

    taken = await cast.alice.client.delete(f"{ROOT}/{revoked['id']}")
    async with running.context.database.transaction() as db:
        past = now() - timedelta(seconds=1)
        await db.exec(update(Invitation).values(expires_at=past))

    assert taken.status_code == 204
    for link in (revoked, late):
        answer = await cast.nobody.post(f"{ROOT}/{token_of(link)}/accept", json=ACCEPTANCE)
        assert answer.status_code == 410
    assert (await cast.nobody.get(f"{ROOT}/no-such-token")).status_code == 404


async def test_the_secret_is_not_kept_and_a_retry_gets_the_same_link(cast: Cast) -> None:
    form = {"group_id": str(cast.group_id)}
    key = {"Idempotency-Key": "first try"}
    client = cast.alice.client

    first = await client.post(ROOT, json=form, headers=key)
    retried = await client.post(ROOT, json=form, headers=key)
    other = await client.post(ROOT, json={**form, "name": "B"}, headers=key)

    assert first.json() == retried.json()
    assert other.json()["type"] == "urn:emessi:problem:idempotency_key_reused"
    listed = (await client.get(ROOT, params=form)).json()["items"]
    assert [link["id"] for link in listed] == [first.json()["id"]]
    assert "url" not in listed[0]


async def test_a_member_comes_back_on_another_device(cast: Cast, running: Application) -> None:
    joined = await cast.nobody.post(
        f"{ROOT}/{token_of(await invite(cast))}/accept", json=ACCEPTANCE
    )
    user_id = joined.json()["user"]["id"]
    form = {"group_id": str(cast.group_id), "user_id": user_id}

    link = (await cast.alice.client.post(f"{ROOT}/re-entry", json=form)).json()
    phone = await running.client()
    shown = (await phone.get(f"{ROOT}/{token_of(link)}")).json()
    wrong_door = await phone.post(f"{ROOT}/{token_of(link)}/accept", json=ACCEPTANCE)
    entered = await phone.post(f"{ROOT}/{token_of(link)}/re-enter")
    again = await phone.post(f"{ROOT}/{token_of(link)}/re-enter")

    assert shown["re_entry"]
    assert wrong_door.status_code == 404
    assert entered.json()["user"]["id"] == user_id
    assert again.status_code == 410


@pytest.mark.parametrize("who", ["administrator", "coordinator", "bob", "mallory"])
async def test_no_link_opens_the_account_of_one_who_has_another_way_in(
    who: str, cast: Cast
) -> None:
    user_id = getattr(cast, who).id
    form = {"group_id": str(cast.group_id), "user_id": str(user_id)}
    answer = await cast.alice.client.post(f"{ROOT}/re-entry", json=form)
    assert answer.status_code == (409 if who == "bob" else 404)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("administrator", 201),
        ("coordinator", 201),
        ("alice", 201),
        ("researcher", 403),
        ("olga", 403),
        ("bob", 403),
        ("mallory", 404),
    ],
)
async def test_who_may_invite(who: str, status: int, cast: Cast) -> None:
    client: httpx.AsyncClient = getattr(cast, who).client
    link = await invite(cast)
    form = {"group_id": str(cast.group_id)}

    assert (await client.post(ROOT, json=form)).status_code == status
    listed = await client.get(ROOT, params=form)
    assert listed.status_code == (200 if status == 201 else status)
    revoked = await client.delete(f"{ROOT}/{link['id']}")
    assert revoked.status_code == (204 if status == 201 else status)
    if status == 404:
        unknown = await client.delete(f"{ROOT}/{new_id()}")
        assert revoked.json() == unknown.json()
