"""Staying signed in: a chain of refresh tokens, each good for one use.

A token that is used again after its successor was used tells of a thief: its family ends. A short
grace forgives two tabs that refresh at the same moment.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import RefreshToken, User
from app.kit.db import now
from app.kit.errors import NotSignedIn
from app.kit.ids import new_id
from app.kit.tokens import Access, Tokens, hashed, new_secret

REFRESH_FOR = timedelta(days=60)
"""A member meets monthly and must not lose the way in. Lower: more re-entry links are asked for."""
GRACE = timedelta(seconds=30)
"""Two tabs may use one token within this. Higher: a thief has longer to go unnoticed."""


@dataclass(frozen=True)
class SignedIn:
    user: User
    access: str
    refresh: str


async def sign_in(db: AsyncSession, tokens: Tokens, user: User) -> SignedIn:
    return await _link(db, tokens, user, new_id())


async def refresh(db: AsyncSession, tokens: Tokens, secret: str) -> SignedIn | None:
    """The next link of the chain; None when nobody is signed in by it any longer.

    It returns instead of raising, because ending a stolen family must be committed.
    """
    query = select(RefreshToken).where(RefreshToken.token_hash == hashed(secret)).with_for_update()
    token = (await db.exec(query)).one_or_none()
    moment = now()
    if token is None or token.ended_at is not None or token.expires_at < moment:
        return None
    if token.spent_at is not None and moment - token.spent_at > GRACE:
        await end_family(db, token.family)
        return None
    user = await db.get(User, token.user_id)
    if user is None or user.deactivated_at is not None:
        return None
    token.spent_at = token.spent_at or moment
    return await _link(db, tokens, user, token.family)


async def sign_out(db: AsyncSession, secret: str) -> None:
    query = select(RefreshToken).where(RefreshToken.token_hash == hashed(secret))
    token = (await db.exec(query)).one_or_none()
    if token is not None:
        await end_family(db, token.family)


async def end_family(db: AsyncSession, family: UUID) -> None:
    chain = update(RefreshToken).where(col(RefreshToken.family) == family)
    await db.exec(chain.values(ended_at=now()))


async def end_all(db: AsyncSession, user_id: UUID) -> None:
    chains = update(RefreshToken).where(col(RefreshToken.user_id) == user_id)
    await db.exec(chains.values(ended_at=now()))


async def _link(db: AsyncSession, tokens: Tokens, user: User, family: UUID) -> SignedIn:
    if user.deactivated_at is not None:
        raise NotSignedIn
    secret = new_secret()
    db.add(
        RefreshToken(
            user_id=user.id,
            family=family,
            token_hash=hashed(secret),
            expires_at=now() + REFRESH_FOR,
        )
    )
    access = tokens.access(Access(user.id, user.is_administrator, user.language))
    return SignedIn(user, access, secret)
