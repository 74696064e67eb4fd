"""A write that is sent twice with the same `Idempotency-Key` is done once.

The first answer is kept beside what was asked, in the same transaction as the write itself, and
given again. The same key with another request is refused.
"""

import hmac
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlmodel import Field, SQLModel, col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit.db import UtcDateTime, now
from app.kit.errors import Refusal
from app.kit.http import context_of

P = TypeVar("P", bound=BaseModel)

KEPT_FOR = timedelta(days=1)
"""Lower: a late retry writes twice. Higher: a larger table."""


class KeyReused(Refusal):
    code = "idempotency_key_reused"


class IdempotentReply(SQLModel, table=True):
    __tablename__ = "idempotent_replies"

    actor: UUID = Field(primary_key=True)
    key: str = Field(primary_key=True, max_length=200)
    request_hash: str = Field(max_length=64)
    body: str
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Once:
    """Asked for by a route that creates: `return await once(db, actor, Public, make)`."""

    def __init__(
        self,
        request: Request,
        idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
    ) -> None:
        self._request = request
        self._key = idempotency_key

    async def __call__(
        self,
        db: AsyncSession,
        actor: UUID,
        answer: type[P],
        make: Callable[[], Awaitable[object]],
    ) -> P:
        if self._key is None:
            return answer.model_validate(await make())
        asked = await self._hash()
        kept = await db.get(IdempotentReply, (actor, self._key))
        if kept is not None:
            if kept.request_hash != asked:
                raise KeyReused(field="Idempotency-Key")
            return answer.model_validate_json(kept.body)
        made = answer.model_validate(await make())
        reply = IdempotentReply(
            actor=actor, key=self._key, request_hash=asked, body=made.model_dump_json()
        )
        db.add(reply)
        old = col(IdempotentReply.created_at) < now() - KEPT_FOR
        await db.exec(delete(IdempotentReply).where(old))
        return made

    async def _hash(self) -> str:
        """Keyed, because a request may hold a password that a plain hash would give away."""
        asked = f"{self._request.method} {self._request.url.path}\n".encode()
        key = context_of(self._request).keys.tokens
        return hmac.digest(key, asked + await self._request.body(), "sha256").hex()


Idempotent = Annotated[Once, Depends()]
