"""The OpenAPI document: FastAPI's, with every refusal as the problem details it really is."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field

from app.kit.problems import MEDIA_TYPE

DESCRIPTION = """\
Errors are problem details (RFC 9457): `type` is stable, `title` is for people and comes in the
language of `Accept-Language`, `field` names what was at fault. Lists come in pages: give
`next_cursor` back as `cursor`. A `POST` that creates may carry an `Idempotency-Key`; sent again
with the same key and body it is done once and answered alike. Times are UTC, ISO 8601.
"""


class FieldError(BaseModel):
    field: str
    reason: str


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = Field(examples=["urn:emessi:problem:not_found"])
    title: str
    status: int
    field: str | None = None
    errors: list[FieldError] | None = None


def install(app: FastAPI) -> None:
    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs")
    schemas["Problem"] = problem
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operation in _operations(document):
        operation["responses"].pop("422", None)
        operation["responses"]["4XX"] = {"description": "Refused", "content": content}
    return document


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()
