"""The API's reference page, made from the OpenAPI document: readable offline, without a script."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.web.visit import Looking, PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """What a value is: words, and the name of a schema to look up."""

    text: str
    schema: str | None = None


@dataclass(frozen=True)
class Value:
    """A parameter, or a field of a schema."""

    name: str
    kind: Kind
    required: bool
    place: str = ""
    limits: str = ""


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    title: str
    text: str
    public: bool
    parameters: list[Value]
    body: Kind | None
    answers: list[tuple[str, Kind | None]]


@dataclass
class Section:
    name: str
    operations: list[Operation] = field(default_factory=list)


@router.get("/api/v1/docs")
async def reference(visit: Looking) -> HTMLResponse:
    document = visit.request.app.openapi()
    return visit.page(
        "reference.html",
        sections=sections(document),
        schemas=schemas(document),
        version=document["info"]["version"],
        about=document["info"]["description"],
    )


def sections(document: Schema) -> list[Section]:
    """The operations by their tag, in the document's order."""
    found: dict[str, Section] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = operation["tags"][0]
            section = found.setdefault(tag, Section(tag))
            section.operations.append(_operation(method, path, operation))
    return list(found.values())


def schemas(document: Schema) -> dict[str, tuple[str, list[Value]]]:
    """Every named shape: what it is, and its fields; an enumeration has none."""
    return {
        name: (schema.get("description") or _limits(schema), list(_fields(schema)))
        for name, schema in sorted(document["components"]["schemas"].items())
    }


def _operation(method: str, path: str, operation: Schema) -> Operation:
    content = operation.get("requestBody", {}).get("content", {})
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        title=operation["summary"],
        text=operation.get("description", ""),
        public="security" not in operation,
        parameters=[
            Value(
                each["name"],
                kind(each["schema"]),
                each.get("required", False),
                each["in"],
                _limits(each["schema"]),
            )
            for each in operation.get("parameters", [])
        ],
        body=_kind_of(content),
        answers=[
            (status, _kind_of(answer.get("content", {})))
            for status, answer in operation["responses"].items()
        ],
    )


def _kind_of(content: Schema) -> Kind | None:
    for media_type, shape in content.items():
        return kind(shape["schema"]) if shape.get("schema") else Kind(media_type)
    return None


def _fields(schema: Schema) -> Iterator[Value]:
    required = schema.get("required", [])
    for name, shape in schema.get("properties", {}).items():
        yield Value(name, kind(shape), name in required, limits=_limits(shape))


def kind(schema: Schema) -> Kind:
    """A short name of what fits a schema."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return Kind(name, name)
    if "anyOf" in schema:
        kinds = [kind(each) for each in schema["anyOf"]]
        named = next((each.schema for each in kinds if each.schema), None)
        return Kind(" or ".join(each.text for each in kinds), named)
    if schema.get("type") == "array":
        inner = kind(schema.get("items", {}))
        return Kind(f"list of {inner.text}", inner.schema)
    return Kind(schema.get("format") or schema.get("type") or "anything")


LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "from {}",
    "maximum": "to {}",
    "default": "otherwise {}",
}


def _limits(schema: Schema) -> str:
    own = {**schema}
    for each in schema.get("anyOf", []):
        own |= each
    words = [text.format(own[name]) for name, text in LIMITS.items() if own.get(name) is not None]
    if "enum" in own:
        words.insert(0, " | ".join(str(value) for value in own["enum"]))
    return ", ".join(words)
