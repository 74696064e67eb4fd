"""Set-up, sign-in, oneself, and the users: through HTTP, refusals beside successes."""

from datetime import timedelta

import httpx
import pytest
from sqlmodel import col, update

from app.accounts import service
from app.accounts.models import RefreshToken, SetUpToken, User
from app.accounts.passwords import TRIES
from app.kit.db import now
from tests.fixtures.application import HOST, Application
from tests.fixtures.cast import Cast

PASSWORD = "oikein pitkä salasana"
ADMINISTRATOR = {"name": "Aino", "email": "Aino@Example.org", "password": PASSWORD}
OWN = {"Origin": HOST}
FOREIGN = {"Origin": "https://elsewhere.example"}


def code_of(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"].removeprefix("urn:emessi:problem:"))


async def link(running: Application) -> str | None:
    async with running.context.database.transaction() as db:
        return await service.make_set_up_link(db)


@pytest.fixture
async def browser(running: Application) -> httpx.AsyncClient:
    """Signed in by cookies, as the first administrator."""
    client = await running.client()
    form = {"token": await link(running), **ADMINISTRATOR}
    assert (await client.post("/api/v1/set-up", json=form)).status_code == 201
    return client


async def test_the_set_up_link_makes_one_administrator_once(running: Application) -> None:
    client = await running.client()
    form = {"token": await link(running), "language": "sv", **ADMINISTRATOR}

    made = await client.post("/api/v1/set-up", json=form)
    again = await client.post("/api/v1/set-up", json={**form, "email": "other@example.org"})

    assert made.status_code == 201
    assert made.json()["user"]["is_administrator"]
    assert made.json()["user"]["email"] == "aino@example.org"
    assert code_of(again) == "link_used"
    assert await link(running) is None


async def test_only_the_newest_set_up_link_works_and_not_for_ever(running: Application) -> None:
    first, second = await link(running), await link(running)
    client = await running.client()

    async with running.context.database.transaction() as db:
        await db.exec(update(SetUpToken).values(expires_at=now() - timedelta(seconds=1)))

    for token in (first, second, "no such token"):
        answer = await client.post("/api/v1/set-up", json={"token": token, **ADMINISTRATOR})
        assert code_of(answer) == "link_used"


async def test_signing_in_with_the_password_and_with_nothing_else(
    running: Application, browser: httpx.AsyncClient
) -> None:
    client = await running.client()
    right = {"email": "AINO@example.org", "password": PASSWORD}

    signed_in = await client.post("/api/v1/sign-in", json=right)
    wrong = await client.post("/api/v1/sign-in", json={**right, "password": "wrong"})
    unknown = await client.post("/api/v1/sign-in", json={**right, "email": "who@example.org"})

    assert signed_in.status_code == 200
    assert wrong.status_code == 401
    assert wrong.json() == unknown.json()
    bearer = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
    me = await (await running.client()).get("/api/v1/me", headers=bearer)
    assert me.json()["name"] == "Aino"


async def test_too_many_failures_close_an_account_for_a_while(
    running: Application, browser: httpx.AsyncClient
) -> None:
    form = {"email": "aino@example.org", "password": "wrong"}
    for _ in range(TRIES):
        assert (await browser.post("/api/v1/sign-in", json=form)).status_code == 401

    right = await browser.post("/api/v1/sign-in", json={**form, "password": PASSWORD})
    other = await browser.post("/api/v1/sign-in", json={**form, "email": "b@example.org"})

    assert code_of(right) == "too_many"
    assert other.status_code == 401


async def test_cookies_write_only_from_our_own_pages(browser: httpx.AsyncClient) -> None:
    change = {"name": "Aino Uusi"}

    assert (await browser.get("/api/v1/me", headers=FOREIGN)).status_code == 200
    for headers in (FOREIGN, {}, {"Sec-Fetch-Site": "cross-site", **OWN}):
        answer = await browser.patch("/api/v1/me", json=change, headers=headers)
        assert code_of(answer) == "not_allowed"
    for headers in (OWN, {"Sec-Fetch-Site": "same-origin"}):
        answer = await browser.patch("/api/v1/me", json=change, headers=headers)
        assert answer.json()["name"] == "Aino Uusi"


async def test_cookies_cannot_be_read_by_scripts_nor_sent_across_sites(
    running: Application, browser: httpx.AsyncClient
) -> None:
    form = {"email": "aino@example.org", "password": PASSWORD}
    answer = await browser.post("/api/v1/sign-in", json=form)

    cookies = answer.headers.get_list("set-cookie")
    for secret in ("emessi_access", "emessi_refresh"):
        (cookie,) = [c for c in cookies if c.startswith(secret)]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie


async def test_a_refresh_token_that_is_used_again_ends_its_family(
    running: Application, browser: httpx.AsyncClient
) -> None:
    client = await running.client()
    stolen = {"refresh_token": browser.cookies["emessi_refresh"]}

    first = await client.post("/api/v1/refresh", json=stolen)
    other_tab = await client.post("/api/v1/refresh", json=stolen)
    assert first.status_code == other_tab.status_code == 200

    async with running.context.database.transaction() as db:
        spent = update(RefreshToken).where(col(RefreshToken.spent_at).is_not(None))
        await db.exec(spent.values(spent_at=now() - timedelta(minutes=1)))
    reused = await client.post("/api/v1/refresh", json=stolen)
    successor = {"refresh_token": first.json()["refresh_token"]}
    after = await client.post("/api/v1/refresh", json=successor)

    assert code_of(reused) == "not_signed_in"
    assert code_of(after) == "not_signed_in"


async def test_refreshing_by_cookie_needs_no_body_but_our_own_page(
    browser: httpx.AsyncClient,
) -> None:
    assert code_of(await browser.post("/api/v1/refresh", headers=FOREIGN)) == "not_allowed"
    assert (await browser.post("/api/v1/refresh", headers=OWN)).status_code == 200


async def test_signing_out_ends_the_chain_and_clears_the_cookies(
    running: Application, browser: httpx.AsyncClient
) -> None:
    token = {"refresh_token": browser.cookies["emessi_refresh"]}

    assert (await browser.post("/api/v1/sign-out", headers=OWN)).status_code == 204

    assert code_of(await browser.get("/api/v1/me")) == "not_signed_in"
    later = await (await running.client()).post("/api/v1/refresh", json=token)
    assert later.status_code == 401


async def test_changing_the_password_needs_the_one_in_use(browser: httpx.AsyncClient) -> None:
    new = {"password": "toinen pitkä salasana"}

    refused = await browser.patch("/api/v1/me", json=new, headers=OWN)
    changed = await browser.patch(
        "/api/v1/me", json={**new, "current_password": PASSWORD}, headers=OWN
    )
    weak = await browser.patch("/api/v1/me", json={"password": "lyhyt"}, headers=OWN)

    assert code_of(refused) == "wrong_password"
    assert refused.json()["field"] == "current_password"
    assert changed.status_code == 200
    assert weak.json()["field"] == "password"
    form = {"email": "aino@example.org", **new}
    assert (await browser.post("/api/v1/sign-in", json=form)).status_code == 200


async def test_the_administrator_makes_and_ends_accounts(cast: Cast, running: Application) -> None:
    form = {"name": "Uusi", "email": "Uusi@example.org", "password": PASSWORD, "language": "sv"}
    boss = cast.administrator.client

    made = await boss.post("/api/v1/users", json=form)
    twice = await boss.post("/api/v1/users", json=form)
    client = await running.client()
    credentials = {"email": "uusi@example.org", "password": PASSWORD}
    assert (await client.post("/api/v1/sign-in", json=credentials)).status_code == 200
    ended = await boss.post(f"/api/v1/users/{made.json()['id']}/deactivate")

    assert made.json()["language"] == "sv"
    assert code_of(twice) == "email_taken"
    assert ended.json()["deactivated_at"]
    assert (await client.get("/api/v1/me")).status_code == 401
    assert (await client.post("/api/v1/refresh", headers=OWN)).status_code == 401
    assert (await client.post("/api/v1/sign-in", json=credentials)).status_code == 401


async def test_nobody_can_shut_oneself_out(cast: Cast) -> None:
    answer = await cast.administrator.client.post(
        f"/api/v1/users/{cast.administrator.id}/deactivate"
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("who", ["coordinator", "researcher", "alice", "bob", "olga", "mallory"])
async def test_users_are_the_administrators_business(who: str, cast: Cast) -> None:
    client = getattr(cast, who).client
    form = {"name": "X", "email": "x@example.org", "password": PASSWORD}

    assert (await client.get("/api/v1/users")).status_code == 403
    assert (await client.post("/api/v1/users", json=form)).status_code == 403
    assert (await client.post(f"/api/v1/users/{cast.bob.id}/deactivate")).status_code == 403


async def test_a_list_comes_in_pages_that_join_without_gap_or_repeat(
    cast: Cast, running: Application
) -> None:
    client = cast.administrator.client
    whole = (await client.get("/api/v1/users")).json()["items"]

    seen, cursor = [], None
    while True:
        params = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/api/v1/users", params=params)).json()
        assert len(page["items"]) <= 3
        seen += page["items"]
        if (cursor := page["next_cursor"]) is None:
            break

    assert seen == whole
    assert len(seen) == 8
    bad = await client.get("/api/v1/users", params={"cursor": "not one of ours"})
    assert bad.json()["field"] == "cursor"


async def test_a_garbled_or_foreign_token_signs_nobody_in(running: Application, cast: Cast) -> None:
    user = User(name="Ghost")
    ghost = await running.client(user)
    assert code_of(await ghost.get("/api/v1/me")) == "not_signed_in"
    for token in ("x", "a.b.c", "null"):
        answer = await cast.nobody.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert code_of(answer) == "not_signed_in"
