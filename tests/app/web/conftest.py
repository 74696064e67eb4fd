"""Browsers for the cast: signed in by cookie, as pages are looked at."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from app.accounts.http import ACCESS_COOKIE, LANGUAGE_COOKIE
from app.kit.tokens import Access
from tests.fixtures.application import Application
from tests.fixtures.cast import Person

Browser = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
def browser(running: Application) -> Browser:
    async def open_browser(person: Person | None = None, language: str = "fi") -> httpx.AsyncClient:
        client = await running.client()
        client.cookies.set(LANGUAGE_COOKIE, language)
        if person is not None:
            user = person.user
            access = Access(user.id, user.is_administrator, user.language)
            client.cookies.set(ACCESS_COOKIE, running.context.tokens.access(access))
        return client

    return open_browser
