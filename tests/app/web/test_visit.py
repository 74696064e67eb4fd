"""Who looks, in which language, and what a refusal looks like."""

import pytest

from app.accounts import signing
from app.accounts.http import ACCESS_COOKIE, REFRESH_COOKIE
from tests.app.web.conftest import Browser
from tests.fixtures.application import Application
from tests.fixtures.cast import Cast


async def test_nobody_is_sent_to_sign_in_and_back(browser: Browser, cast: Cast) -> None:
    answer = await (await browser()).get(f"/groups/{cast.group_id}")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next=/groups/{cast.group_id}"


async def test_an_access_token_that_ran_out_is_renewed_unnoticed(
    browser: Browser, running: Application, cast: Cast
) -> None:
    async with running.context.database.transaction() as db:
        signed_in = await signing.sign_in(db, running.context.tokens, cast.bob.user)
    visitor = await browser()
    visitor.cookies.set(REFRESH_COOKIE, signed_in.refresh)
    answer = await visitor.get("/")
    assert answer.status_code == 200
    assert answer.cookies[ACCESS_COOKIE]
    assert answer.cookies[REFRESH_COOKIE] != signed_in.refresh


async def test_the_renewal_is_kept_even_when_the_page_is_not_found(
    browser: Browser, running: Application, cast: Cast
) -> None:
    async with running.context.database.transaction() as db:
        signed_in = await signing.sign_in(db, running.context.tokens, cast.mallory.user)
    visitor = await browser()
    visitor.cookies.set(REFRESH_COOKIE, signed_in.refresh)
    answer = await visitor.get(f"/groups/{cast.group_id}")
    assert answer.status_code == 404
    assert answer.cookies[ACCESS_COOKIE]


async def test_a_stranger_learns_nothing(browser: Browser, cast: Cast) -> None:
    visitor = await browser(cast.mallory)
    real = await visitor.get(f"/groups/{cast.group_id}")
    made_up = await visitor.get(f"/groups/{cast.programme_id}")
    assert real.status_code == made_up.status_code == 404
    assert real.text.replace(str(cast.group_id), "") == made_up.text.replace(
        str(cast.programme_id), ""
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [("fi", "Sivua ei löydy"), ("sv", "Sidan finns inte"), ("en", "Page not found")],
)
async def test_a_refusal_is_a_page_in_the_readers_language(
    browser: Browser, language: str, words: str
) -> None:
    answer = await (await browser(None, language)).get("/groups/no-uuid")
    assert answer.status_code == 404
    assert words in answer.text


async def test_pages_run_no_script_but_our_own(browser: Browser) -> None:
    answer = await (await browser()).get("/sign-in")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
