"""Signing in as people do, with a sign-in that can run out and be renewed."""

from playwright.async_api import Page
from sqlmodel import col, update

from app.accounts import passwords
from app.accounts.http import ACCESS_COOKIE
from app.accounts.models import User
from tests.browser.conftest import Site

PASSWORD = "kolme kissaa ja kuu"


async def sign_in(page: Page, site: Site, user: User) -> None:
    """By e-mail and password, on the page for it."""
    async with site.context.database.transaction() as db:
        password_hash = await passwords.make_hash(PASSWORD)
        await db.exec(
            update(User).where(col(User.id) == user.id).values(password_hash=password_hash)
        )
    await page.goto(f"{site.url}/sign-in")
    await page.fill("input[name=email]", user.email or "")
    await page.fill("input[name=password]", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{site.url}/")


async def run_out(page: Page) -> None:
    """As after a quarter of an hour: the access is gone, and may be had anew."""
    await page.context.clear_cookies(name=ACCESS_COOKIE)
