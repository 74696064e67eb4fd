"""The description of the REST API, made of its OpenAPI document, without scripts from elsewhere."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.web.visit import Looking, PageRoute

router = APIRouter(route_class=PageRoute)


@router.get("/api/v1/docs")
async def reference(visit: Looking) -> HTMLResponse:
    document = visit.request.app.openapi()
    schemas = document["components"]["schemas"]
    operations = [
        (operation["tags"][0], method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    operations.sort(key=lambda each: each[0])
    sections = [
        (tag, [(method, path, operation) for _, method, path, operation in of_tag])
        for tag, of_tag in groupby(operations, key=lambda each: each[0])
    ]

    def fields(operation: dict[str, Any]) -> list[tuple[str, str]]:
        return list(_fields(operation, schemas))

    return visit.page("reference.html", document=document, sections=sections, fields=fields)


def _fields(operation: dict[str, Any], schemas: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a request's body holds, with the words of the form."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    schema = schemas.get(name, {})
    for field, details in schema.get("properties", {}).items():
        needed = "required" if field in schema.get("required", []) else "optional"
        yield field, f"{_kind(details)}, {needed}"


def _kind(details: dict[str, Any]) -> str:
    if "anyOf" in details:
        return " | ".join(_kind(each) for each in details["anyOf"])
    if "enum" in details:
        return " | ".join(map(str, details["enum"]))
    return str(
        details.get("format") or details.get("type") or details.get("$ref", "").split("/")[-1]
    )
