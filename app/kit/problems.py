"""Refusals on HTTP, as problem details (RFC 9457) in the caller's language."""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException

from app.kit.context import Context
from app.kit.errors import Refusal

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
CODES = {
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
}


def install(app: FastAPI) -> None:
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(IntegrityError, _conflict)
    app.add_exception_handler(Exception, _unexpected)


def language_of(request: Request) -> str:
    """The language a page or a person chose, else the browser's."""
    context: Context = request.app.state.context
    chosen = request.cookies.get("emessi_language", "")
    if chosen in ("fi", "sv", "en"):
        return chosen
    return context.languages.negotiate(request.headers.get("accept-language", ""))


def problem(
    request: Request,
    code: str,
    status: int,
    values: Mapping[str, object] = MappingProxyType({}),
    **more: Any,
) -> JSONResponse:
    """`values`: for the blanks of the sentence."""
    context: Context = request.app.state.context
    title = context.languages.text(f"problem.{code}", language_of(request), **values)
    body = {"type": f"urn:emessi:problem:{code}", "title": title, "status": status}
    body |= {name: value for name, value in more.items() if value is not None}
    return JSONResponse(body, status, media_type=MEDIA_TYPE)


async def _refusal(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    more = {"field": error.field, **error.details}
    return problem(request, error.code, error.status, error.values, **more)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        {"field": ".".join(str(part) for part in e["loc"][1:]), "reason": e["type"]}
        for e in error.errors()
    ]
    field = errors[0]["field"] if errors else None
    return problem(request, "invalid", 422, field=field, errors=errors)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    answer = problem(request, CODES.get(error.status_code, "refused"), error.status_code)
    answer.headers.update(error.headers or {})
    return answer


async def _conflict(request: Request, error: Exception) -> JSONResponse:
    """Two requests wrote the same thing at once; one of them won. Nothing of this one was kept."""
    return problem(request, "conflict", 409)


async def store_away(request: Request, error: Exception) -> JSONResponse:
    """The store, or the folder of its keys, may answer in a moment. (Which errors say so, is told
    by who knows them.)"""
    logger.warning("the store is out of reach: %s", error)
    return problem(request, "store_away", 503)


async def not_in_store(request: Request, error: Exception) -> JSONResponse:
    """The books name a file that the store does not have: it is being erased, or was lost."""
    logger.error("a file is not in the store")
    return problem(request, "not_found", 404)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    logger.error("a request failed: %s", type(error).__name__, exc_info=error)
    return problem(request, "internal", 500)
