"""Who is signed in, on HTTP: a bearer token, or cookies that only our own pages may use."""

from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from app.accounts.actor import Actor
from app.accounts.forms import SignedInPublic, UserPublic
from app.accounts.models import User
from app.accounts.signing import REFRESH_FOR, SignedIn
from app.kit.errors import NotAllowed, NotSignedIn
from app.kit.http import READING, Ctx, Db, context_of
from app.kit.tokens import ACCESS_FOR

ACCESS_COOKIE = "emessi_access"
REFRESH_COOKIE = "emessi_refresh"
LANGUAGE_COOKIE = "emessi_language"


_bearer = HTTPBearer(auto_error=False, description="The access token of a sign-in.")
_cookie = APIKeyCookie(
    name=ACCESS_COOKIE, auto_error=False, description="Set by a sign-in; for our own pages."
)


async def _actor(
    request: Request,
    context: Ctx,
    db: Db,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> Actor:
    token = bearer.credentials if bearer is not None else cookie
    if token is None:
        raise NotSignedIn
    if bearer is None and request.method not in READING:
        require_own_page(request)
    access = context.tokens.read_access(token)
    user = await db.get(User, access.user_id)
    if user is None or user.deactivated_at is not None:
        raise NotSignedIn
    return Actor(user.id, user.is_administrator, user.language)


CurrentActor = Annotated[Actor, Depends(_actor)]
"""A route without it is visibly public."""


async def _patient(
    request: Request,
    context: Ctx,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> Actor:
    async with context.database.reading() as db:
        return await _actor(request, context, db, bearer, cookie)


PatientActor = Annotated[Actor, Depends(_patient)]
"""For what takes long, an upload, or keeps nothing: no transaction is held open meanwhile."""


def require_own_page(request: Request) -> None:
    """Cookies travel with other sites' requests too; those are refused.

    `Sec-Fetch-Site` is sent by every browser we support; `Origin` stands in for older ones.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        own = site in ("same-origin", "none")
    else:
        origin = request.headers.get("origin", "")
        own = origin.split("://")[-1] == request.headers.get("host")
    if not own:
        raise NotAllowed


def set_cookies(request: Request, response: Response, signed_in: SignedIn) -> None:
    secure = context_of(request).settings.public_url.startswith("https://")
    for name, value, lifetime in (
        (ACCESS_COOKIE, signed_in.access, ACCESS_FOR),
        (REFRESH_COOKIE, signed_in.refresh, REFRESH_FOR),
    ):
        response.set_cookie(
            name,
            value,
            max_age=int(lifetime.total_seconds()),
            httponly=True,
            secure=secure,
            samesite="lax",
        )
    response.set_cookie(
        LANGUAGE_COOKIE,
        signed_in.user.language,
        max_age=int(REFRESH_FOR.total_seconds()),
        secure=secure,
        samesite="lax",
    )


def welcome(request: Request, response: Response, signed_in: SignedIn) -> SignedInPublic:
    """Signs a browser in by cookies and a program by the answer."""
    set_cookies(request, response, signed_in)
    return SignedInPublic(
        user=UserPublic.model_validate(signed_in.user),
        access_token=signed_in.access,
        refresh_token=signed_in.refresh,
    )


def clear_cookies(response: Response) -> None:
    response.delete_cookie(ACCESS_COOKIE)
    response.delete_cookie(REFRESH_COOKIE)
