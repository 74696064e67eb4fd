"""Programmes and their staff, role by role."""

import httpx
import pytest

from app.kit.ids import new_id
from tests.fixtures.cast import Cast

ROOT = "/api/v1/programmes"
EVERYBODY = ["administrator", "coordinator", "researcher", "alice", "olga", "bob", "mallory"]
STAFF = {"administrator", "coordinator", "researcher"}
COORDINATION = {"administrator", "coordinator"}


def client_of(cast: Cast, who: str) -> httpx.AsyncClient:
    client: httpx.AsyncClient = getattr(cast, who).client
    return client


@pytest.mark.parametrize("who", EVERYBODY)
async def test_who_may_do_what_with_a_programme(who: str, cast: Cast) -> None:
    client, path = client_of(cast, who), f"{ROOT}/{cast.programme_id}"
    refused = 403 if who in STAFF else 404
    role = {"email": "mallory@example.org", "role": "researcher"}

    created = await client.post(ROOT, json={"name": "Toinen"})
    assert created.status_code == (201 if who == "administrator" else 403)
    for answer in (await client.get(path), await client.get(f"{path}/staff")):
        assert answer.status_code == (200 if who in STAFF else 404)
    changed = await client.patch(path, json={"description": "Uusi"})
    assert changed.status_code == (200 if who in COORDINATION else refused)
    appointed = await client.post(f"{path}/staff", json=role)
    assert appointed.status_code == (201 if who in COORDINATION else refused)
    dismissed = await client.delete(f"{path}/staff/{cast.mallory.id}/researcher")
    assert dismissed.status_code == (204 if who in COORDINATION else refused)


@pytest.mark.parametrize("who", EVERYBODY)
async def test_a_list_holds_what_one_may_see(who: str, cast: Cast) -> None:
    listed = (await client_of(cast, who).get(ROOT)).json()["items"]
    assert len(listed) == (1 if who in STAFF else 0)


async def test_to_a_stranger_a_programme_is_as_if_it_were_not(cast: Cast) -> None:
    stranger = cast.mallory.client
    for method, path in [("GET", ""), ("PATCH", ""), ("GET", "/staff")]:
        form = {"name": "X"} if method == "PATCH" else None
        real = await stranger.request(method, f"{ROOT}/{cast.programme_id}{path}", json=form)
        none = await stranger.request(method, f"{ROOT}/{new_id()}{path}", json=form)
        assert (real.status_code, real.json()) == (404, none.json())


async def test_who_makes_a_programme_coordinates_it(cast: Cast) -> None:
    client = cast.administrator.client
    key = {"Idempotency-Key": "programme"}

    made = await client.post(ROOT, json={"name": "Toinen"}, headers=key)
    again = await client.post(ROOT, json={"name": "Toinen"}, headers=key)
    staff = (await client.get(f"{ROOT}/{made.json()['id']}/staff")).json()

    assert made.json() == again.json()
    assert [(each["name"], each["role"]) for each in staff] == [("Administrator", "coordinator")]


async def test_a_role_is_given_once_and_taken_once(cast: Cast) -> None:
    client, path = cast.coordinator.client, f"{ROOT}/{cast.programme_id}/staff"
    role = {"email": "Mallory@Example.org", "role": "researcher"}

    for _ in range(2):
        assert (await client.post(path, json=role)).status_code == 201
    assert (await cast.mallory.client.get(f"{ROOT}/{cast.programme_id}")).status_code == 200
    assert len((await client.get(path)).json()) == 3
    unknown = await client.post(path, json={**role, "email": "who@example.org"})
    assert unknown.json()["field"] == "email"

    for status in (204, 404):
        answer = await client.delete(f"{path}/{cast.mallory.id}/researcher")
        assert answer.status_code == status
    assert (await cast.mallory.client.get(f"{ROOT}/{cast.programme_id}")).status_code == 404


async def test_keys_of_different_people_do_not_meet(cast: Cast) -> None:
    form = {"programme_id": str(cast.programme_id), "name": "Ryhmä 2"}
    key = {"Idempotency-Key": "same"}

    one = await cast.administrator.client.post("/api/v1/groups", json=form, headers=key)
    two = await cast.coordinator.client.post("/api/v1/groups", json=form, headers=key)

    assert one.json()["id"] != two.json()["id"]


async def test_only_what_nothing_stands_on_can_be_removed(cast: Cast) -> None:
    client = cast.administrator.client
    made = (await client.post(ROOT, json={"name": "Turha"})).json()
    form = {"programme_id": made["id"], "name": "Ryhmä"}
    group = (await client.post("/api/v1/groups", json=form)).json()

    assert (await cast.coordinator.client.delete(f"{ROOT}/{made['id']}")).status_code == 404
    assert (await cast.researcher.client.delete(f"{ROOT}/{cast.programme_id}")).status_code == 403
    for path in (f"{ROOT}/{made['id']}", f"/api/v1/groups/{cast.group_id}"):
        refused = await client.delete(path)
        assert refused.json()["type"] == "urn:emessi:problem:in_use"
    assert len((await client.get(f"{ROOT}/{made['id']}/staff")).json()) == 1
    assert (await cast.alice.client.delete(f"/api/v1/groups/{cast.group_id}")).status_code == 403

    for path in (f"/api/v1/groups/{group['id']}", f"{ROOT}/{made['id']}"):
        assert (await client.delete(path)).status_code == 204
        assert (await client.get(path)).status_code == 404
