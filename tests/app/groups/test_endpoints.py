"""Groups and those in them, role by role."""

import httpx
import pytest

from app.groups import service
from app.groups.models import GroupRole
from app.kit.ids import new_id
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast

ROOT = "/api/v1/groups"
EVERYBODY = ["administrator", "coordinator", "researcher", "alice", "olga", "bob", "mallory"]
COORDINATION = {"administrator", "coordinator"}
RUN_IT = COORDINATION | {"alice"}


def client_of(cast: Cast, who: str) -> httpx.AsyncClient:
    client: httpx.AsyncClient = getattr(cast, who).client
    return client


@pytest.mark.parametrize("who", EVERYBODY)
async def test_who_may_do_what_with_a_group(who: str, cast: Cast) -> None:
    client, path = client_of(cast, who), f"{ROOT}/{cast.group_id}"
    refused = 404 if who == "mallory" else 403
    form = {"programme_id": str(cast.programme_id), "name": "Ryhmä 2"}

    created = await client.post(ROOT, json=form)
    sees_programme = who in COORDINATION | {"researcher"}
    assert created.status_code == (201 if who in COORDINATION else 403 if sees_programme else 404)
    for answer in (await client.get(path), await client.get(f"{path}/members")):
        assert answer.status_code == (404 if who == "mallory" else 200)
    changed = await client.patch(path, json={"description": "Uusi"})
    assert changed.status_code == (200 if who in RUN_IT else refused)
    removed = await client.delete(f"{path}/members/{cast.carol.id}")
    assert removed.status_code == (204 if who in RUN_IT else refused)


@pytest.mark.parametrize("who", EVERYBODY)
async def test_a_list_holds_what_one_may_see(who: str, cast: Cast) -> None:
    client = client_of(cast, who)
    listed = (await client.get(ROOT)).json()["items"]
    elsewhere = await client.get(ROOT, params={"programme_id": str(new_id())})

    assert len(listed) == (0 if who == "mallory" else 1)
    assert elsewhere.json() == {"items": [], "next_cursor": None}


async def test_to_a_stranger_a_group_is_as_if_it_were_not(cast: Cast) -> None:
    stranger = cast.mallory.client
    for method, path in [
        ("GET", ""),
        ("PATCH", ""),
        ("GET", "/members"),
        ("DELETE", f"/members/{cast.bob.id}"),
    ]:
        form = {"name": "X"} if method == "PATCH" else None
        real = await stranger.request(method, f"{ROOT}/{cast.group_id}{path}", json=form)
        none = await stranger.request(method, f"{ROOT}/{new_id()}{path}", json=form)
        assert (real.status_code, real.json()) == (404, none.json())


async def test_one_who_left_is_a_stranger_and_keeps_the_pseudonym(
    cast: Cast, running: Application
) -> None:
    path = f"{ROOT}/{cast.group_id}"

    await cast.alice.client.delete(f"{path}/members/{cast.bob.id}")
    again = await cast.alice.client.delete(f"{path}/members/{cast.bob.id}")
    assert (await cast.bob.client.get(path)).status_code == 404
    async with running.context.database.transaction() as db:
        new = await service.add(db, cast.group_id, cast.mallory.id, GroupRole.MEMBER)
        back = await service.add(db, cast.group_id, cast.bob.id, GroupRole.MEMBER)

    assert again.status_code == 404
    assert (new.pseudonym, back.pseudonym) == ("J3", "J1")
    assert (await cast.bob.client.get(path)).status_code == 200


async def test_a_group_has_an_end_to_its_size(cast: Cast, running: Application) -> None:
    for number in range(service.LARGEST - 4):
        user = await running.user(f"M{number}")
        async with running.context.database.transaction() as db:
            await service.add(db, cast.group_id, user.id, GroupRole.MEMBER)

    with pytest.raises(service.GroupFull):
        async with running.context.database.transaction() as db:
            await service.add(db, cast.group_id, cast.mallory.id, GroupRole.MEMBER)
