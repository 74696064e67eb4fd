"""Set-up, sign-in, oneself, and the users of the installation."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import select

from app.accounts import service, signing
from app.accounts.forms import (
    MeUpdate,
    Refresh,
    SetUp,
    SignedInPublic,
    SignIn,
    UserCreate,
    UserPublic,
)
from app.accounts.http import (
    REFRESH_COOKIE,
    CurrentActor,
    clear_cookies,
    require_own_page,
    welcome,
)
from app.accounts.models import User
from app.accounts.passwords import Failures
from app.kit.db import now
from app.kit.errors import NotSignedIn
from app.kit.http import Ctx, Db, Page, Paging
from app.kit.idempotency import Idempotent
from app.kit.paging import page

router = APIRouter(tags=["accounts"])


@router.post("/set-up", status_code=201)
async def set_up(
    form: SetUp, db: Db, context: Ctx, request: Request, response: Response
) -> SignedInPublic:
    """Make the first administrator by the one-time link."""
    user = await service.set_up(db, **form.model_dump())
    return welcome(request, response, await signing.sign_in(db, context.tokens, user))


@router.post("/sign-in")
async def sign_in(
    form: SignIn, db: Db, context: Ctx, request: Request, response: Response
) -> SignedInPublic:
    failures: Failures = request.app.state.failures
    account = form.email.lower()
    failures.expect(account, now())
    async with context.database.reading() as view:  # hashing takes long; no lock is held meanwhile
        user_id = (await service.with_password(view, form.email, form.password)).id
    failures.forgive(account)
    user = await service.get(db, user_id)
    return welcome(request, response, await signing.sign_in(db, context.tokens, user))


@router.post("/refresh")
async def refresh(
    db: Db, context: Ctx, request: Request, response: Response, form: Refresh | None = None
) -> SignedInPublic:
    """A new access token, and the next refresh token; the old one is spent."""
    signed_in = await signing.refresh(db, context.tokens, _refresh_token(request, form))
    if signed_in is None:
        await db.commit()  # that a stolen chain was ended is kept, although the request is refused
        raise NotSignedIn
    return welcome(request, response, signed_in)


@router.post("/sign-out", status_code=204)
async def sign_out(
    db: Db, request: Request, response: Response, form: Refresh | None = None
) -> None:
    await signing.sign_out(db, _refresh_token(request, form))
    clear_cookies(response)


@router.get("/me", response_model=UserPublic)
async def me(db: Db, actor: CurrentActor) -> User:
    return await service.get(db, actor.user_id)


@router.patch("/me", response_model=UserPublic)
async def change_me(form: MeUpdate, db: Db, actor: CurrentActor) -> User:
    return await service.change(db, actor, **form.model_dump())


@router.get("/users")
async def users(db: Db, actor: CurrentActor, window: Paging) -> Page[UserPublic]:
    service.require_administrator(actor)
    return await page(db, select(User), User.id, window, UserPublic)


@router.post("/users", status_code=201)
async def create_user(
    form: UserCreate, db: Db, actor: CurrentActor, once: Idempotent
) -> UserPublic:
    fields = form.model_dump()
    return await once(db, actor.user_id, UserPublic, lambda: service.create(db, actor, **fields))


@router.post("/users/{user_id}/deactivate", response_model=UserPublic)
async def deactivate_user(user_id: UUID, db: Db, actor: CurrentActor) -> User:
    user = await service.deactivate(db, actor, user_id)
    await signing.end_all(db, user_id)
    return user


def _refresh_token(request: Request, form: Refresh | None) -> str:
    if form is not None and form.refresh_token is not None:
        return form.refresh_token
    require_own_page(request)
    return request.cookies.get(REFRESH_COOKIE, "")
