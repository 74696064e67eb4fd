"""What routes ask for: the context, one transaction per request, a page of a list."""

import base64
import binascii
import math
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, field_validator
from sqlmodel.ext.asyncio.session import AsyncSession

from app.kit.context import Context
from app.kit.db import now
from app.kit.errors import Invalid
from app.kit.file_names import attachment

T = TypeVar("T")
READING = frozenset({"GET", "HEAD", "OPTIONS"})


def context_of(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


async def _db(request: Request) -> AsyncIterator[AsyncSession]:
    database = context_of(request).database
    reading = request.method in READING
    async with database.reading() if reading else database.transaction() as db:
        yield db


Ctx = Annotated[Context, Depends(context_of)]
Db = Annotated[AsyncSession, Depends(_db, scope="function")]
"""One transaction: committed before the response is sent, rolled back if the route raises."""


async def _reading(request: Request) -> AsyncIterator[AsyncSession]:
    async with context_of(request).database.reading() as db:
        yield db


ReadingDb = Annotated[AsyncSession, Depends(_reading, scope="function")]
"""The same for a POST of which nothing is kept: nobody who writes waits for it. What it must tell
the audit log is a transaction of its own, which would wait for one of the request's."""


async def _asked() -> datetime:
    return now()


Asked = Annotated[datetime, Depends(_asked)]
"""When the request came. Ask for it first: what stands before it in a route may have waited for
somebody else's write."""


class Form(BaseModel):
    """The base of everything a client may send: no field that we do not know."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @field_validator("*")
    @classmethod
    def _without_nul(cls, value: object) -> object:
        """PostgreSQL cannot keep a NUL in a text."""
        if isinstance(value, str) and "\0" in value:
            raise ValueError("a text without NUL")
        return value


class Public(BaseModel):
    """The base of everything we answer."""

    model_config = ConfigDict(from_attributes=True)


def number(value: float | None) -> float | None:
    """There is no NaN in JSON, nor in a table that people open."""
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 6)
    return value


Number = Annotated[float | None, BeforeValidator(number)]
"""A figure of an analysis; None where it is undefined."""


def download(content: bytes | str, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": attachment(name)}
    return Response(content, media_type=media_type, headers=headers)


class Page(BaseModel, Generic[T]):
    items: list[T]
    next_cursor: str | None = None


class Window:
    """Which part of a list is wanted: at most `limit` rows after the one the cursor names."""

    def __init__(
        self,
        cursor: Annotated[str | None, Query(max_length=40)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> None:
        self.limit = limit
        self.after = _decoded(cursor) if cursor else None


Paging = Annotated[Window, Depends()]


def cursor_of(id_: UUID) -> str:
    return base64.urlsafe_b64encode(id_.bytes).decode().rstrip("=")


def _decoded(cursor: str) -> UUID:
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        raise Invalid(field="cursor") from None
