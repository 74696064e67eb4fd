"""Who has an account, and how the first administrator gets one."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import passwords
from app.accounts.actor import Actor
from app.accounts.models import SetUpToken, User
from app.kit.db import now
from app.kit.errors import NotAllowed, NotFound, Refusal
from app.kit.tokens import hashed, new_secret

SET_UP_FOR = timedelta(days=1)


class EmailTaken(Refusal):
    code = "email_taken"


class LinkUsed(Refusal):
    code = "link_used"


class WrongPassword(Refusal):
    code = "wrong_password"
    status = 401


async def make_set_up_link(db: AsyncSession) -> str | None:
    """The secret of a new one-time link; None when there is an administrator already."""
    if (await db.exec(select(User).where(User.is_administrator))).first() is not None:
        return None
    for old in (await db.exec(select(SetUpToken))).all():
        await db.delete(old)
    secret = new_secret()
    db.add(SetUpToken(token_hash=hashed(secret), expires_at=now() + SET_UP_FOR))
    return secret


async def set_up(
    db: AsyncSession, *, token: str, name: str, email: str, password: str, language: str
) -> User:
    """Makes the first administrator; the link is spent."""
    query = select(SetUpToken).where(SetUpToken.token_hash == hashed(token)).with_for_update()
    link = (await db.exec(query)).one_or_none()
    if link is None or link.used_at is not None or link.expires_at < now():
        raise LinkUsed(field="token")
    user = await add(db, name=name, email=email, password=password, language=language)
    user.is_administrator = True
    link.used_at = now()
    return user


async def add(
    db: AsyncSession,
    *,
    name: str,
    language: str,
    email: str | None = None,
    password: str | None = None,
) -> User:
    """A new account. Without e-mail and password it can be entered by links only."""
    address = _normal(email)
    if address is not None and await by_email(db, address) is not None:
        raise EmailTaken(field="email")
    password_hash = await passwords.make_hash(password) if password else None
    user = User(name=name, email=address, password_hash=password_hash, language=language)
    db.add(user)
    await db.flush()
    return user


async def create(
    db: AsyncSession, actor: Actor, *, name: str, email: str, password: str, language: str
) -> User:
    require_administrator(actor)
    return await add(db, name=name, email=email, password=password, language=language)


async def by_email(db: AsyncSession, email: str) -> User | None:
    return (await db.exec(select(User).where(User.email == _normal(email)))).one_or_none()


async def get(db: AsyncSession, user_id: UUID) -> User:
    user = await db.get(User, user_id)
    if user is None:
        raise NotFound
    return user


async def with_password(db: AsyncSession, email: str, password: str) -> User:
    """The active account that this e-mail and password open; raises WrongPassword."""
    user = await by_email(db, email)
    right = await passwords.matches(password, user.password_hash if user else None)
    if user is None or not right or user.deactivated_at is not None:
        raise WrongPassword
    return user


async def change(
    db: AsyncSession,
    actor: Actor,
    *,
    name: str | None,
    language: str | None,
    password: str | None,
    current_password: str | None,
) -> User:
    """One's own name, language or password; a new password needs the one in use."""
    user = await get(db, actor.user_id)
    if password is not None:
        known = user.password_hash is None
        if not known and not await passwords.matches(current_password or "", user.password_hash):
            raise WrongPassword(field="current_password")
        user.password_hash = await passwords.make_hash(password)
    user.name = name or user.name
    user.language = language or user.language
    return user


async def deactivate(db: AsyncSession, actor: Actor, user_id: UUID) -> User:
    """Ends every way in for an account; what it did stays. Nobody can shut oneself out."""
    require_administrator(actor)
    user = await get(db, user_id)
    if user.id == actor.user_id:
        raise NotAllowed(field="user_id")
    user.deactivated_at = user.deactivated_at or now()
    return user


async def named(db: AsyncSession, ids: list[UUID]) -> dict[UUID, User]:
    users = (await db.exec(select(User).where(col(User.id).in_(ids)))).all()
    return {user.id: user for user in users}


def require_administrator(actor: Actor) -> None:
    if not actor.is_administrator:
        raise NotAllowed


def _normal(email: str | None) -> str | None:
    return email.strip().lower() if email and email.strip() else None
