"""One look at one page: who looks, in which language, through which database transaction.

Someone whose access token has run out is signed in anew by the refresh token, unnoticed. What a
rule refuses becomes a page that says so, in the reader's language.
"""

import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import signing
from app.accounts.actor import Actor
from app.accounts.http import ACCESS_COOKIE, LANGUAGE_COOKIE, REFRESH_COOKIE, set_cookies
from app.accounts.models import User
from app.audit import figures
from app.audit.figures import Of
from app.kit.context import Context
from app.kit.errors import NotFound, NotSignedIn, Refusal
from app.kit.http import Ctx, context_of
from app.kit.languages import LANGUAGES
from app.kit.permissions import Action
from app.web.rendering import Templates

logger = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Visit:
    request: Request
    context: Context
    db: AsyncSession
    language: str
    user: User | None

    @property
    def actor(self) -> Actor:
        """Who looks; sends everyone else to the sign-in page."""
        if self.user is None:
            raise NotSignedIn
        return Actor(self.user.id, self.user.is_administrator, self.user.language)

    def text(self, key: str, **values: object) -> str:
        return self.context.languages.text(key, self.language, **values)

    async def looked(self, kind: str, of: Of, action: Action = Action.READ_TURNS) -> None:
        """At figures that tell of people; before they are shown."""
        await figures.told(self.context.database, self.db, self.actor, kind, of, action=action)

    def page(self, template: str, **values: Any) -> HTMLResponse:
        return _render(self.request, template, self.language, self.user, **values)


def read(parse: Callable[[str], T], value: str) -> T | None:
    """A field of a form that asks by address: an empty one asks for nothing."""
    try:
        return parse(value) if value else None
    except ValueError:
        raise NotFound from None


async def _visit(request: Request, context: Ctx) -> AsyncIterator[Visit]:
    user = await _signed_in(request, context)
    language = _language(request, context, user)
    async with context.database.reading() as db:
        yield Visit(request, context, db, language, user)


Looking = Annotated[Visit, Depends(_visit, scope="function")]


async def _signed_in(request: Request, context: Context) -> User | None:
    try:
        access = context.tokens.read_access(request.cookies.get(ACCESS_COOKIE, ""))
    except NotSignedIn:
        return await _renewed(request, context)
    async with context.database.reading() as db:
        user = await db.get(User, access.user_id)
    request.state.user = user if user is not None and user.deactivated_at is None else None
    return request.state.user  # type: ignore[no-any-return]


async def _renewed(request: Request, context: Context) -> User | None:
    secret = request.cookies.get(REFRESH_COOKIE)
    if not secret:
        return None
    async with context.database.transaction() as db:
        done = await signing.refresh(db, context.tokens, secret)
    if done is None:
        return None
    request.state.renewed = done
    request.state.user = done.user
    return done.user


def _language(request: Request, context: Context, user: User | None) -> str:
    """What was chosen last, else the account's language, else the browser's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    if user is not None:
        return user.language
    return context.languages.negotiate(request.headers.get("accept-language", ""))


def _render(
    request: Request,
    template: str,
    language: str,
    user: User | None,
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    context = context_of(request)
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    common = {"user": user, "here": quote(here, safe=""), "languages": LANGUAGES}
    templates = Templates(context.languages)
    return templates.render(template, language, {**common, **values}, status=status)


class PageRoute(APIRoute):
    """A route whose refusals are pages, and whose renewed sign-in reaches the browser."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_page(request: Request) -> Response:
            try:
                response = await handle(request)
            except NotSignedIn:
                here = quote(request.url.path, safe="/")
                response = RedirectResponse(f"/sign-in?next={here}", 303)
            except Refusal as refusal:
                response = _failure(request, refusal.code, refusal.status)
            except RequestValidationError:
                response = _failure(request, "not_found", 404)
            except Exception:
                logger.exception("a page failed")
                response = _failure(request, "internal", 500)
            renewed = getattr(request.state, "renewed", None)
            if renewed is not None:
                set_cookies(request, response, renewed)
            return response

        return handle_page


def _failure(request: Request, code: str, status: int) -> HTMLResponse:
    user: User | None = getattr(request.state, "user", None)
    language = _language(request, context_of(request), user)
    return _render(request, "failure.html", language, user, status, code=code)
