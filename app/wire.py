"""The signalling protocol, described where the REST API is: as AsyncAPI, and as a page."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.web.visit import Looking, PageRoute
from signalling import asyncapi

router = APIRouter(tags=["signalling"], include_in_schema=False)
pages = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/asyncapi.json")
async def document() -> dict[str, Any]:
    return asyncapi.document()


@pages.get("/signalling")
async def page(visit: Looking) -> HTMLResponse:
    described = asyncapi.document()
    schemas = described["components"]["schemas"]
    messages = described["components"]["messages"]

    def of(operation: str) -> list[tuple[str, str, dict[str, Any]]]:
        names = [each["$ref"].rpartition("/")[2] for each in operation_messages(operation)]
        return [
            (name, messages[name]["summary"], _fields(messages[name], schemas)) for name in names
        ]

    def operation_messages(operation: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = described["operations"][operation]["messages"]
        return found

    return visit.page(
        "signalling.html",
        description=described["info"]["description"],
        sections=[("Commands", of("command")), ("Facts", of("fact"))],
    )


def _fields(message: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    name = message["payload"]["$ref"].rpartition("/")[2]
    properties: dict[str, Any] = schemas[name].get("properties", {})
    return {
        field: _kind(details)
        for field, details in properties.items()
        if field not in ("type", "ref")
    }


def _kind(details: dict[str, Any]) -> str:
    if "anyOf" in details:
        return " | ".join(_kind(each) for each in details["anyOf"])
    if "enum" in details:
        return " | ".join(map(str, details["enum"]))
    if details.get("type") == "array":
        return f"[{_kind(details['items'])}]"
    if "$ref" in details:
        return str(details["$ref"]).rpartition("/")[2]
    return str(details.get("format") or details.get("type", "any"))


router.include_router(pages)
